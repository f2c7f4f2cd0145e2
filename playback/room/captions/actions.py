"""Give captions to everyone in a room, and take them back; each is one transaction, broadcast on commit."""

from __future__ import annotations

import hashlib

from django.db import transaction

from playback.models import Playback, RoomCaptions
from playback.models.room_captions import MAX_SHARED
from playback.room.event_log import Reason, record
from playback.room.settings import room_settings
from playback.sources import web_address
from rooms import access
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.errors import BadMessage, NotHost, TooLong, UnknownMedia
from watchium.protocol.types import SharedCaptions
from watchium.shared_state import rate_limits
from watchium.text import clean

MAX_BYTES = 2 * 1024 * 1024
LONGEST_ADDRESS = 2000
LONGEST_LABEL = 100
LONGEST_LANGUAGE = 20
# What every caption file that pages can read has in it.
_MARKS = ("-->", "Dialogue:")


@transaction.atomic
def share_file(by: Member, label: str, language: str, text: str) -> SharedCaptions:
    """Keep a file with the room's media for all members. Raises NotHost, TooLong, BadMessage, RateLimited."""
    content = text.encode(errors="replace")
    if len(content) > MAX_BYTES:
        raise TooLong(f"Captions for everyone have at most {MAX_BYTES // 1024 // 1024} MB.")
    if not any(mark in text for mark in _MARKS):
        raise BadMessage("This is not a caption file: use SubRip (.srt), WebVTT (.vtt) or ASS (.ass).")
    key = hashlib.sha256(content).hexdigest()[:12]
    by, playback = _locked(by)
    url = f"/api/rooms/{by.room.room_id}/captions/{key}/"
    shared = _share(by, playback, _described(key, label, language, url))
    RoomCaptions.objects.store(by.room, key, content)
    return shared


@transaction.atomic
def share_address(by: Member, label: str, language: str, address: str) -> SharedCaptions:
    """Name an address that each member's browser fetches. Raises NotHost, UnknownMedia, TooLong, RateLimited."""
    if len(address) > LONGEST_ADDRESS:
        raise TooLong(f"An address of captions has at most {LONGEST_ADDRESS} characters.")
    url = web_address.parse(web_address.check_text(address)).geturl().replace(" ", "%20")
    key = hashlib.sha256(url.encode()).hexdigest()[:12]
    by, playback = _locked(by)
    return _share(by, playback, _described(key, label, language, url))


@transaction.atomic
def withdraw(by: Member, key: str) -> None:
    """Take captions back. Changes nothing if they are gone already. Raises NotHost."""
    by, playback = _locked(by)
    remaining = [shared for shared in playback.shared_captions if shared.id != key]
    if len(remaining) < len(playback.shared_captions):
        _publish(by, playback, remaining)
    RoomCaptions.objects.forget(by.room, key)


def _locked(by: Member) -> tuple[Member, Playback]:
    rate_limits.spend("room_change", by.person.user_id, server_clock.now_ms())
    by = access.lock(by)
    if not by.may_control:
        raise NotHost
    playback = Playback.objects.of(by.room)
    if playback.media is None:
        raise UnknownMedia("Captions belong to media: load some first.")
    return by, playback


def _described(key: str, label: str, language: str, url: str) -> SharedCaptions:
    name = clean(label, "NFC")[:LONGEST_LABEL]
    return SharedCaptions(id=key, label=name, language=clean(language)[:LONGEST_LANGUAGE], url=url)


def _share(by: Member, playback: Playback, shared: SharedCaptions) -> SharedCaptions:
    """Add the captions to the room's list; the same ones again, with the same name, change nothing."""
    listed = playback.shared_captions
    if shared in listed:
        return shared
    others = [other for other in listed if other.id != shared.id]
    if len(others) >= MAX_SHARED:
        raise TooLong(f"A room has at most {MAX_SHARED} captions for everyone: remove one first.")
    _publish(by, playback, [*others, shared])
    return shared


def _publish(by: Member, playback: Playback, captions: list[SharedCaptions]) -> None:
    playback.share_captions(captions)
    reason = Reason(by=by, metadata={"room": room_settings(playback)})
    record(playback, "room_changed", playback.timeline.unmoved(), reason, server_clock.now_ms())

"""Give captions to everyone in a room, and take them back; each is one transaction, broadcast on commit."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from playback.models import Playback, RoomCaptions
from playback.models.room_captions import MAX_SHARED
from playback.room.event_log import Reason, record
from playback.room.serializers import room_settings
from playback.sources import web_address
from rooms import access
from rooms.auth.client_address import address_hash
from rooms.domain.rights import Right
from rooms.models import Member, Room
from rooms.rate_limits import limit_caption_files
from watchium import server_clock
from watchium.protocol.errors import BadMessage, TooLong, UnknownMedia
from watchium.protocol.types import SharedCaptions
from watchium.shared_state import rate_limits
from watchium.text import clean

MAX_BYTES = 2 * 1024 * 1024
# Compressed, in the database: of all rooms, and of those who share a network. Guests are free, addresses are not.
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_NETWORK_BYTES = MAX_TOTAL_BYTES // 4
ABANDONED = timedelta(days=30)  # a room without visitors
LONGEST_ADDRESS = 2000
LONGEST_LABEL = 100
LONGEST_LANGUAGE = 20
# What every caption file that pages can read has in it.
_MARKS = ("-->", "Dialogue:")


class NoSpace(TooLong):
    status = 413


def share_file(by: Member, label: str, language: str, text: str, *, address: str = "") -> SharedCaptions:
    """Keep a file with the room's media for all members; `address`: of the client.

    Raises NotHost, BadMessage, RateLimited, and TooLong if it or those of the room, network or instance are too large.
    """
    content = text.encode(errors="replace")
    if len(content) > MAX_BYTES:
        raise TooLong("Captions for everyone have at most {size} MB.", size=MAX_BYTES // 1024 // 1024)
    if not any(mark in text for mark in _MARKS):
        raise BadMessage("This is not a caption file: use SubRip (.srt), WebVTT (.vtt) or ASS (.ass).")
    limit_caption_files(address)
    key = hashlib.sha256(content).hexdigest()[:12]
    return _share_content(by, key, label, language, zlib.compress(content), address_hash(address))


@transaction.atomic
def _share_content(
    by: Member, key: str, label: str, language: str, content: bytes, network: str
) -> SharedCaptions:
    by, playback = _locked(by)
    url = f"/api/rooms/{by.room.room_id}/captions/{key}/"
    shared = _share(by, playback, _described(key, label, language, url))
    if not RoomCaptions.objects.has(by.room, key):
        _require_space(len(content), network)
        RoomCaptions.objects.store(by.room, key, content, network)
    return shared


def _require_space(size: int, network: str) -> None:
    RoomCaptions.objects.lock_space()
    if network and RoomCaptions.objects.stored_bytes(network) + size > MAX_NETWORK_BYTES:
        raise NoSpace("Your network has no space left for captions for everyone: remove some in your rooms.")
    if RoomCaptions.objects.stored_bytes() + size > MAX_TOTAL_BYTES:
        raise NoSpace("This server has no space left for captions for everyone. Give their address instead.")


@transaction.atomic
def share_address(by: Member, label: str, language: str, address: str) -> SharedCaptions:
    """Name an address that each member's browser fetches. Raises NotHost, UnknownMedia, TooLong, RateLimited."""
    if len(address) > LONGEST_ADDRESS:
        raise TooLong("An address of captions has at most {count} characters.", count=LONGEST_ADDRESS)
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
    by.require(Right.MEDIA)
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
        raise TooLong("A room has at most {count} captions for everyone: remove one first.", count=MAX_SHARED)
    _publish(by, playback, [*others, shared])
    return shared


def _publish(by: Member, playback: Playback, captions: list[SharedCaptions]) -> None:
    playback.share_captions(captions)
    reason = Reason(by=by, metadata={"room": room_settings(playback)})
    record(playback, "room_changed", playback.timeline.unmoved(), reason, server_clock.now_ms())


def sweep(*, dry_run: bool = False) -> int:
    """Remove the files of rooms that had no visitor for a month, and return how many."""
    before = timezone.now() - ABANDONED
    if dry_run:
        return RoomCaptions.objects.of_abandoned_rooms(before).count()
    total = 0
    while pks := RoomCaptions.objects.of_abandoned_rooms(before).rooms(100):
        total += sum(_forget(pk, before) for pk in pks)
    return total


@transaction.atomic
def _forget(room_pk: int, before: datetime) -> int:
    """Nobody is connected: the next visitor reads the list with everything else."""
    room = Room.objects.locked(room_pk)
    files = RoomCaptions.objects.of_abandoned_rooms(before).filter(room=room)
    keys = set(files.values_list("key", flat=True))  # empty if a visitor came meanwhile
    playback = Playback.objects.of(room)
    if keys:
        playback.share_captions([shared for shared in playback.shared_captions if shared.id not in keys])
        files.delete()
    return len(keys)

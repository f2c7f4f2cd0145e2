"""Writes system comments about events of rooms and playback: signal handlers, inside the transaction of the action."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.utils import translation

from chat.actions import post_system_comment, replace_system_comment
from chat.models import PRESENCE
from playback.domain.timeline import Timeline
from playback.models import Playback
from playback.room import queries
from playback.room.announcement import ending_at
from playback.signals import controlled, media_loaded, poll_closed
from rooms import signals
from rooms.models import ControlPolicy, Member, Room
from rooms.periodic import for_each_isolated
from watchium import server_clock
from watchium.protocol.types import Media, PollState
from watchium.services import announced_media
from watchium.services.announced_media import AnnouncedMedia
from watchium.text import lasting, media_time

FOLDED_MS = 30_000.0


def _(text: str) -> str:
    """Translate into the server's language: a comment is stored once, for members with any language."""
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(text)


_ANY = "\0"  # usernames have no such character


@receiver(signals.member_joined)
def on_member_joined(*, member: Member, **_kwargs: Any) -> None:
    _post(member.room, _("%(name)s joined") % {"name": member.username}, note=PRESENCE)


@receiver(signals.member_left)
def on_member_left(*, member: Member, reason: str, **_kwargs: Any) -> None:
    left = _("%(name)s was removed") if reason in ("removed", "banned") else _("%(name)s left")
    _post(member.room, left % {"name": member.username}, note=PRESENCE)


@receiver(signals.host_changed)
def on_host_changed(*, room: Room, member: Member | None, **_kwargs: Any) -> None:
    if member is None:
        _post(room, _("Nobody is the host right now"))
    else:
        _post(room, _("%(name)s is the host now") % {"name": member.username})


@receiver(signals.room_changed)
def on_room_changed(*, room: Room, changed: list[str], **_kwargs: Any) -> None:
    if "title" in changed:
        _post(room, _("This room is called %(title)s now") % {"title": room.title})
    if "keep_evenings" in changed:
        _post(
            room,
            _("Evenings are kept now, with reactions")
            if room.keep_evenings
            else _("Evenings are not kept now"),
        )
    _post_chat_rules(room, changed)
    if "control_policy" in changed:
        _post(room, _controllers(room))
    if "premiere_at" in changed:
        _post(room, _premiere(room))


def _post_chat_rules(room: Room, changed: list[str]) -> None:
    if "chat_enabled" in changed:
        _post(room, _("The chat is open again") if room.chat_enabled else _("The chat is off now"))
    if "slow_mode_s" in changed:
        slow = _("Slow mode: one message every %(time)s") % {"time": lasting(room.slow_mode_s * 1000)}
        _post(room, slow if room.slow_mode_s else _("Slow mode is off now"))
    if "chat_links" in changed:
        _post(room, _("Links are allowed now") if room.chat_links else _("Links are not allowed now"))


@receiver(media_loaded)
def on_media_loaded(
    *, room: Room, media: Media, now_ms: float, starts_at_ms: float | None = None, **_kwargs: Any
) -> None:
    """Say what plays; of an announced start once it begins, because it may be held back until then."""
    if starts_at_ms is None or starts_at_ms <= now_ms:
        _post_playing(room, media.title)
    else:
        announced = AnnouncedMedia(room.pk, media.url, media.title, starts_at_ms)
        transaction.on_commit(partial(announced_media.remember, announced))


def due(now_ms: float) -> int:
    """Say which announced media play by now; return how many."""
    return for_each_isolated(_begun, announced_media.take_due(now_ms), now_ms)


@transaction.atomic
def _begun(announced: AnnouncedMedia, now_ms: float) -> bool:
    """Return False if they were held back, or others were loaded meanwhile."""
    room = Room.objects.locked(announced.room_pk)
    playback = Playback.objects.of(room)
    media = playback.current_media
    plays = media is not None and media.url == announced.url and ending_at(playback, now_ms) is None
    if plays:
        _post_playing(room, announced.title)
    return plays


def _post_playing(room: Room, title: str) -> None:
    _post(room, _("Playing: %(title)s") % {"title": title}, position_s=0)


@receiver(controlled)
def on_controlled(*, room: Room, by: Member, kind: str, timeline: Timeline, now_ms: float, **_: Any) -> None:
    """Say who controlled playback. What one member repeats within some seconds stays one comment, the latest."""
    if (sentence := _control_sentence(kind)) is None:
        return
    values = {"name": by.username, "time": media_time(timeline.position_s), "rate": f"{timeline.rate:g}"}
    same = re.escape(sentence % {"name": by.username, "time": _ANY, "rate": _ANY}).replace(_ANY, ".+")
    is_same = re.compile(same).fullmatch
    replace_system_comment(
        room,
        lambda text: is_same(text) is not None,
        sentence % values,
        timeline.position_s,
        now_ms=now_ms,
        within_ms=FOLDED_MS,
    )


def _control_sentence(kind: str) -> str | None:
    match kind:
        case "play":
            return _("%(name)s pressed play")
        case "pause":
            return _("%(name)s paused")
        case "seek":
            return _("%(name)s jumped to %(time)s")
        case "set_rate":
            return _("%(name)s set the speed to %(rate)s")
    return None


@receiver(poll_closed)
def on_poll_closed(*, room: Room, poll: PollState, **_kwargs: Any) -> None:
    votes = sum(len(answer.votes) for answer in poll.answers)
    if poll.winner is None:
        _post(room, _("Poll: %(question)s Nobody voted.") % {"question": poll.question})
        return
    won = poll.answers[poll.winner]
    _post(
        room,
        _("Poll: %(question)s %(answer)s has %(won)s of %(votes)s votes.")
        % {"question": poll.question, "answer": won.text, "won": len(won.votes), "votes": votes},
    )


def _premiere(room: Room) -> str:
    """Without the time: the reader's time zone is not known here."""
    if Playback.objects.of(room).start_state.premiere_at is None:
        return _("The premiere was cancelled")
    return _("The time of the premiere is set")


def _controllers(room: Room) -> str:
    match room.control_policy:
        case ControlPolicy.EVERYONE:
            return _("Everyone can control playback now")
        case ControlPolicy.MODERATORS:
            return _("The host and moderators can control playback now")
        case _other:
            return _("Only the host can control playback now")


def _post(room: Room, text: str, position_s: float | None = None, note: str = "") -> None:
    now_ms = server_clock.now_ms()
    if position_s is None:
        position_s = queries.position_now(room, now_ms)
    post_system_comment(room, text, position_s, now_ms=now_ms, note=note)

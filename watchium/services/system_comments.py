"""Writes system comments about events of rooms and playback: signal handlers, inside the transaction of the action."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from chat.actions import post_system_comment, replace_system_comment
from chat.models import PRESENCE
from chat.notices import notice
from playback.domain.timeline import Timeline
from playback.models import Playback
from playback.room import queries
from playback.room.announcement import ending_at
from playback.signals import controlled, media_loaded, poll_closed
from rooms import signals
from rooms.models import ControlPolicy, Member, Room
from rooms.periodic import for_each_isolated
from watchium import server_clock
from watchium.protocol.types import Media, Notice, PollState
from watchium.services import announced_media
from watchium.services.announced_media import AnnouncedMedia

FOLDED_MS = 30_000.0
CONTROLLERS: dict[str, str] = {
    ControlPolicy.EVERYONE: "control_everyone",
    ControlPolicy.MODERATORS: "control_moderators",
}


@receiver(signals.member_joined)
def on_member_joined(*, member: Member, **_kwargs: Any) -> None:
    _post(member.room, notice("joined", name=member.username), note=PRESENCE)


@receiver(signals.member_left)
def on_member_left(*, member: Member, reason: str, **_kwargs: Any) -> None:
    code = "removed" if reason in ("removed", "banned") else "left"
    _post(member.room, notice(code, name=member.username), note=PRESENCE)


@receiver(signals.host_changed)
def on_host_changed(*, room: Room, member: Member | None, **_kwargs: Any) -> None:
    if member is None:
        _post(room, notice("no_host"))
    else:
        _post(room, notice("host", name=member.username))


@receiver(signals.room_changed)
def on_room_changed(*, room: Room, changed: list[str], **_kwargs: Any) -> None:
    if "title" in changed:
        _post(room, notice("title", title=room.title))
    if "keep_evenings" in changed:
        _post(room, notice("evenings_kept" if room.keep_evenings else "evenings_not_kept"))
    _post_chat_rules(room, changed)
    if "control_policy" in changed:
        _post(room, notice(CONTROLLERS.get(room.control_policy, "control_host")))
    if "premiere_at" in changed:
        # Without the time: the reader's time zone is not known here.
        cancelled = Playback.objects.of(room).start_state.premiere_at is None
        _post(room, notice("premiere_cancelled" if cancelled else "premiere_set"))


def _post_chat_rules(room: Room, changed: list[str]) -> None:
    if "chat_enabled" in changed:
        _post(room, notice("chat_on" if room.chat_enabled else "chat_off"))
    if "slow_mode_s" in changed:
        slow = notice("slow_mode", seconds=room.slow_mode_s)
        _post(room, slow if room.slow_mode_s else notice("slow_mode_off"))
    if "chat_links" in changed:
        _post(room, notice("links_on" if room.chat_links else "links_off"))


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
    _post(room, notice("playing", title=title), position_s=0)


@receiver(controlled)
def on_controlled(*, room: Room, by: Member, kind: str, timeline: Timeline, now_ms: float, **_: Any) -> None:
    """Say who controlled playback. What one member repeats within some seconds stays one comment, the latest."""
    values: dict[str, str | float]
    match kind:
        case "play" | "pause":
            values = {}
        case "seek":
            values = {"seconds": timeline.position_s}
        case "set_rate":
            values = {"rate": timeline.rate}
        case _other:
            return
    said = notice(kind, name=by.username, **values)
    replace_system_comment(room, said, timeline.position_s, now_ms=now_ms, within_ms=FOLDED_MS)


@receiver(poll_closed)
def on_poll_closed(*, room: Room, poll: PollState, **_kwargs: Any) -> None:
    votes = sum(len(answer.votes) for answer in poll.answers)
    if poll.winner is None:
        _post(room, notice("poll_without_votes", question=poll.question))
        return
    won = poll.answers[poll.winner]
    said = notice("poll", question=poll.question, answer=won.text, won=len(won.votes), votes=votes)
    _post(room, said)


def _post(room: Room, said: Notice, position_s: float | None = None, note: str = "") -> None:
    now_ms = server_clock.now_ms()
    if position_s is None:
        position_s = queries.position_now(room, now_ms)
    post_system_comment(room, said, position_s, now_ms=now_ms, note=note)

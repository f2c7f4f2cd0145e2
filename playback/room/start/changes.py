"""Store a room's `StartState`, and record the change as `room_changed`. The room is locked."""

from __future__ import annotations

from playback.domain import start_lead
from playback.domain.start.state import StartState
from playback.domain.timeline import ENDED, PAUSED, PLAYING, Timeline
from playback.models import Playback
from playback.room import stall_handling
from playback.room.command import CommandContext
from playback.room.event_log import Reason, record
from playback.room.serializers import room_settings
from playback.room.status_reports import LAST_REPORTS


def apply(context: CommandContext, after: StartState) -> Timeline | None:
    """Store the state that a command leads to; return its timeline, None if the state is the same."""
    if after == context.playback.start_state:
        return None
    context.playback.save_start(after)
    context.metadata["room"] = room_settings(context.playback)
    return context.before.unmoved()


def record_change(playback: Playback, after: StartState, cause: str, now_ms: float) -> None:
    """Store a state without a command."""
    playback.save_start(after)
    reason = Reason(cause=cause, metadata={"room": room_settings(playback)})
    record(playback, "room_changed", playback.timeline.unmoved(), reason, now_ms)


def end_with_start(context: CommandContext) -> None:
    """A member starts playback: an open ready check ends, and a premiere that was announced is over."""
    _end(context, "started")


def end_with_pause(context: CommandContext) -> None:
    """A member pauses: if a premiere was announced and is still ahead, it is cancelled."""
    if premiere_ms(context) is not None:
        _end(context, "cancelled")


def premiere_ms(context: CommandContext) -> float | None:
    """Return when a premiere that is announced starts, None if the timeline is about something else."""
    at_ms = context.before.at_ms
    if context.playback.start is None or not context.before.playing:
        return None
    return at_ms if context.playback.start_state.is_announced(at_ms, context.now_ms) else None


def announce_again(context: CommandContext) -> None:
    """Other media were loaded: a premiere that is ahead starts with them."""
    if context.playback.start is not None:
        context.playback.save_start(context.playback.start_state.announced_again(context.now_ms))


def _end(context: CommandContext, cause: str) -> None:
    playback = context.playback
    if playback.start is None:
        return
    before = playback.start_state
    if (after := before.started(context.now_ms)) != before:
        record_change(playback, after, cause, context.now_ms)
        context.before = playback.timeline


def start_playback(playback: Playback, cause: str, now_ms: float) -> None:
    """Start without a command, unless it plays already or there are no media."""
    before = playback.timeline
    if before.phase not in (PAUSED, ENDED):
        return
    at_ms = now_ms + lead_ms(playback, now_ms)
    start = gated(playback, before.played(at_ms=at_ms), now_ms)
    record(playback, "play" if start.phase == PLAYING else "timeline", start, Reason(cause=cause), now_ms)


def lead_ms(playback: Playback, now_ms: float) -> float:
    reports = LAST_REPORTS.fresh(playback.room.room_id, now_ms)
    return start_lead.play_lead_ms(reports, countdown=playback.start_state.countdown)


def gated(playback: Playback, start: Timeline, now_ms: float) -> Timeline:
    """Wait until all players are ready, if the room waits for members; three seconds of a countdown are such a wait."""
    if playback.start_state.countdown:
        return start
    return stall_handling.with_start_gate(playback, start, now_ms)

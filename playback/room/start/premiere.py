"""Premieres: a room starts by itself at an instant, whether its host is there or not."""

from __future__ import annotations

from msgspec.structs import replace

from playback.domain.start.state import MAX_AHEAD_MS, StartState
from playback.domain.timeline import ENDED, PAUSED
from playback.models import Playback
from playback.room.event_log import Reason, record
from playback.room.start.changes import lead_ms, record_change
from watchium.protocol.errors import BadTime

EARLIEST_MS = 60_000.0  # a page that was left open proposes a minute that has just begun


def scheduled(playback: Playback, state: StartState, at_ms: float | None, now_ms: float) -> StartState:
    """Return the state with another premiere, or (None) without one. Raises BadTime.

    A start that was announced for the old time is taken back.
    """
    if at_ms is not None and not now_ms - EARLIEST_MS <= at_ms <= now_ms + MAX_AHEAD_MS:
        raise BadTime("A premiere is in the future, at most 400 days ahead.")
    timeline = playback.timeline
    if timeline.playing and timeline.at_ms > now_ms and timeline.at_ms == state.premiere_at != at_ms:
        record(playback, "pause", timeline.paused(at_ms=now_ms), Reason(cause="premiere"), now_ms)
    return state.with_premiere(at_ms)


def announce(playback: Playback, now_ms: float) -> None:
    """Schedule the start, from the beginning, for the instant of the premiere: players have received it by then.

    Later, if no server ran at that instant. A room that plays continues, unless it is paused until then; one without
    media has no premiere.
    """
    state = playback.start_state
    assert state.premiere_at is not None
    starts = playback.phase in (PAUSED, ENDED)
    if not starts and state.premiere_at > now_ms:
        return  # it stays due
    if state.ready_check is None:
        playback.save_start(state.announced())
    else:
        record_change(playback, state.announced(), "premiere", now_ms)
    if starts:
        at_ms = max(state.premiere_at, now_ms + lead_ms(playback, now_ms))
        start = playback.timeline.played(at_ms=at_ms, position_s=0.0)
        record(playback, "play", start, Reason(cause="premiere"), now_ms)


def change(playback: Playback, settings: dict[str, object], now_ms: float) -> None:
    """Store `countdown` and `premiere_at`. The caller has locked the room and publishes the change."""
    state = playback.start_state
    if "countdown" in settings:
        state = replace(state, countdown=bool(settings["countdown"]))
    if "premiere_at" in settings:
        at_ms = settings["premiere_at"]
        assert at_ms is None or isinstance(at_ms, int | float)
        state = scheduled(playback, state, at_ms, now_ms)
    playback.save_start(state)

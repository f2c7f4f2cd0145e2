"""What a change of the room's timeline asks of a player. Pure."""

from __future__ import annotations

from enum import Enum

from playback.domain.timeline import Timeline

SAME_PLACE_S = 0.03


class Action(Enum):
    """A correction of a player."""

    NONE = "none"
    SLOW_DOWN = "slow down"
    SEEK = "seek"
    PLACE = "place"


class Ask(Enum):
    NOTHING = "nothing"
    PLACE = "place"  # stand at a position
    STOP = "stop"
    START = "start"
    SEEK = "seek"  # play on from another position


def asked(before: Timeline, after: Timeline) -> Ask:
    if before.is_same_motion(after):
        return Ask.NOTHING
    if not after.playing:
        if before.playing:
            return Ask.STOP
        moved_s = abs(after.position_s - before.position_at(after.at_ms))
        return Ask.PLACE if moved_s > SAME_PLACE_S else Ask.NOTHING
    if not before.playing:
        return Ask.START
    moved_s = abs(after.position_s - before.position_at(after.at_ms))
    return Ask.SEEK if moved_s > SAME_PLACE_S else Ask.NOTHING


def stands(timeline: Timeline, at_s: float) -> bool:
    """Whether the room stands still at an instant: paused, or before an announced start."""
    return not timeline.playing or at_s * 1000 < timeline.at_ms - 1

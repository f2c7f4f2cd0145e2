"""How far the players of a room are apart. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable

from playback.domain.drift import HEARD_MS, Noted, drift_s
from playback.domain.timeline import Timeline


def spread_ms(reports: Iterable[Noted], timeline: Timeline, now_ms: float) -> tuple[float | None, int]:
    """Between the foremost and the hindmost of the players heard lately, and how many those are.

    None for fewer than two: nobody is apart from themselves. What was said before the room's last change says nothing
    of where a player is since, and whoever said nothing for three heartbeats may be anywhere.
    """
    since_ms = max(timeline.at_ms, now_ms - HEARD_MS)
    drifts = [drift_s(seen, timeline, now_ms) for seen in reports if seen.at_ms >= since_ms]
    if len(drifts) < 2:
        return None, len(drifts)
    return round(1000 * (max(drifts) - min(drifts)), 1), len(drifts)

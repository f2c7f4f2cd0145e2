"""How far ahead a start is scheduled, so that every player has heard of it and is ready. Pure.

    lead = clamp(max over attentive members of (one way + how late it may be + start cost) + 40 ms)

and for a seek what being placed elsewhere takes on top. Whoever is further away than a second catches up alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchium.protocol.commands import PlayerReport

SPARE_MS = 40.0
LATE_MOST_MS = 150.0  # of one line: so much longer everybody waits at each start, and no longer
PLAY_MS = (150.0, 800.0)
SEEK_MS = (300.0, 1500.0)
UNHEARD_PLAY_MS = 250.0
UNHEARD_SEEK_MS = 500.0

# Until a player has measured its own: a start after a paused seek was 65 to 84 ms late, being placed took 8 to 150 ms.
START_COST_MS = 80.0
SEEK_COST_MS = 150.0

FARTHEST_RTT_MS = 1000.0
# States in which nobody watches, or nobody could be waited for; our page calls a stopped player `off`.
INATTENTIVE = {
    "hidden",
    "suspended",
    "blocked",
    "stopped",
    "off",
    "degraded",
    "error",
    "broken_off",
    "unaligned",
    "empty",
}


def play_lead_ms(reports: Iterable[PlayerReport]) -> float:
    return _lead([_start_ms(report) for report in reports if _attentive(report)], PLAY_MS, UNHEARD_PLAY_MS)


def seek_lead_ms(reports: Iterable[PlayerReport]) -> float:
    needs = [
        _start_ms(report) + _or(report.seek_cost_ms, SEEK_COST_MS) for report in reports if _attentive(report)
    ]
    return _lead(needs, SEEK_MS, UNHEARD_SEEK_MS)


def _attentive(report: PlayerReport) -> bool:
    """Whether the room schedules for this player. `latency_ms` is the round trip."""
    return (
        report.latency_ms is not None
        and report.latency_ms <= FARTHEST_RTT_MS
        and report.state not in INATTENTIVE
    )


def _start_ms(report: PlayerReport) -> float:
    return _way_ms(report) + _or(report.start_cost_ms, START_COST_MS)


def _way_ms(report: PlayerReport) -> float:
    """What holds up an exchange holds it up on one of its two ways: to the player it may be all of it."""
    return _or(report.latency_ms, 0.0) / 2 + min(_or(report.late_ms, 0.0), LATE_MOST_MS)


def _lead(needs_ms: list[float], bounds_ms: tuple[float, float], unheard_ms: float) -> float:
    if not needs_ms:
        return unheard_ms
    shortest, longest = bounds_ms
    return min(max(max(needs_ms) + SPARE_MS, shortest), longest)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value

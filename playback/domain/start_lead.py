"""Start lead time: how far ahead a start is scheduled, so that every player has received it and is ready. Pure.

    lead = clamp(max over attentive members of (one-way delay + lateness + start cost) + 40 ms)

A seek adds the seek cost. Players with a round trip above one second catch up on their own.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchium.protocol.commands import PlayerReport

MARGIN_MS = 40.0
MAX_LATE_MS = 150.0  # the most that one slow connection may delay each start for all members
PLAY_MS = (150.0, 800.0)
SEEK_MS = (300.0, 1500.0)
DEFAULT_PLAY_MS = 250.0
DEFAULT_SEEK_MS = 500.0

# Used until a player has measured its own: a start after a paused seek was 65 to 84 ms late, a seek took 8 to 150 ms.
START_COST_MS = 80.0
SEEK_COST_MS = 150.0

COUNTDOWN_MS = 3000.0  # 3, 2, 1

FARTHEST_RTT_MS = 1000.0
CATCHING_UP = "catching_up"  # it plays what the room has played, faster, until it is where the room is
# States in which the member is not watching or cannot be waited for; our page calls a stopped player `off`.
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
    CATCHING_UP,
}


def play_lead_ms(reports: Iterable[PlayerReport], *, countdown: bool = False) -> float:
    """`countdown`: players count 3, 2, 1 before the start, and all of them have received it when that begins."""
    return (COUNTDOWN_MS if countdown else 0.0) + _lead(
        [_start_ms(report) for report in reports if _attentive(report)], PLAY_MS, DEFAULT_PLAY_MS
    )


def seek_lead_ms(reports: Iterable[PlayerReport]) -> float:
    needs = [
        _start_ms(report) + _value_or(report.seek_cost_ms, SEEK_COST_MS)
        for report in reports
        if _attentive(report)
    ]
    return _lead(needs, SEEK_MS, DEFAULT_SEEK_MS)


def attentive(reports: Iterable[PlayerReport]) -> list[PlayerReport]:
    """Return the reports of players that the room schedules for."""
    return [report for report in reports if _attentive(report)]


def _attentive(report: PlayerReport) -> bool:
    """Whether the room schedules for this player. `latency_ms` is the round trip."""
    return (
        report.latency_ms is not None
        and report.latency_ms <= FARTHEST_RTT_MS
        and report.state not in INATTENTIVE
    )


def _start_ms(report: PlayerReport) -> float:
    return _one_way_ms(report) + _value_or(report.start_cost_ms, START_COST_MS)


def _one_way_ms(report: PlayerReport) -> float:
    """Half the round trip, plus all of the lateness: a delayed exchange may lose all of it on the way to the player."""
    return _value_or(report.latency_ms, 0.0) / 2 + min(_value_or(report.late_ms, 0.0), MAX_LATE_MS)


def _lead(needs_ms: list[float], bounds_ms: tuple[float, float], default_ms: float) -> float:
    if not needs_ms:
        return default_ms
    shortest, longest = bounds_ms
    return min(max(max(needs_ms) + MARGIN_MS, shortest), longest)


def _value_or(value: float | None, default: float) -> float:
    return default if value is None else value

"""When the daily maintenance is due. Pure; times are Unix milliseconds of the wall clock."""

from __future__ import annotations

MINUTE_MS = 60_000.0
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
# A run that was missed while no server ran starts this long after the start, when clients have reconnected.
AFTER_START_MS = 5 * MINUTE_MS
# Within this time after another run, delayed or manual, the daily one is skipped.
MIN_INTERVAL_MS = 12 * HOUR_MS
RETRY_MS = HOUR_MS


def due_at(succeeded_ms: float, failed_ms: float, started_ms: float, minute_of_day: int) -> float:
    """When the next run is due.

    `succeeded_ms`, `failed_ms`: the end of the last successful and the last failed run, 0 for none. `started_ms`: the
    start of this server. `minute_of_day`: in UTC, specific to this installation.
    """
    daily = _next_at(minute_of_day, succeeded_ms + MIN_INTERVAL_MS)
    if not succeeded_ms or daily <= started_ms:
        daily = started_ms + AFTER_START_MS
    return max(daily, failed_ms + RETRY_MS) if failed_ms > succeeded_ms else daily


def _next_at(minute_of_day: int, at_ms: float) -> float:
    """The first time at that minute of the day, at or after `at_ms`."""
    days = -((minute_of_day * MINUTE_MS - at_ms) // DAY_MS)
    return max(0.0, days) * DAY_MS + minute_of_day * MINUTE_MS

"""Where to continue what was played before. Pure."""

from __future__ import annotations

BARELY_BEGUN_S = 5.0
# Credits: of a film of two hours the last four minutes, of a clip its last seconds.
CREDITS_SHARE, CREDITS_S = 0.03, 5.0


def continue_at(position_s: float, duration_s: float | None) -> float | None:
    """Return the position to continue at; None if the media had barely begun, or were nearly over."""
    if position_s < BARELY_BEGUN_S:
        return None
    if duration_s is not None and position_s > duration_s - max(CREDITS_S, CREDITS_SHARE * duration_s):
        return None
    return position_s

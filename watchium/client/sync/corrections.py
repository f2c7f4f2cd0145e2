"""Sizes of corrections: the speed of an excursion, the trim against drift, and when a seek is worth it. Pure.

`static/js/core/sync/corrections.js` has the same rules and says where the numbers come from. mpv resamples exactly
while `audio-pitch-correction` is off: of 30 ms that an excursion was to gain, 29.8 were gained, and of 2 ms, 2.0.
"""

from __future__ import annotations

import math

from watchium.client.sync.error_samples import clamp

FINE_BELOW_MS = 60.0
SPREAD_OVER_MS = 3000.0
FINE_LEAST, FINE_MOST = 0.004, 0.015
COARSE_LEAST, COARSE_MOST = 0.02, 0.05
HURRY_OVER_MS = 700.0
HURRY_MOST = 0.05

TRIM_OVER_MS = 10_000.0
TRIM_MOST = 600e-6
TRIM_STEP = 1e-4


def excursion_for(error_ms: float, *, hurrying: bool) -> float:
    """Speed of an excursion: gentle in the middle of a film, quick right after a start or a seek."""
    away_ms = abs(error_ms)
    least, most = (COARSE_LEAST, COARSE_MOST) if away_ms > FINE_BELOW_MS else (FINE_LEAST, FINE_MOST)
    if hurrying:
        share = clamp(away_ms / HURRY_OVER_MS, least, max(most, HURRY_MOST))
    else:
        share = clamp(away_ms / SPREAD_OVER_MS, least, most)
    return math.copysign(share, error_ms)


def trim_for(error_ms: float) -> float:
    """An inaudible change of the rate against the drift between sound card and server."""
    return round(clamp(error_ms / TRIM_OVER_MS, -TRIM_MOST, TRIM_MOST) / TRIM_STEP) * TRIM_STEP

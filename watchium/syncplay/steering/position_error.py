"""How far a player is ahead of the room: a belief about it, sharpened by reports that scatter. Pure.

A player reports the frame that it shows next, so that a report lies anywhere from 0 to one frame ahead of the sound. It
would average out, but clients ask their players every 0.1 s: at 25 frames a second that meets the same two moments of a
frame for as long as the speed is constant, at 30 or 60 frames the same single one. So no average of reports is taken.
Each report excludes the errors from which no moment of a frame leads to it (a histogram filter); a slow-down moves the
player to other moments, and the reports before and after it together leave little.

A message that was held up, by the line or by a busy machine, was so on the way there or on the way back: a late report
lies anywhere within half of what it is late, and excludes as much less. A busy machine also answers wrongly now and
then, so that a report makes other errors unlikely, not impossible. Players whose reports scatter by more than a frame
and their lateness are believed by the median.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterable
from operator import mul

from msgspec import Struct

BIN_S = 0.002
BINS = 121
RECENTRED_S = 0.06  # the histogram follows a belief that has moved so far from its middle
USUAL_FRAME_S = 1 / 25
NUMBERS = [float(number) for number in range(BINS)]
SQUARES = [number * number for number in NUMBERS]
NOISE_S = 0.003
FITS_S = 3 * NOISE_S  # further outside of its frame a report is a stray one
STRAY = 0.03  # how likely a report is that a busy machine sent, compared with one that fits
LEAST_BELIEF = 1e-4  # of the most likely error: what seems excluded can come back
DRIFT_PER_S = 0.02  # spread to each side by clocks that differ, and by stalls: 3 ms in a minute
MOST_SPREAD = 0.25
ENOUGH = 4
FULL = 8  # a State a second suffices to keep a belief that rests on so many reports
JUMP_S = 0.1  # two reports in a row so far from the belief: the player has moved without a word
SCATTERED = 1.5  # frames between all reports but the outermost two


class Report(Struct, frozen=True):
    """`off_s`: by how much the error may differ in either direction, because the report was late."""

    error_s: float
    off_s: float


class PositionError:
    """`frame_s`: how long the player shows a frame, as far as that is known."""

    def __init__(self) -> None:
        self.frame_s = USUAL_FRAME_S
        self._reports: deque[Report] = deque(maxlen=FULL)
        self.clear()

    def __len__(self) -> int:
        return len(self._reports)

    @property
    def known(self) -> bool:
        return len(self._reports) >= ENOUGH

    @property
    def well_known(self) -> bool:
        return len(self._reports) >= FULL

    def clear(self) -> None:
        self._reports.clear()
        self._belief: list[float] = []
        self._first_s = 0.0  # the error of the first bin
        self._last_s: float | None = None

    def add(self, error_s: float, now_s: float, late_s: float = 0.0) -> None:
        """`error_s`: as reported, by half of the round trip, which took `late_s` longer than the quickest."""
        report = Report(error_s, late_s / 2)
        self._reports.append(report)
        if self._has_jumped():
            last = list(self._reports)[-2:]
            self.clear()
            self._reports.extend(last)
        if self._is_scattered():
            self._average()
            return
        if not self._belief:
            self._begin()
        self._drift(now_s)
        self._weigh(report)
        self._recentre()

    def moved_back(self, by_s: float, spread_s: float) -> None:
        """A slow-down moved the player; by how much exactly is unknown. Its earlier reports no longer count."""
        self._reports.clear()
        if not self._belief:
            return
        self._first_s -= by_s
        reach = math.ceil(2 * spread_s / BIN_S)
        weights = [math.exp(-(((each * BIN_S) / spread_s) ** 2) / 2) for each in range(-reach, reach + 1)]
        padded = [0.0] * reach + self._belief + [0.0] * reach
        self._set([sum(map(mul, weights, padded[at:])) for at in range(len(self._belief))])

    # ------------------------------------------------------------ results

    @property
    def ahead_s(self) -> float:
        """Return the seconds by which the player is ahead of the room, negative if it is behind; 0 without reports."""
        return self._first_s + BIN_S * sum(map(mul, self._belief, NUMBERS)) if self._belief else 0.0

    @property
    def middle_s(self) -> float:
        """The same by the latest reports alone, of which the later half is left out."""
        if not self._reports:
            return 0.0
        usual_s = statistics.median(each.off_s for each in self._reports)
        quick = [each.error_s for each in self._reports if each.off_s <= usual_s]
        return statistics.median(quick) - self.frame_s / 2

    @property
    def uncertainty_s(self) -> float:
        """The standard deviation of the belief."""
        mean = sum(map(mul, self._belief, NUMBERS))
        return BIN_S * math.sqrt(max(sum(map(mul, self._belief, SQUARES)) - mean * mean, 0.0))

    # ------------------------------------------------------------ the filter

    def _begin(self) -> None:
        self._belief = [1 / BINS] * BINS
        self._first_s = self._reports[-1].error_s - self.frame_s / 2 - BIN_S * (BINS // 2)

    def _is_scattered(self) -> bool:
        least = sorted(each.error_s - each.off_s for each in self._reports)
        most = sorted(each.error_s + each.off_s for each in self._reports)
        return len(least) == FULL and least[-2] - most[1] > SCATTERED * self.frame_s

    def _average(self) -> None:
        spread_s = max(scatter_s(each.error_s for each in self._reports) / math.sqrt(FULL), BIN_S)
        self._first_s = self.middle_s - BIN_S * (BINS // 2)
        self._set([math.exp(-(((number - BINS // 2) * BIN_S / spread_s) ** 2) / 2) for number in range(BINS)])

    def _drift(self, now_s: float) -> None:
        passed_s = 0.0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        share = min(DRIFT_PER_S * passed_s, MOST_SPREAD)
        belief = self._belief
        self._belief = [
            (1 - 2 * share) * here + share * (before + after)
            for before, here, after in zip(
                belief[:1] + belief[:-1], belief, belief[1:] + belief[-1:], strict=True
            )
        ]

    def _weigh(self, report: Report) -> None:
        ahead_s, frame_s = report.error_s + report.off_s - self._first_s, self.frame_s + 2 * report.off_s
        weights = [STRAY] * BINS
        first = math.floor((ahead_s - frame_s - FITS_S) / BIN_S)
        last = math.ceil((ahead_s + FITS_S) / BIN_S)
        for number in range(max(first, 0), min(last + 1, BINS)):
            weights[number] = _likelihood(ahead_s - BIN_S * number, frame_s)
        self._set(list(map(mul, self._belief, weights)))

    def _set(self, belief: list[float]) -> None:
        least = LEAST_BELIEF * max(belief, default=0.0)
        kept = [each if each > least else least for each in belief]
        total = sum(kept)
        self._belief = [each / total for each in kept]

    def _recentre(self) -> None:
        off = round((self.ahead_s - self._first_s) / BIN_S) - BINS // 2
        if abs(off) * BIN_S < RECENTRED_S:
            return
        kept = self._belief[off:] if off > 0 else self._belief[:off]
        empty = [0.0] * abs(off)
        self._first_s += off * BIN_S
        self._set(kept + empty if off > 0 else empty + kept)

    def _has_jumped(self) -> bool:
        if len(self._reports) <= ENOUGH or not self._belief:
            return False
        middle_s = self.ahead_s + self.frame_s / 2
        *before, last_but_one, last = self._reports
        far_s = max(JUMP_S, 3 * scatter_s(each.error_s for each in before))
        ahead_s = min(each.error_s - each.off_s for each in (last_but_one, last)) - middle_s
        behind_s = middle_s - max(each.error_s + each.off_s for each in (last_but_one, last))
        return max(ahead_s, behind_s) > far_s


def _likelihood(moment_s: float, frame_s: float) -> float:
    """How likely a report is that lies so far ahead of the sound."""
    outside_s = max(-moment_s, moment_s - frame_s)
    if outside_s <= 0:
        return 1.0
    return max(STRAY, math.exp(-((outside_s / NOISE_S) ** 2) / 2))


def scatter_s(errors: Iterable[float]) -> float:
    """Return the standard deviation, estimated so that single late answers do not matter."""
    known = list(errors)
    if len(known) < 2:
        return 0.0
    middle_s = statistics.median(known)
    return 1.48 * statistics.median(abs(each - middle_s) for each in known)

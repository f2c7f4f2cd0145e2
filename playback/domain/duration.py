"""How long a medium is: what is known best so far, where it comes from, and which report is better. Pure.

Only the length of the server's own samples is exact. Everything else is an estimate: tags and headers are wrong in
MP3s with a variable bit rate, chained Ogg streams and files that still grow. Nothing is clamped to an estimate.
"""

from __future__ import annotations

from typing import NamedTuple

TAGS = "tags"  # what the library read from the file
METADATA = "metadata"  # what a player read from the file's head
PASSED = "passed"  # a player was there
ENDED = "ended"  # a player's data ended there while it was in step
EXACT = "exact"
SOURCES = (TAGS, METADATA, PASSED, ENDED, EXACT)
_RANK = {TAGS: 1, METADATA: 2, PASSED: 2, ENDED: 3, EXACT: 4}

SAME_S = 1.0  # browsers differ about an end by less
NOTABLE_SHARE = 0.05  # players that learn a length while they play report a longer one with every heartbeat
LONGEST_S = 7 * 86400.0


class Duration(NamedTuple):
    """`refuted_s`: a longer length that a player's end proved wrong, which metadata may repeat for ever."""

    seconds: float
    source: str
    refuted_s: float | None = None

    @property
    def exact(self) -> bool:
        return self.source == EXACT


def is_better(known: Duration | None, said: Duration) -> bool:
    """Whether a reported length replaces the known one.

    Each medium's length changes only a bounded number of times, whatever players report: a source of equal rank
    counts where it is notably longer, a lower one where the file has grown, and no end takes back what was played.
    """
    if not 0 < said.seconds <= LONGEST_S:
        return False
    if known is None:
        return True
    longer_s = said.seconds - known.seconds
    if known.exact:
        return False
    if said.source == ENDED:
        return longer_s > SAME_S or (longer_s < -SAME_S and known.source not in (PASSED, ENDED))
    if said.source == PASSED:
        return longer_s > _notable_s(known.seconds)
    if _was_refuted(known, said):
        return False
    if _RANK[said.source] > _RANK[known.source]:
        return abs(longer_s) > SAME_S
    has_grown = known.source == ENDED and said.source == METADATA
    return (has_grown or _RANK[said.source] == _RANK[known.source]) and longer_s > _notable_s(known.seconds)


def replaced(known: Duration | None, said: Duration) -> Duration:
    """What is known from now on, where `said` is better."""
    if known is None:
        return said
    refuted = [said.refuted_s, known.refuted_s]
    if said.source == ENDED and known.seconds > said.seconds:
        refuted.append(known.seconds)
    return said._replace(refuted_s=max((each for each in refuted if each is not None), default=None))


def end_of_data(at_s: float, claimed_s: float | None) -> Duration:
    """Where a player's data ended. A longer length that its element still claims, `claimed_s`, is refuted."""
    refuted_s = claimed_s if claimed_s is not None and claimed_s > at_s + _notable_s(at_s) else None
    return Duration(at_s, ENDED, refuted_s)


def settled_s(known: Duration | None) -> float:
    """No length that a player has read, and no place where one is, counts up to here; 0 where some may."""
    if known is None or _RANK[known.source] < _RANK[METADATA]:
        return 0.0
    return LONGEST_S if known.exact else known.seconds


def is_short(known: Duration | None, end_s: float) -> bool:
    """Whether an end lies so far before the known one that other players have to confirm it."""
    return known is not None and end_s < known.seconds - max(SAME_S, _notable_s(known.seconds) / 2)


def _notable_s(seconds: float) -> float:
    return max(SAME_S, NOTABLE_SHARE * seconds)


def _was_refuted(known: Duration, said: Duration) -> bool:
    refuted_s = known.refuted_s
    return refuted_s is not None and said.seconds <= refuted_s + _notable_s(refuted_s)

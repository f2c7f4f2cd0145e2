"""The duration of media: the best known value, its source, and whether a report is better. Pure.

Only the duration of the server's own samples is exact. Everything else is an estimate: tags and headers are wrong in
MP3s with a variable bit rate, chained Ogg streams and files that still grow. Nothing is clamped to an estimate.
"""

from __future__ import annotations

from typing import NamedTuple

TAGS = "tags"  # the library read it from the file
METADATA = "metadata"  # a player read it from the file's header
PASSED = "passed"  # a player was at this position
ENDED = "ended"  # a player's data ended here while it was in sync
EXACT = "exact"
SOURCES = (TAGS, METADATA, PASSED, ENDED, EXACT)
_RANK = {TAGS: 1, METADATA: 2, PASSED: 2, ENDED: 3, EXACT: 4}

SAME_S = 1.0  # browsers differ by less about the same end
NOTABLE_SHARE = 0.05  # players that learn the duration while playing report a longer one with every heartbeat
LONGEST_S = 7 * 86400.0


class Duration(NamedTuple):
    """`refuted_s`: a longer duration that a player's end proved wrong, and that metadata may keep repeating."""

    seconds: float
    source: str
    refuted_s: float | None = None

    @property
    def exact(self) -> bool:
        return self.source == EXACT


def is_better(known: Duration | None, reported: Duration) -> bool:
    """Whether a reported duration replaces the known one.

    The number of replacements is bounded, whatever players report: a source of equal rank counts if it is notably
    longer, a lower one if the file has grown, and no end is accepted before a position that was played.
    """
    if not 0 < reported.seconds <= LONGEST_S:
        return False
    if known is None:
        return True
    longer_s = reported.seconds - known.seconds
    if known.exact:
        return False
    if reported.source == ENDED:
        return longer_s > SAME_S or (longer_s < -SAME_S and known.source not in (PASSED, ENDED))
    if reported.source == PASSED:
        return longer_s > _notable_s(known.seconds)
    if _was_refuted(known, reported):
        return False
    if _RANK[reported.source] > _RANK[known.source]:
        return abs(longer_s) > SAME_S
    has_grown = known.source == ENDED and reported.source == METADATA
    return (has_grown or _RANK[reported.source] == _RANK[known.source]) and longer_s > _notable_s(
        known.seconds
    )


def replaced(known: Duration | None, reported: Duration) -> Duration:
    """Return the new known duration, given that `reported` is better."""
    if known is None:
        return reported
    refuted = [reported.refuted_s, known.refuted_s]
    if reported.source == ENDED and known.seconds > reported.seconds:
        refuted.append(known.seconds)
    return reported._replace(refuted_s=max((each for each in refuted if each is not None), default=None))


def end_of_data(at_s: float, claimed_s: float | None) -> Duration:
    """Return a duration from the end of a player's data. It refutes a longer one that the element still claims."""
    refuted_s = claimed_s if claimed_s is not None and claimed_s > at_s + _notable_s(at_s) else None
    return Duration(at_s, ENDED, refuted_s)


def settled_s(known: Duration | None) -> float:
    """Return the bound up to which a player's metadata or position cannot change the duration; 0 if any can."""
    if known is None or _RANK[known.source] < _RANK[METADATA]:
        return 0.0
    return LONGEST_S if known.exact else known.seconds


def is_short(known: Duration | None, end_s: float) -> bool:
    """Whether an end is so far before the known one that other players have to confirm it."""
    return known is not None and end_s < known.seconds - max(SAME_S, _notable_s(known.seconds) / 2)


def _notable_s(seconds: float) -> float:
    return max(SAME_S, NOTABLE_SHARE * seconds)


def _was_refuted(known: Duration, reported: Duration) -> bool:
    refuted_s = known.refuted_s
    return refuted_s is not None and reported.seconds <= refuted_s + _notable_s(refuted_s)

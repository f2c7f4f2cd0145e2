"""Keeps the garbage collector from standing in the way: each full collection looks at every object there is, which
stops the loop for the longer the more sockets are open. What refers to itself waits here for a quiet moment."""

from __future__ import annotations

import gc

YOUNG = 2_000  # objects more than before, between two looks at the young: a millisecond or two
LOOKS = 5  # at the young between two at what was young then: ten thousand objects, five to ten milliseconds
FEW_SOCKETS = 500  # with so few a full collection is short
EVERY_MS = 600_000.0
AT_LEAST_EVERY_MS = 3_600_000.0  # a pause that is noticed, against memory that would never come back

_collected_ms = 0.0


def settle() -> None:
    """After start-up: what is there now stays, and nobody looks at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, LOOKS, 1_000_000)


def tidy(sockets: int, now_ms: float) -> None:
    """A full collection every ten minutes while few are there to notice, else once an hour: deeds leave objects
    that refer to each other, and some of them grow old before a look at the young finds them."""
    global _collected_ms
    every_ms = EVERY_MS if sockets <= FEW_SOCKETS else AT_LEAST_EVERY_MS
    if now_ms - _collected_ms > every_ms:
        _collected_ms = now_ms
        gc.collect()

"""Garbage-collector tuning: a full collection visits every object and stops the loop the longer, the more sockets are
open. Reference cycles wait here for a quiet moment."""

from __future__ import annotations

import gc
from dataclasses import dataclass

from watchium.process_state import process_state

# New objects that trigger a collection of the youngest generation: a millisecond or two.
YOUNG_OBJECTS = 2_000
# Collections of the youngest that trigger one of the middle generation: ten thousand objects, five to ten milliseconds.
YOUNG_COLLECTIONS = 5
FEW_SOCKETS = 500  # up to here a full collection is short
PERIOD_MS = 600_000.0
MAX_PERIOD_MS = 3_600_000.0  # with many sockets: a noticeable pause, against memory that would never be freed


@dataclass
class _State:
    collected_ms: float = 0.0


_state = process_state(_State)


def freeze() -> None:
    """After start-up: exclude the objects that exist now from every later collection.

    A hundred of them are garbage: finding these took 70 ms, a tenth of the start.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, 1_000_000)


def collect_if_due(sockets: int, now_ms: float) -> None:
    """Run a full collection every ten minutes while few sockets are open, else once an hour.

    Commands leave reference cycles, and some of them leave the youngest generation before it is collected.
    """
    period_ms = PERIOD_MS if sockets <= FEW_SOCKETS else MAX_PERIOD_MS
    if now_ms - _state.collected_ms > period_ms:
        _state.collected_ms = now_ms
        gc.collect()

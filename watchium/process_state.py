"""The state of this process: what modules keep in memory between requests, registered here and reset by one call.

A module declares its variables as a dataclass and gets its one instance from `process_state`. The instance stays the
same object for the life of the process, so that hot paths may hold a reference; `reset` gives its fields new values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")

_resets: list[Callable[[], None]] = []


def process_state(kind: type[T]) -> T:
    """Make a module's state and register it for `reset`. Its class keeps its fields in `__dict__`."""
    state = kind()
    at_reset(lambda: renew(state))
    return state


def per_process(make: Callable[[], T]) -> Callable[[], T]:
    """Decorate a function without arguments: its result is made by the first call and kept until `reset`."""
    cached = cache(make)
    at_reset(cached.cache_clear)
    return cached


def at_reset(call: Callable[[], None]) -> None:
    """Call it in `reset`: for state that is neither, such as a set of a class."""
    _resets.append(call)


def renew(state: object) -> None:
    """Give one state its initial values."""
    vars(state).update(vars(type(state)()))


def reset() -> None:
    """Give the whole process the state it started with; for tests."""
    for reset_one in _resets:
        reset_one()

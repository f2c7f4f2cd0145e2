"""What all processes of a house count and know together: in Redis where there is one, else in this process's memory.

Two things only. Buckets: how much of something somebody did lately, so that two processes let nobody do twice as much.
Boards: short notes by name under one heading, read by other processes within a second and gone after half a minute.

Nothing here is the only copy of anything, so nothing here raises: where Redis does not answer, each process counts for
itself for a while, and knows of others what the database says. Leases are rows, on purpose: rooms/actions/presence.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from django.conf import settings

from watchium.shared_state.token_bucket import Allowance, RateLimiter

Notes = Mapping[str, bytes | None]  # by name; None takes a note down


class Shared(Protocol):
    @property
    def alone(self) -> bool:
        """Whether nobody else could read a board."""

    def wait_ms(self, key: str, allowance: Allowance, now_ms: float) -> int:
        """0 and one token taken, or how many milliseconds until there is one."""

    def post(self, boards: Mapping[str, Notes]) -> None:
        """Put notes on many boards."""

    def exchange(self, board: str, notes: Notes) -> dict[str, bytes]:
        """Put notes on a board and read all that is on it then: one round trip. Nothing, where it cannot be read."""


class InMemory:
    """For one process: it knows already whatever it could read."""

    alone = True

    def __init__(self) -> None:
        self._throttle = RateLimiter()

    def wait_ms(self, key: str, allowance: Allowance, now_ms: float) -> int:
        return self._throttle.wait_ms(key, allowance, now_ms)

    def post(self, boards: Mapping[str, Notes]) -> None:
        """Nobody else would read it."""

    def exchange(self, board: str, notes: Notes) -> dict[str, bytes]:
        return {}


@cache
def house() -> Shared:
    """What this process shares with the others of its house."""
    if not settings.REDIS_URL:
        return InMemory()
    from watchium.shared_state.redis import (
        InRedis,  # a tenth of a second that one process alone need not spend
    )

    return InRedis(settings.REDIS_URL, settings.REDIS_PREFIX, settings.SECRET_KEY)

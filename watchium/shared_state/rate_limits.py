"""How much of something somebody may do in a while: every limit by name, counted over all processes of the house.

The numbers are `settings.LIMITS`. What costs one socket nothing but its own time (pings, heartbeats, bad messages) is
counted in that socket's memory by the same numbers; all else is counted by person, or by address for whoever may be
nobody yet.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings

from watchium.protocol.errors import RateLimited
from watchium.shared_state import store
from watchium.shared_state.token_bucket import Allowance, RateLimiter


def allowance(what: str) -> Allowance:
    times, within_s = settings.LIMITS[what]
    return Allowance(burst=times, per_s=times / within_s)


def wait_ms(what: str, who: str, now_ms: float) -> int:
    """0 and one of `what` taken, or how many milliseconds until `who` may again."""
    return store.house().wait_ms(f"{what}:{who}", allowance(what), now_ms)


def spend(what: str, who: str, now_ms: float, message: str | None = None) -> None:
    """Raises RateLimited, with the time after which it would not be."""
    if waits_ms := wait_ms(what, who, now_ms):
        raise RateLimited(message, retry_after_ms=waits_ms)


@cache
def in_this_process() -> RateLimiter:
    return RateLimiter()


def spend_here(what: str, who: str, now_ms: float) -> None:
    """As `spend`, counted by this process alone: before a trip to Redis or to the database. Raises RateLimited."""
    if waits_ms := in_this_process().wait_ms((what, who), allowance(what), now_ms):
        raise RateLimited(retry_after_ms=waits_ms)

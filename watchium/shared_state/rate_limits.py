"""Rate limits by name, counted over all processes of the instance.

The numbers are `settings.LIMITS`. Actions that cost only the socket's own time (pings, heartbeats, bad messages) are
counted in that socket's memory by the same numbers; everything else is counted by person, or by address for clients
that may be anonymous.
"""

from __future__ import annotations

from django.conf import settings

from watchium.process_state import per_process
from watchium.protocol.errors import RateLimited
from watchium.shared_state import shared_store
from watchium.shared_state.token_bucket import Limit, RateLimiter


def limit(name: str) -> Limit:
    times, within_s = settings.LIMITS[name]
    return Limit(burst=times, per_s=times / within_s)


def wait_ms(name: str, subject: str, now_ms: float) -> int:
    """Consume one of the subject's tokens and return 0, or return the milliseconds until the next one."""
    return shared_store().wait_ms(f"{name}:{subject}", limit(name), now_ms)


def spend(name: str, subject: str, now_ms: float, message: str | None = None) -> None:
    """Consume a token. Raises RateLimited with the time until the next one."""
    if waits_ms := wait_ms(name, subject, now_ms):
        raise RateLimited(message, retry_after_ms=waits_ms)


@per_process
def local_limiter() -> RateLimiter:
    return RateLimiter()


def spend_locally(name: str, subject: str, now_ms: float) -> None:
    """As `spend`, counted in this process only: before a round trip to Redis or the database. Raises RateLimited."""
    if waits_ms := local_limiter().wait_ms((name, subject), limit(name), now_ms):
        raise RateLimited(retry_after_ms=waits_ms)

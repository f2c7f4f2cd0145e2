"""The open sockets of each network address in this process, and the rate at which it opens them.

WebSockets and the connections of Syncplay's clients count together. Loopback addresses are not limited (benchmarks,
undeclared proxies).
"""

from __future__ import annotations

from collections import Counter

from django.conf import settings

from rooms.auth.client_address import is_loopback
from watchium import server_clock
from watchium.process_state import per_process
from watchium.shared_state import rate_limits
from watchium.shared_state.token_bucket import RateLimiter

RETRY_AFTER_MS = 10_000


class AddressSockets:
    def __init__(self) -> None:
        self._limiter = RateLimiter()
        self._open: Counter[str] = Counter()

    def wait_ms(self, address: str) -> int:
        """Return 0 if the address may open one more now, or the milliseconds until it may try again."""
        if is_loopback(address):
            return 0
        if self._open[address] >= settings.MAX_SOCKETS_PER_ADDRESS:
            return RETRY_AFTER_MS
        return self._limiter.wait_ms(address, rate_limits.limit("socket"), server_clock.now_ms())

    def opened(self, address: str) -> None:
        self._open[address] += 1

    def closed(self, address: str) -> None:
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


@per_process
def address_sockets() -> AddressSockets:
    return AddressSockets()

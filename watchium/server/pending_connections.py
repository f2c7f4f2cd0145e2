"""Limits how many connections may wait for the other side: from one address, and in total.

Sockets and requests have limits of their own, once a request is complete. Before that a connection belongs to no user
and still takes a file descriptor: those that wait longest are closed for new ones, so that neither a crowd of silent
connections nor one of stalled readers leaves the server without descriptors for its files and its database.
"""

from __future__ import annotations

import resource
from typing import Protocol

from django.conf import settings

from rooms.auth.client_address import is_loopback, network_of
from watchium.process_state import per_process

RESERVED = 64  # descriptors: database, Redis, files being served, the log


class Evictable(Protocol):
    def evict(self) -> None:
        """Close the connection now; it was removed from the pending ones."""


class PendingConnections:
    """`max_open`: open connections of the process; `per_address`: pending ones of an address."""

    def __init__(self, max_open: int, per_address: int) -> None:
        self._max_open = max_open
        self._per_address = per_address
        self._pending: dict[Evictable, str] = {}  # with the address; the longest waiting first
        self._by_address: dict[str, dict[Evictable, None]] = {}

    def admits(self, open_now: int) -> bool:
        """Whether one more may open; beyond the limit, the longest waiting one is closed for it."""
        if open_now <= self._max_open:
            return True
        oldest = next(iter(self._pending), None)
        if oldest is None:
            return False
        self._evict(oldest)
        return True

    def add(self, connection: Evictable, address: str) -> None:
        """The connection waits for the other side from now on. An empty `address` is not counted."""
        self.remove(connection)
        self._pending[connection] = address
        if not address:
            return
        same_address = self._by_address.setdefault(address, {})
        same_address[connection] = None
        if len(same_address) > self._per_address:
            self._evict(next(iter(same_address)))

    def remove(self, connection: Evictable) -> None:
        """The connection no longer waits, or is closed."""
        address = self._pending.pop(connection, "")
        if address and (same_address := self._by_address.get(address)) is not None:
            same_address.pop(connection, None)
            if not same_address:
                del self._by_address[address]

    def _evict(self, connection: Evictable) -> None:
        self.remove(connection)
        connection.evict()


@per_process
def pending_connections() -> PendingConnections:
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if descriptors == resource.RLIM_INFINITY:
        descriptors = 1_000_000
    max_open = max(descriptors - RESERVED, descriptors // 2)
    return PendingConnections(max_open, settings.MAX_SOCKETS_PER_ADDRESS)


def address_of(peer: str) -> str:
    """The key by which a connection is counted before its request: empty for this machine and behind proxies."""
    return "" if settings.PROXIES or is_loopback(peer) else network_of(peer)

"""How many connections are kept that wait for the other side: from one address, and altogether.

Sockets and requests have limits of their own, once there is a whole one. Before that a connection belongs to no user
and still takes a descriptor: those that wait longest make room for new ones, so that neither a crowd of silent
connections nor one of stalled readers leaves the server without descriptors for its files and its database.
"""

from __future__ import annotations

import resource
from typing import Protocol

from django.conf import settings

from rooms.auth.client_address import counted, is_loopback
from watchium.process_state import per_process

RESERVED = 64  # descriptors: database, Redis, files that are being read, the log


class Evictable(Protocol):
    def evict(self) -> None:
        """Close the connection now; `forget` has been called for it."""


class PendingConnections:
    """`most`: open connections of the process; `per_address`: waiting ones of an address."""

    def __init__(self, most: int, per_address: int) -> None:
        self._most = most
        self._per_address = per_address
        self._pending: dict[Evictable, str] = {}  # and the address; the longest waiting first
        self._by_address: dict[str, dict[Evictable, None]] = {}

    def admits(self, open_now: int) -> bool:
        """Whether one more may open; the longest waiting one is closed where there would be too many."""
        if open_now <= self._most:
            return True
        oldest = next(iter(self._pending), None)
        if oldest is None:
            return False
        self._evict(oldest)
        return True

    def add(self, connection: Evictable, address: str) -> None:
        """From now on it waits for the other side. `address` is empty where it is not counted."""
        self.remove(connection)
        self._pending[connection] = address
        if not address:
            return
        same_address = self._by_address.setdefault(address, {})
        same_address[connection] = None
        if len(same_address) > self._per_address:
            self._evict(next(iter(same_address)))

    def remove(self, connection: Evictable) -> None:
        """It waits no longer, or is gone."""
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
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most == resource.RLIM_INFINITY:
        most = 1_000_000
    return PendingConnections(max(most - RESERVED, most // 2), settings.MAX_SOCKETS_PER_ADDRESS)


def address_of(peer: str) -> str:
    """By which a connection is counted before it has said anything: empty for this machine and for proxies."""
    return "" if settings.PROXIES or is_loopback(peer) else counted(peer)

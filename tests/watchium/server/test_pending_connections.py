from __future__ import annotations

import pytest

from watchium.server import pending_connections
from watchium.server.pending_connections import PendingConnections


class Connection:
    def __init__(self) -> None:
        self.evicted = False

    def evict(self) -> None:
        self.evicted = True


def evicted(*connections: Connection) -> list[int]:
    return [number for number, connection in enumerate(connections) if connection.evicted]


def test_beyond_the_limit_of_an_address_its_longest_waiting_connection_is_closed():
    pending = PendingConnections(max_open=100, per_address=2)
    same, other = [Connection() for _ in range(4)], Connection()
    pending.add(other, "198.51.100.2")
    for connection in same:
        pending.add(connection, "198.51.100.1")
    assert evicted(*same) == [0, 1]
    assert not other.evicted


def test_a_connection_being_answered_is_not_pending_and_waits_again_afterwards():
    pending = PendingConnections(max_open=100, per_address=2)
    first, second, third, fourth = connections = [Connection() for _ in range(4)]
    pending.add(first, "a")
    pending.add(second, "a")
    pending.remove(first)
    pending.add(third, "a")
    assert evicted(*connections) == []
    pending.add(first, "a")
    pending.add(fourth, "a")
    assert evicted(*connections) == [1, 2]


def test_uncounted_addresses_have_no_limit():
    pending = PendingConnections(max_open=100, per_address=1)
    connections = [Connection() for _ in range(10)]
    for connection in connections:
        pending.add(connection, "")
    assert evicted(*connections) == []


def test_beyond_the_total_the_longest_waiting_one_is_closed_or_a_new_one_rejected():
    pending = PendingConnections(max_open=3, per_address=9)
    first, second = connections = [Connection(), Connection()]
    pending.add(first, "")
    pending.add(second, "a")
    assert pending.admits(3)
    assert evicted(*connections) == []
    assert pending.admits(4)
    assert evicted(*connections) == [0]
    pending.remove(second)
    assert not pending.admits(4)
    assert evicted(*connections) == [0]


def test_closed_connections_leave_nothing_behind():
    pending = PendingConnections(max_open=3, per_address=2)
    connections = [Connection() for _ in range(5)]
    for connection in connections:
        pending.add(connection, "a")
    for connection in connections:
        pending.remove(connection)
        pending.remove(connection)
    assert not pending._pending
    assert not pending._by_address


@pytest.mark.parametrize(
    ("proxies", "peer", "address"),
    [
        (0, "198.51.100.1", "198.51.100.1"),
        (0, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (0, "127.0.0.1", ""),
        (0, "", ""),
        (1, "198.51.100.1", ""),  # the address of a proxy, shared by all clients
    ],
)
def test_the_address_that_a_connection_is_counted_by(settings, proxies: int, peer: str, address: str):
    settings.PROXIES = proxies
    assert pending_connections.address_of(peer) == address

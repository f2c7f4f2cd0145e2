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


def test_the_longest_waiting_connection_of_an_address_makes_room():
    pending = PendingConnections(max_open=100, per_address=2)
    mine, other = [Connection() for _ in range(4)], Connection()
    pending.add(other, "198.51.100.2")
    for connection in mine:
        pending.add(connection, "198.51.100.1")
    assert evicted(*mine) == [0, 1]
    assert not other.evicted


def test_a_connection_that_is_being_answered_is_not_closed_and_waits_from_its_end_on():
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


def test_addresses_that_are_not_counted_have_no_limit_of_their_own():
    pending = PendingConnections(max_open=100, per_address=1)
    connections = [Connection() for _ in range(10)]
    for connection in connections:
        pending.add(connection, "")
    assert evicted(*connections) == []


def test_beyond_the_most_the_longest_waiting_of_all_makes_room_or_nobody_new_is_let_in():
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


def test_nothing_is_kept_of_connections_that_are_gone():
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
        (1, "198.51.100.1", ""),  # the proxy's, which speaks for everybody
    ],
)
def test_which_address_a_silent_connection_is_counted_by(settings, proxies: int, peer: str, address: str):
    settings.PROXIES = proxies
    assert pending_connections.address_of(peer) == address

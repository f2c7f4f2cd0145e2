from __future__ import annotations

import asyncio
from types import SimpleNamespace
from unittest.mock import patch

import rooms.actions
from watchium import consumers, ticker


async def test_a_socket_that_ends_while_it_enters_gives_back_the_lease_it_gets():
    disconnected = []
    connection = SimpleNamespace(pk=7)
    may_finish = asyncio.Event()

    async def entering():
        await may_finish.wait()
        return SimpleNamespace(), connection

    async def at_once(call, *args):
        return call(*args)

    socket = consumers.RoomConsumer()
    socket.entering = asyncio.create_task(entering())
    with (
        patch.object(consumers, "in_database", at_once),
        patch.object(rooms.actions, "disconnect", disconnected.append),
    ):
        ticker.hold_lease(7, lambda: None)
        tidying = asyncio.create_task(socket.closed())
        await asyncio.sleep(0)
        assert disconnected == []
        may_finish.set()
        await tidying
    assert disconnected == [connection]
    assert 7 not in ticker._leases


async def test_a_socket_that_was_not_let_in_has_nothing_to_give_back():
    async def refused():
        raise LookupError

    socket = consumers.RoomConsumer()
    await socket.closed()
    socket.entering = asyncio.create_task(refused())
    await socket.closed()

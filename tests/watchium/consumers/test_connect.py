from __future__ import annotations

import asyncio
from types import SimpleNamespace
from unittest.mock import patch

import pytest

import rooms.actions
from rooms.access import Identity
from watchium.background import scheduler
from watchium.consumers import room
from watchium.protocol.errors import Unavailable


async def test_a_socket_that_ends_while_it_enters_gives_back_the_lease_it_gets():
    disconnected = []
    connection = SimpleNamespace(pk=7)
    may_finish = asyncio.Event()

    async def entering():
        await may_finish.wait()
        return SimpleNamespace(), connection

    async def at_once(call, *args):
        return call(*args)

    socket = room.RoomConsumer()
    socket.entering = asyncio.create_task(entering())
    with (
        patch.object(room, "in_database", at_once),
        patch.object(rooms.actions, "disconnect", disconnected.append),
    ):
        scheduler.hold_lease(7, lambda: None)
        tidying = asyncio.create_task(socket.on_disconnect())
        await asyncio.sleep(0)
        assert disconnected == []
        may_finish.set()
        await tidying
    assert disconnected == [connection]
    assert 7 not in scheduler._leases


async def test_whether_somebody_signed_out_is_looked_at_when_a_later_sign_out_would_meet_a_lease():
    had_lease, disconnected = [], []
    connection = SimpleNamespace(pk=7)
    member = SimpleNamespace(pk=3, person_id=5, person=SimpleNamespace(user_id="u_1"))
    socket = room.RoomConsumer()
    socket.scope = {"url_route": {"kwargs": {"room_id": "r"}}}

    async def at_once(call, *args):
        return call(*args)

    async def signed_out():
        had_lease.append(7 in scheduler._leases)
        return Identity(None)

    async def join(group):
        """Nobody says anything."""

    with (
        patch.object(room, "in_database", at_once),
        patch.object(room, "_admit", lambda identity, room_id: member),
        patch.object(rooms.actions, "enter", lambda member, device_id: (member, connection)),
        patch.object(rooms.actions, "disconnect", disconnected.append),
        patch.object(socket, "join_group", join),
        patch.object(socket, "_identity", signed_out),
    ):
        with pytest.raises(Unavailable):
            await socket.on_connect(Identity(member.person))
        await socket.on_disconnect()
    assert had_lease == [True]
    assert disconnected == [connection]
    assert 7 not in scheduler._leases


async def test_a_socket_that_was_not_let_in_has_nothing_to_give_back():
    async def refused():
        raise LookupError

    socket = room.RoomConsumer()
    await socket.on_disconnect()
    socket.entering = asyncio.create_task(refused())
    await socket.on_disconnect()

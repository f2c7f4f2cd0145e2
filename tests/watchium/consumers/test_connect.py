from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.utils import timezone

import rooms.actions
from rooms.access import Identity
from watchium.background import scheduler
from watchium.consumers import room
from watchium.protocol.errors import CloseCode, Unavailable


async def test_a_socket_that_closes_while_entering_releases_its_lease():
    disconnected = []
    connection = SimpleNamespace(pk=7)
    may_finish = asyncio.Event()

    async def entering():
        await may_finish.wait()
        return SimpleNamespace(), connection

    async def run_inline(call, *args):
        return call(*args)

    socket = room.RoomConsumer()
    socket.entering = asyncio.create_task(entering())
    with (
        patch.object(room, "in_database", run_inline),
        patch.object(rooms.actions, "disconnect", disconnected.append),
    ):
        scheduler.hold_lease(7, lambda: None)
        closing = asyncio.create_task(socket.on_disconnect())
        await asyncio.sleep(0)
        assert disconnected == []
        may_finish.set()
        await closing
    assert disconnected == [connection]
    assert not scheduler.holds_lease(7)


async def test_a_sign_out_is_checked_once_the_lease_exists():
    had_lease, disconnected = [], []
    connection = SimpleNamespace(pk=7)
    member = SimpleNamespace(pk=3, person_id=5, person=SimpleNamespace(user_id="u_1"))
    socket = room.RoomConsumer()
    socket.scope = {"url_route": {"kwargs": {"room_id": "r"}}}

    async def run_inline(call, *args):
        return call(*args)

    async def signed_out():
        had_lease.append(scheduler.holds_lease(7))
        return Identity(None)

    async def join(group):
        """No event is published."""

    with (
        patch.object(room, "in_database", run_inline),
        patch.object(room, "_admit", lambda identity, room_id: member),
        patch.object(rooms.actions, "connect", lambda member, device_id: (member, connection)),
        patch.object(rooms.actions, "disconnect", disconnected.append),
        patch.object(socket, "join_group", join),
        patch.object(socket, "_identity", signed_out),
    ):
        with pytest.raises(Unavailable):
            await socket.on_connect(Identity(member.person))
        await socket.on_disconnect()
    assert had_lease == [True]
    assert disconnected == [connection]
    assert not scheduler.holds_lease(7)


async def test_the_socket_of_a_second_screen_ends_with_it():
    closed = asyncio.Event()
    codes = []
    member = SimpleNamespace(pk=3, person_id=5, person=SimpleNamespace(user_id="u_1"))
    socket = room.RoomConsumer()
    socket.scope = {"url_route": {"kwargs": {"room_id": "r"}}}

    async def run_inline(call, *args):
        return call(*args)

    async def join(group):
        """No event is published."""

    async def identity():
        raise LookupError  # the rest is of no interest here

    def close(code):
        codes.append(code)
        closed.set()

    with (
        patch.object(room, "in_database", run_inline),
        patch.object(room, "_admit", lambda identity, room_id: member),
        patch.object(rooms.actions, "connect", lambda member, device_id: (member, SimpleNamespace(pk=7))),
        patch.object(rooms.actions, "disconnect", lambda connection: None),
        patch.object(socket, "join_group", join),
        patch.object(socket, "_identity", identity),
        patch.object(socket, "close", close),
    ):
        with pytest.raises(LookupError):
            await socket.on_connect(Identity(member.person, is_companion=True, ends_at=timezone.now()))
        await asyncio.wait_for(closed.wait(), 5)
        assert codes == [CloseCode.RESTART]
        with pytest.raises(LookupError):
            later = timezone.now() + timedelta(days=1)
            await socket.on_connect(Identity(member.person, is_companion=True, ends_at=later))
        assert socket.end is not None
        await socket.on_disconnect()
        assert socket.end.cancelled()


async def test_a_rejected_socket_has_no_lease_to_release():
    async def refused():
        raise LookupError

    socket = room.RoomConsumer()
    await socket.on_disconnect()
    socket.entering = asyncio.create_task(refused())
    await socket.on_disconnect()

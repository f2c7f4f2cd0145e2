"""The listener as an operator sees it: metrics, a taken port, a graceful stop, and off by default."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.servers import free_port, redis, watchium_server
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import connected
from tests.watchium.telemetry.test_metrics_live import wait_for


async def test_metrics_count_the_connections(syncplay_server: SyncplayServer):
    async with connected(syncplay_server.port) as tom:
        await asyncio.to_thread(wait_for, syncplay_server.server, "watchium_syncplay_sockets", 1)
        assert not tom.closed


def test_a_taken_port_ends_the_start_with_one_line(syncplay_server: SyncplayServer):
    taken = str(syncplay_server.port)
    with pytest.raises(RuntimeError, match=f"Cannot listen on 127.0.0.1:{taken} for Syncplay"):
        syncplay_server.server.manage("serve", "--port", str(free_port()), "--syncplay", taken)


def test_a_certificate_that_cannot_be_read_ends_the_start_with_one_line(syncplay_server: SyncplayServer):
    env = {**syncplay_server.server.env, "WATCHIUM_SYNCPLAY_CERTIFICATE": "/none/fullchain.pem"}
    with pytest.raises(RuntimeError, match=r"WATCHIUM_SYNCPLAY_KEY .*: No such file or directory\.\n$"):
        replace(syncplay_server.server, env=env).manage("serve", "--port", str(free_port()))


def test_a_server_without_it_imports_nothing_of_it(syncplay_server: SyncplayServer):
    code = (
        "import sys, watchium.asgi, watchium.server.uvicorn_server, watchium.management.commands.serve;"
        "print([name for name in sys.modules if name.startswith('watchium.syncplay')])"
    )
    assert syncplay_server.server.manage("shell", "-c", code).strip().endswith("[]")


async def test_a_stopped_server_closes_its_clients_without_an_error(where: dict[str, str]):
    """Without an error, because a client that got one does not connect again."""
    port = free_port()
    with watchium_server({**where, "WATCHIUM_SYNCPLAY": str(port)}) as server:
        scene = await scene_on(server)
        async with connected(port, "Tom", scene.room_id) as tom:
            await tom.until(lambda client: client.room)
            assert await asyncio.to_thread(server.terminate) == 0
            await tom.until_closed()
            assert tom.error is None
        assert "Traceback" not in server.log()


@pytest.mark.long
async def test_clients_of_all_processes_follow_the_room(where: dict[str, str]):
    """The kernel spreads them over the processes, and Redis carries the room's events."""
    port = free_port()
    several = {"WATCHIUM_PROCESSES": "2", "WATCHIUM_SYNCPLAY": str(port)}
    async with AsyncExitStack() as stack:
        redis_url = stack.enter_context(redis())
        server = stack.enter_context(watchium_server({**where, **several, "REDIS_URL": redis_url}))
        scene = await scene_on(server)
        alice = await stack.enter_async_context(scene.alice.enter(scene.room_id))
        clients = [
            await stack.enter_async_context(connected(port, f"Tom {number}", scene.room_id))
            for number in range(6)
        ]
        for client in clients:
            await client.until_here()
        await alice.say("play", current_time=5)
        for client in clients:
            await client.until(lambda client: not client.paused)
            client.send(Chat=f"from {client.name}")
        for client in clients:
            await client.until(
                lambda client: len([line for line in client.chat if line[1].startswith("from")]) == 6
            )

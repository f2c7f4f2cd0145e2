"""The listener as an operator sees it: metrics, a taken port, a graceful stop, and off by default."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from rooms.ids import md5_of
from tests.conftest import SYNCPLAY_PROXY
from tests.servers import Server, forks, free_port, redis, watchium_server
from tests.servers.watchium import listeners
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected
from tests.watchium.telemetry.test_metrics_live import scrape, wait_for

pytestmark = pytest.mark.once


async def test_metrics_count_the_connections(syncplay_server: SyncplayServer):
    async with connected(syncplay_server.port) as tom:
        await asyncio.to_thread(wait_for, syncplay_server.server, "watchium_syncplay_sockets", 1)
        assert not tom.closed


async def test_metrics_count_how_connections_began(syncplay_server: SyncplayServer):
    def name(result: str) -> str:
        return f'watchium_syncplay_connections_total{{result="{result}"}}'

    server, results = syncplay_server.server, ("clear_text", "no_handshake", "no_proxy_header")
    before = await asyncio.to_thread(scrape, server)
    async with (
        connected(syncplay_server.port, "Tom", "no such room"),
        connected(syncplay_server.port, local_address=SYNCPLAY_PROXY) as unnamed,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", syncplay_server.port)
        writer.write(b'{"TLS": {"startTLS": "send"}}\r\n')
        assert b"true" in await reader.readline()
        writer.write(b"no handshake")
        unnamed.send_raw(b"no header at all")
        for result in results:
            await asyncio.to_thread(wait_for, server, name(result), before.get(name(result), 0) + 1)
        writer.close()


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
    own_process = [str(forks.ROOT / "manage.py"), "shell", "-c", code]  # a fork has these modules already
    done = forks.run(own_process, syncplay_server.server.env, 60)
    assert done.stdout.strip().endswith("[]"), done


async def test_the_option_of_serve_counts_for_pages_and_passwords_too(where: dict[str, str]):
    port = free_port()
    with watchium_server(where, options=("--syncplay", str(port))) as server:
        scene = await scene_on(server, visibility="private", passphrase="open sesame")
        path = f"/api/rooms/{scene.room_id}/player-code/"
        shown = await asyncio.to_thread(scene.alice._call, "POST", path, dict[str, str], {})
        assert shown["server"] == f"127.0.0.1:{port}"
        async with connected(port) as tom:
            tom.hello(scene.room_id, md5_of("open sesame"))
            await tom.until(lambda client: client.room)


async def test_a_stopped_server_closes_its_clients_without_an_error(where: dict[str, str]):
    """Without an error, because a client that got one does not connect again."""
    port = free_port()
    with watchium_server({**where, "WATCHIUM_SYNCPLAY": str(port)}) as server:
        scene = await scene_on(server)
        async with connected(port, "Tom", scene.room_id) as tom:
            await tom.until(lambda client: client.room)
            async with connected(port) as newcomer:
                assert await asyncio.to_thread(server.terminate) == 0
                for client in (tom, newcomer):
                    await client.until_closed()
                    assert client.error is None
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
        await _survives_a_killed_process(stack, server, port, scene.room_id, clients)


async def _survives_a_killed_process(
    stack: AsyncExitStack, server: Server, port: int, room_id: str, clients: list[ScriptedClient]
) -> None:
    """Its clients come back at once, those of the other process notice nothing, and another process takes its place."""
    before = await asyncio.to_thread(workers, server)
    os.kill(int(before[0]), signal.SIGKILL)
    states = {client: client.states for client in clients}
    for client in clients:
        await client.until_closed_or(lambda client: client.states > states[client] + 2)
    assert 0 < len([client for client in clients if client.closed]) < len(clients)
    for client in clients:
        if client.closed:
            again = await stack.enter_async_context(connected(port, client.name, room_id))
            await again.until(lambda client: client.room)
    while listeners(port) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert len({*before} & {*await asyncio.to_thread(workers, server)}) == 1


def workers(server: Server) -> list[str]:
    return Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()

"""Metrics of running servers."""

from __future__ import annotations

import asyncio
import http.client
import re
import time
from dataclasses import replace

import pytest

from tests.client import Client
from tests.deployments import Deployment
from tests.servers import Server
from tests.watchium.consumers.fixtures import scene_on
from watchium.client import ProblemError

TIMEOUT_S = 10.0


def scrape(server: Server) -> dict[str, float]:
    """The values by name and labels."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        text = response.read().decode()
        assert response.status == 200, text
    finally:
        connection.close()
    return {name: float(value) for name, value in re.findall(r"^(watchium_\S+) (\S+)$", text, re.MULTILINE)}


def wait_for(server: Server, name: str, at_least: float) -> dict[str, float]:
    until = time.monotonic() + TIMEOUT_S
    while (found := scrape(server)).get(name, 0) < at_least:
        assert time.monotonic() < until, f"{name} is {found.get(name)}, not {at_least}"
        time.sleep(0.1)
    return found


async def test_a_command_is_counted_with_the_time_until_its_broadcast(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        before = await asyncio.to_thread(scrape, server)
        await alice.say("pause", current_time=3)
        await bob.hear("pause")
        found = await asyncio.to_thread(scrape, server)

    def more(name: str) -> float:
        return found[name] - before.get(name, 0)

    assert more('watchium_events_total{type="pause"}') == 1
    assert more('watchium_commands_total{type="pause"}') == 1
    assert more("watchium_broadcast_seconds_count") >= 1
    assert 0 < more("watchium_broadcast_seconds_sum") < TIMEOUT_S
    assert more("watchium_deliveries_total") >= 2
    assert found['watchium_sockets{kind="room"}'] >= 2
    assert found["watchium_members_present"] >= 2
    assert found["watchium_database_up"] == 1


@pytest.mark.once
async def test_a_rejection_is_counted_by_its_code(server: Server):
    scene = await scene_on(server)
    before = await asyncio.to_thread(scrape, server)
    async with scene.bob.enter(scene.room_id) as bob:
        with pytest.raises(ProblemError):
            await bob.say("seek", current_time=60)
    with pytest.raises(ProblemError):
        await asyncio.to_thread(scene.bob.control, scene.room_id, "seek", current_time=60)
    found = await asyncio.to_thread(scrape, server)
    refused = 'watchium_refused_total{code="not_host"}'
    assert found[refused] - before.get(refused, 0) == 2


@pytest.mark.once
async def test_reports_of_players_are_counted_by_whether_they_are_in_sync(server: Server):
    scene = await scene_on(server)
    before = await asyncio.to_thread(scrape, server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.send("heartbeat", current_time=0, is_playing=False, is_synced=True)
        name = 'watchium_reports_total{verdict="in_step"}'
        found = await asyncio.to_thread(wait_for, server, name, before.get(name, 0) + 1)
    assert found["watchium_heartbeats_total"] > before.get("watchium_heartbeats_total", 0)


async def test_each_of_several_processes_reports_the_sum(pair: Deployment):
    scene = await scene_on(pair.here)
    elsewhere = replace(scene, server=pair.there, bob=Client(pair.there.url, scene.bob.token))
    async with scene.alice.enter(scene.room_id) as alice, elsewhere.bob.enter(scene.room_id) as bob:
        before = await asyncio.to_thread(scrape, pair.there)
        await alice.say("pause", current_time=3)
        await bob.hear("pause")
        name = 'watchium_events_total{type="pause"}'
        for server in pair.servers:
            await asyncio.to_thread(wait_for, server, name, before.get(name, 0) + 1)
            await asyncio.to_thread(wait_for, server, "watchium_processes", 2)
            found = await asyncio.to_thread(wait_for, server, 'watchium_sockets{kind="room"}', 2)
            assert len([name for name in found if name.startswith("watchium_process_cpu_seconds")]) == 2


@pytest.mark.once
async def test_totals_survive_a_restart(killable_server: Server):
    scene = await scene_on(killable_server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("pause", current_time=3)
    name = 'watchium_events_total{type="pause"}'
    await asyncio.to_thread(wait_until_written, killable_server, name)
    killable_server.kill()
    killable_server.start()
    found = await asyncio.to_thread(scrape, killable_server)
    assert found[name] == 1
    assert found["watchium_processes"] == 1


def wait_until_written(server: Server, name: str) -> None:
    """Wait until the process has written its metric file, which it does once a second."""
    until = time.monotonic() + TIMEOUT_S
    while b'"pause"' not in (server.data_dir / "figures" / "0").read_bytes():
        assert time.monotonic() < until, f"{name} was never written"
        time.sleep(0.05)

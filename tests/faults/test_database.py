"""The database slow, out of connections, restarted, and unavailable."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from tests.client import RoomClient
from tests.deployments import Deployment, one_process, two_processes
from tests.faults.support.invariants import everything_holds, footprint, settles_back, until
from tests.faults.support.locks import room_row_locked
from tests.faults.support.send_commands import say_until_accepted
from tests.guarantees.fixtures import scene_in
from tests.servers import Missing, Server, Service, migrated_postgres_service, unavailable, watchium_server
from tests.watchium.consumers.fixtures import Scene
from watchium.client import ProblemError

CONNECTIONS = 40
AT_ONCE = 8


async def round_trips(room: RoomClient, count: int) -> int:
    """Send some pings one after the other; return the number of responses."""
    for _ in range(count):
        await room.ping()
    return count


async def test_pong_does_not_wait_for_the_database(server: Server):
    scene = await scene_in(one_process(server))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        with room_row_locked(server, scene.room_id):
            waiting = asyncio.create_task(alice.say("play", timeout=20))
            answered = await round_trips(bob, 20) + await round_trips(
                alice, 5
            )  # not even after a command on the same socket
            assert not waiting.done()
        await waiting
    # The lock is held until all of them are back: a loaded machine changes nothing.
    assert answered == 25


async def test_a_stop_does_not_wait_for_a_database_that_hangs(killable_server: Server):
    scene = await scene_in(one_process(killable_server))
    async with scene.alice.enter(scene.room_id) as alice:
        with room_row_locked(killable_server, scene.room_id):
            waiting = asyncio.create_task(alice.say("play", timeout=60))
            await round_trips(alice, 5)
            assert await asyncio.to_thread(killable_server.terminate) == 0
        assert await alice.closed() == 4012
        waiting.cancel()


@pytest.mark.long
async def test_a_silent_database_times_out_as_soon_as_documented(server: Server):
    scene = await scene_in(one_process(server))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        with room_row_locked(server, scene.room_id):
            with pytest.raises(ProblemError) as refused:
                await alice.say("seek", event_id="once", current_time=3, timeout=30)
            assert refused.value.code == "unavailable"
        again = await say_until_accepted(alice, "seek", event_id="once", current_time=3)
        assert (await bob.hear("seek")).revision == again.revision


@pytest.mark.long
async def test_a_row_locked_for_five_seconds_delays_its_room_and_loses_nothing(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        with room_row_locked(deployment.here, scene.room_id):
            asked = [
                asyncio.create_task(say_until_accepted(alice, "seek", f"s{n}", current_time=n))
                for n in range(4)
            ]
            await asyncio.sleep(5)
            assert not any(task.done() and task.exception() for task in asked)
        answers = await asyncio.gather(*asked)
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=deployment.servers
        )


@pytest.fixture
def database() -> Iterator[Service]:
    try:
        with migrated_postgres_service(CONNECTIONS) as service:
            yield service
    except Missing as missing:
        unavailable(missing)


@pytest.fixture
def on_it(database: Service) -> Iterator[Deployment]:
    with two_processes({"DATABASE_URL": database.url}) as deployment:
        yield deployment


@pytest.fixture
def alone(database: Service) -> Iterator[Deployment]:
    with watchium_server({"DATABASE_URL": database.url}) as server:
        yield one_process(server)


def waiting_for_a_lock(database: Service) -> int:
    with psycopg.connect(database.url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(found.fetchone()[0])  # type: ignore[index]


async def use_connections(database: Service, deployment: Deployment, scene: Scene) -> None:
    """Open many connections at the same time; afterwards all are idle."""
    with ThreadPoolExecutor(AT_ONCE) as hands:
        with room_row_locked(deployment.here, scene.room_id):
            presses = [hands.submit(scene.alice.control, scene.room_id, "pause") for _ in range(AT_ONCE)]
            await until(lambda: waiting_for_a_lock(database) == AT_ONCE, 10)
        for press in presses:
            press.result()


async def test_the_first_request_after_a_database_restart_succeeds(database: Service, alone: Deployment):
    scene = await scene_in(alone)
    await use_connections(database, alone, scene)
    await asyncio.to_thread(database.end)
    await asyncio.to_thread(database.start)
    await everything_holds(scene.alice, scene.room_id, servers=alone.servers)


@pytest.mark.long
async def test_the_first_request_after_a_long_database_outage_succeeds(database: Service, alone: Deployment):
    scene = await scene_in(alone)
    await asyncio.to_thread(database.end)
    for _ in range(4):  # each waits as long as the pool
        with pytest.raises(ProblemError):
            await asyncio.to_thread(scene.alice.state, scene.room_id)
    await asyncio.to_thread(database.start)
    await everything_holds(scene.alice, scene.room_id, servers=alone.servers)


async def through(deployment: Deployment, fault) -> None:
    """A room in which alice sends commands during the fault; afterwards the invariants hold."""
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [await alice.say("play")]
        before = [footprint(server) for server in deployment.servers]
        going_on = asyncio.create_task(fault())
        number = 0
        while not going_on.done() or number < 3:
            number += 1
            answers.append(await say_until_accepted(alice, "seek", f"s{number}", current_time=number % 60))
            await asyncio.sleep(0.2)
        await going_on
        assert (alice.close_code, bob.close_code) == (None, None)
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=deployment.servers
        )
        for server, held in zip(deployment.servers, before, strict=True):
            await settles_back(server, held)


@pytest.mark.parametrize("gone_s", [0, pytest.param(30, marks=pytest.mark.long)])
@pytest.mark.long
async def test_a_database_that_restarts(database: Service, on_it: Deployment, gone_s: float):
    async def restart() -> None:
        await asyncio.to_thread(database.end)
        await asyncio.sleep(gone_s)
        await asyncio.to_thread(database.start)

    await through(on_it, restart)


@pytest.mark.long
async def test_a_database_without_a_free_connection(database: Service, on_it: Deployment):
    async def occupy() -> None:
        with ExitStack() as stack:
            try:
                while True:
                    stack.enter_context(
                        await asyncio.to_thread(psycopg.connect, database.url, connect_timeout=2)
                    )
            except psycopg.OperationalError:
                await asyncio.sleep(6)  # longer than the pool's timeout

    await through(on_it, occupy)

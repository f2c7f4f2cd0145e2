from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from tests.services import Server, redis, watchium_server
from tests.watchium.socket_scene import scene_on
from watchium.client import Client, RoomClient


@contextmanager
def room_row_locked(server: Server, room_id: str) -> Iterator[None]:
    """While this lasts, whoever wants to change the room waits in the database."""
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            connection.execute("SELECT 1 FROM rooms_room WHERE room_id = %s FOR UPDATE", [room_id])
            yield
        return
    connection = sqlite3.connect(server.data_dir / "watchium.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def round_trips_ms(room: RoomClient, count: int) -> list[float]:
    """How long each of some pings took, one after the other."""
    took = []
    for _ in range(count):
        started = time.perf_counter()
        await room.ping()
        took.append((time.perf_counter() - started) * 1000)
    return took


async def test_pong_does_not_wait_for_the_database(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        with room_row_locked(server, scene.room_id):
            waiting = asyncio.create_task(alice.say("play", timeout=20))
            await bob.ping()
            took_ms = await round_trips_ms(bob, 20)
            took_ms += await round_trips_ms(alice, 5)  # not even behind its own command
            assert not waiting.done()
        await waiting
    # Ordered by size, not by the clock of a loaded machine: the lock lasts until all of them are back.
    assert len(took_ms) == 25


async def test_a_killed_server_comes_back_where_it_would_have_been_and_nothing_acknowledged_is_lost(
    mortal_server: Server,
):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        acknowledged = [
            await alice.say("seek", event_id=f"s{number}", current_time=number) for number in range(5)
        ]
        acknowledged.append(await alice.say("play", event_id="play"))
        await bob.hear("play")
        resumes = [alice.resume, bob.resume]
        timeline = bob.timeline
        mortal_server.kill()
    await asyncio.to_thread(mortal_server.start)
    for client, resume in zip((scene.alice, scene.bob), resumes, strict=True):
        async with client.enter(scene.room_id, resume=resume) as again:
            assert again.welcome.resumed
            assert again.revision == acknowledged[-1].revision
    state = await asyncio.to_thread(scene.alice.state, scene.room_id)
    assert state.timeline == timeline
    log = await asyncio.to_thread(scene.alice.events, scene.room_id, 0)
    assert [event["revision"] for event in log.events] == list(range(1, log.revision + 1))
    logged = [event["payload"]["event_id"] for event in log.events]
    assert [logged.count(answer.event_id) for answer in acknowledged] == [1] * len(acknowledged)
    again = await asyncio.to_thread(scene.alice.control, scene.room_id, "seek", event_id="s3", current_time=3)
    assert again == acknowledged[3]
    assert "Traceback" not in mortal_server.log()


async def test_a_stop_tells_every_client_to_come_back_and_ends_well(mortal_server: Server):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("play")
        assert await asyncio.to_thread(mortal_server.terminate) == 0
        assert await alice.closed() in (1012, 4012)


async def test_the_host_of_a_killed_server_is_still_the_host_of_the_next(mortal_server: Server):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id), scene.bob.enter(scene.room_id):
        mortal_server.kill()
    await asyncio.to_thread(mortal_server.start)
    async with scene.bob.enter(scene.room_id) as bob:
        assert bob.welcome.room.host_id == scene.alice.user_id


async def test_two_processes_behind_redis_are_one_room(where: dict[str, str]):
    with ExitStack() as stack:
        shared = {**where, "REDIS_URL": stack.enter_context(redis())}
        one = stack.enter_context(watchium_server(shared))
        other = stack.enter_context(watchium_server(shared, data_dir=one.data_dir))
        scene = await scene_on(one)
        bob_elsewhere = Client(other.url, scene.bob.token)
        async with scene.alice.enter(scene.room_id) as alice, bob_elsewhere.enter(scene.room_id) as bob:
            accepted = await alice.say("pause", current_time=9)
            assert (await bob.hear("pause")).revision == accepted.revision
            await bob.say("comment", text="from the other side")
            while (await alice.hear("new_comment")).payload.text != "from the other side":
                pass

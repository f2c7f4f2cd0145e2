"""Redis killed, suspended, emptied, and absent at start, with one room in two processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.client import RoomClient
from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds, footprint, settles_back
from tests.guarantees.fixtures import scene_in
from tests.servers import Service, redis_service, watchium_server

HEALED_S = 20


async def hears_broadcasts(scene, *clients: RoomClient) -> None:
    """A custom event has no revision: only its broadcast delivers it."""
    waiting = set(clients)
    for _ in range(HEALED_S * 2):
        await asyncio.to_thread(scene.alice.broadcast, scene.room_id, "wave", {})
        await asyncio.sleep(0.5)
        waiting -= {
            client
            for client in waiting
            if "wave" in [getattr(event, "type", "") for event in client.received()]
        }
        if not waiting:
            return
    raise AssertionError(f"no broadcast reaches everybody within {HEALED_S} s")


async def killed(redis: Service) -> None:
    redis.kill()
    await asyncio.sleep(3)
    await asyncio.to_thread(redis.start)


async def frozen(redis: Service) -> None:
    redis.freeze()
    await asyncio.sleep(8)
    redis.thaw()


async def emptied(redis: Service) -> None:
    import redis as client

    with client.Redis.from_url(redis.url) as connection:
        connection.flushall()


@pytest.mark.parametrize("fault", [killed, pytest.param(frozen, marks=pytest.mark.long), emptied])
async def test_a_room_keeps_working_without_redis_and_recovers(killable_pair: Deployment, fault: Callable):
    scene = await scene_in(killable_pair)
    assert killable_pair.redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [await alice.say("play")]
        await bob.hear("play")
        before = [footprint(server) for server in killable_pair.servers]
        going_on = asyncio.create_task(fault(killable_pair.redis))
        number = 0
        while not going_on.done() or number < 5:
            number += 1
            answers.append(
                await alice.say("seek", event_id=f"s{number}", current_time=number % 60, timeout=15)
            )
            await asyncio.sleep(0.3)
        await going_on
        assert (alice.close_code, bob.close_code) == (None, None)
        await hears_broadcasts(scene, alice, bob)
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=killable_pair.servers
        )
        for server, held in zip(killable_pair.servers, before, strict=True):
            await settles_back(server, held)


@pytest.mark.long
async def test_processes_that_start_before_redis_serve_and_connect_to_it_later(where: dict[str, str]):
    with ExitStack() as stack:
        redis = stack.enter_context(redis_service(started=False))
        shared = {**where, "REDIS_URL": redis.url}
        here = stack.enter_context(watchium_server(shared))
        deployment = Deployment(
            here, stack.enter_context(watchium_server(shared, data_dir=here.data_dir)), redis
        )
        scene = await scene_in(deployment)
        async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
            answers = [await alice.say("seek", current_time=4, timeout=15)]
            await bob.hear("seek", timeout=15)
            await asyncio.to_thread(redis.start)
            await hears_broadcasts(scene, alice, bob)
            answers.append(await alice.say("pause"))
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=answers,
                servers=deployment.servers,
            )

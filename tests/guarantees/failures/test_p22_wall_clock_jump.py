from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import RoomClient
from tests.deployments import Deployment, one_process
from tests.faults.support.invariants import everything_holds
from tests.faults.support.wall_clock import WallClock, wall_clock
from tests.guarantees.fixtures import scene_in
from tests.servers import Missing, Server, unavailable, watchium_server

HOUR_S, TEN_MINUTES_S = 3600, 600
MOVED_MS = 250


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    try:
        return wall_clock(tmp_path)
    except Missing as missing:
        unavailable(missing)


@pytest.fixture
def under_it(clock: WallClock, where: dict[str, str]) -> Iterator[Server]:
    with watchium_server({**where, **clock.env}) as running:
        yield running


async def offset_ms(client: RoomClient) -> float:
    """Return the offset of the server's clock, from the fastest of a few exchanges."""
    exchanges = [await client.ping() for _ in range(5)]
    return min(exchanges, key=lambda exchange: exchange[1])[0]


async def test_p22_a_jump_of_an_hour_forward_and_back_changes_no_position_and_no_clock(
    clock: WallClock, under_it: Server
):
    scene = await scene_in(one_process(under_it))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("play", current_time=0)
        playing = (await bob.hear("play")).timestamp
        before_ms = await offset_ms(bob)
        for jump_s in (HOUR_S, -HOUR_S, 0):
            clock.off_by(jump_s)
            assert abs(await offset_ms(bob) - before_ms) < MOVED_MS
            async with scene.bob.enter(scene.room_id) as late:
                assert late.timeline == alice.timeline
                assert late.welcome.clock_id == bob.welcome.clock_id
        await alice.say("pause")
        paused = await bob.hear("pause")
        assert abs(paused.payload.current_time - (paused.timestamp - playing) / 1000) < MOVED_MS / 1000
        assert (paused.timestamp - playing) / 1000 < TEN_MINUTES_S
        await everything_holds(scene.alice, scene.room_id, live=[alice, bob], servers=[under_it])


@pytest.mark.long
async def test_p22_a_process_started_with_a_wrong_date_has_the_same_clock(clock: WallClock, under_it: Server):
    scene = await scene_in(one_process(under_it))
    async with scene.bob.enter(scene.room_id) as bob:
        before_ms, clock_id = await offset_ms(bob), bob.welcome.clock_id
    under_it.terminate()
    clock.off_by(TEN_MINUTES_S)
    with watchium_server(dict(under_it.env), data_dir=under_it.data_dir) as other:
        await asyncio.to_thread(under_it.start)
        deployment = Deployment(under_it, other)
        for server in deployment.servers:
            scene.bob.base_url = server.url
            async with scene.bob.enter(scene.room_id) as bob:
                assert abs(await offset_ms(bob) - before_ms) < MOVED_MS
                assert bob.welcome.clock_id == clock_id

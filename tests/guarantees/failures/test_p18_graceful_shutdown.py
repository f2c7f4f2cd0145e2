from __future__ import annotations

import asyncio
import time

from tests.deployments import Deployment, one_process, several_processes
from tests.faults.support.invariants import everything_holds
from tests.faults.support.stalled_reader import deaf_socket
from tests.guarantees.fixtures import scene_in
from tests.servers import Server
from watchium.client import ProblemError

STOPPED_S = 10


@several_processes
async def test_p18_all_sockets_close_with_a_request_to_reconnect_and_the_exit_is_clean(
    killable_pair: Deployment,
):
    scene = await scene_in(killable_pair)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        for server, client in ((killable_pair.there, bob), (killable_pair.here, alice)):
            async with asyncio.timeout(STOPPED_S):
                assert await asyncio.to_thread(server.terminate) == 0
                assert await client.closed() in (1012, 4012)
        for server in killable_pair.servers:
            assert "Traceback" not in server.log()


async def test_p18_commands_in_flight_get_a_response_and_acknowledged_ones_are_stored(
    killable_server: Server,
):
    scene = await scene_in(one_process(killable_server))
    async with scene.alice.enter(scene.room_id) as alice:
        asked = [
            asyncio.ensure_future(alice.say("seek", event_id=f"s{number}", current_time=number))
            for number in range(30)
        ]
        await asked[0]
        stopping = asyncio.create_task(asyncio.to_thread(killable_server.terminate))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert await stopping == 0
    # Each was accepted, refused with an error, or not started: the socket closed without a response.
    accepted = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert all(
        isinstance(answer, ProblemError | ConnectionError) for answer in answers if answer not in accepted
    )
    await asyncio.to_thread(killable_server.start)
    async with scene.alice.enter(scene.room_id) as alice:
        for number in range(30):
            await alice.say("seek", event_id=f"s{number}", current_time=number)
        await everything_holds(
            scene.alice, scene.room_id, live=[alice], acknowledged=accepted, servers=[killable_server]
        )


async def test_p18_a_client_that_never_reads_does_not_delay_the_shutdown(generous_server: Server):
    scene = await scene_in(one_process(generous_server))
    async with (
        scene.alice.enter(scene.room_id) as alice,
        deaf_socket(scene.bob, scene.room_id),
    ):
        for _ in range(100):
            await asyncio.to_thread(scene.alice.broadcast, scene.room_id, "noise", {"words": "x" * 3000})
        started = time.monotonic()
        assert await asyncio.to_thread(generous_server.terminate) == 0
        assert time.monotonic() - started < STOPPED_S
        assert await alice.closed() in (1012, 4012)

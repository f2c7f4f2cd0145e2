"""Network faults between clients of the public protocol and an unmodified server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.client import Client, RoomClient
from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds, until
from tests.faults.support.lossy_link import Link, link_to
from tests.guarantees.fixtures import elsewhere, scene_in
from tests.watchium.consumers.fixtures import Scene
from watchium.client import ProblemError, Resume
from watchium.protocol.replies import Accepted

BACK_S = 30


@dataclass
class Behind:
    """alice connects directly, bob through his own link."""

    deployment: Deployment
    scene: Scene
    link: Link
    alice: RoomClient
    far: Client
    ends: AsyncExitStack

    async def back(self, resume: Resume) -> RoomClient:
        """Connect bob like a page: retry until it works."""
        async with asyncio.timeout(BACK_S):
            while True:
                try:
                    return await self.ends.enter_async_context(
                        self.far.enter(self.scene.room_id, resume=resume)
                    )
                except (OSError, TimeoutError, ProblemError):
                    await asyncio.sleep(0.5)

    async def everything_holds(self, bob: RoomClient, *answers: Accepted) -> None:
        await everything_holds(
            self.scene.alice,
            self.scene.room_id,
            live=[self.alice, bob],
            acknowledged=answers,
            servers=self.deployment.servers,
        )


@asynccontextmanager
async def bob_behind_a_link(deployment: Deployment) -> AsyncIterator[Behind]:
    scene = await scene_in(deployment)
    async with (
        link_to(deployment.there.port) as link,
        scene.alice.enter(scene.room_id) as alice,
        AsyncExitStack() as ends,
    ):
        yield Behind(deployment, scene, link, alice, elsewhere(scene.bob, link.url), ends)


@pytest.mark.parametrize(
    "cut_s", [5, pytest.param(20, marks=pytest.mark.long), pytest.param(70, marks=pytest.mark.long)]
)
async def test_a_cut_link_loses_nothing_however_long(pair: Deployment, cut_s: int):
    async with bob_behind_a_link(pair) as here:
        async with here.far.enter(here.scene.room_id) as bob:
            answers = [await here.alice.say("play")]
            await bob.hear("play")
            here.link.cut()
            answers += [await here.alice.say("seek", current_time=number) for number in range(5)]
            await asyncio.sleep(cut_s)
            here.link.mend()
            resume = bob.resume
        bob = await here.back(resume)
        assert bob.welcome.resumed
        await here.everything_holds(bob, *answers)


async def test_a_link_that_only_carries_to_the_server_delivers_commands_and_later_their_responses(
    pair: Deployment,
):
    async with bob_behind_a_link(pair) as here:
        await asyncio.to_thread(here.scene.alice.change_room, here.scene.room_id, control_policy="everyone")
        async with here.far.enter(here.scene.room_id) as bob:
            here.link.down.open.clear()
            asked = asyncio.create_task(bob.say("seek", event_id="blind", current_time=8))
            while (await here.alice.hear("seek")).payload.event_id != "blind":
                pass
            assert not asked.done()
            here.link.mend()
            answer = await asked
            await here.everything_holds(bob, answer)


async def test_a_command_lost_on_the_way_is_sent_again_and_done_once(pair: Deployment):
    async with bob_behind_a_link(pair) as here:
        await asyncio.to_thread(here.scene.alice.change_room, here.scene.room_id, control_policy="everyone")
        async with here.far.enter(here.scene.room_id) as bob:
            here.link.down.open.clear()
            asked = asyncio.create_task(bob.say("seek", event_id="again", current_time=8))
            while (await here.alice.hear("seek")).payload.event_id != "again":
                pass
            here.link.reset()  # the response was in transit
            with pytest.raises(ConnectionError):
                await asked
            resume = bob.resume
        here.link.mend()
        bob = await here.back(resume)
        answer = await bob.say("seek", event_id="again", current_time=8)
        await here.everything_holds(bob, answer)


async def test_a_reset_and_a_half_closed_link_end_the_socket_and_no_other(pair: Deployment):
    for bad_news in (Link.reset, Link.half_close):
        async with bob_behind_a_link(pair) as here:
            async with here.far.enter(here.scene.room_id) as bob:
                bad_news(here.link)
                await bob.closed(timeout=15)
                resume = bob.resume
            sought = await here.alice.say("seek", current_time=5)
            bob = await here.back(resume)
            await here.everything_holds(bob, sought)


@pytest.mark.long
async def test_single_bytes_now_and_then_do_not_keep_a_connection_open(pair: Deployment):
    reader, writer = await asyncio.open_connection("127.0.0.1", pair.here.port)
    scene = await scene_in(pair)

    async def dawdle() -> None:
        for byte in (
            b"GET /ws/rooms/" + scene.room_id.encode() + b"/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 60
        ):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.5)

    dawdling = asyncio.create_task(dawdle())
    async with asyncio.timeout(15):
        answer = await reader.read()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408")
    dawdling.cancel()
    writer.close()
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("play")


@pytest.mark.long
async def test_a_link_of_one_byte_a_second_closes_its_socket_and_slows_no_other_member(pair: Deployment):
    async with bob_behind_a_link(pair) as here:
        async with here.far.enter(here.scene.room_id) as bob:
            here.link.trickle(1)
            answers = [await here.alice.say("seek", current_time=number) for number in range(40)]
            await until(lambda: bob.close_code is not None, 60, "the socket behind the slow link is given up")
            resume = bob.resume
        here.link.trickle(None)
        bob = await here.back(resume)
        await here.everything_holds(bob, *answers)

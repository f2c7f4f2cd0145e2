"""The development server (daphne) has no direct writer and serves the same rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.servers import Server, watchium_server
from tests.watchium.consumers.fixtures import scene_on


@pytest.fixture(scope="module")
def daphne() -> Iterator[Server]:
    with watchium_server(program=("-m", "tests.watchium.server.run_daphne")) as running:
        yield running


async def test_members_under_daphne_receive_the_same_events(daphne):
    scene = await scene_on(daphne)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answer = await alice.say("seek", current_time=2.5)
        event = await bob.hear("seek")
        assert event.revision == answer.revision
        await bob.say("comment", text="hello")
        while (await alice.hear("new_comment")).payload.text != "hello":
            """Skip system comments."""


async def test_a_former_member_is_rejected_with_a_code_under_daphne(daphne):
    scene = await scene_on(daphne)
    async with scene.bob.enter(scene.room_id) as bob:
        await asyncio.to_thread(scene.bob.leave, scene.room_id)
        assert await bob.closed() in (4501, 4503)

from __future__ import annotations

import pytest

from tests.servers import Server, watchium_server
from tests.watchium.consumers.fixtures import scene_on
from watchium.client import ProblemError


async def test_an_intercepted_frame_is_useless_to_another_member(server: Server):
    scene = await scene_on(server)
    overheard = {"event_id": "once", "current_time": 12.5}
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        first = await alice.say("seek", **overheard)
        assert (await bob.hear("seek")).revision == first.revision
        with pytest.raises(ProblemError, match="not_host"):
            await bob.say("seek", **overheard)
        # Her event_id stays valid: her repeat is acknowledged and not applied again.
        assert await alice.say("seek", **overheard) == first
        assert (await alice.say("play")).revision == first.revision + 1


async def test_an_old_command_repeated_by_its_sender_is_acknowledged_and_not_applied_again(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        first = await alice.say("play", event_id="old")
        stopped = await alice.say("pause")
        assert await alice.say("play", event_id="old") == first
    async with scene.alice.enter(scene.room_id) as back:
        assert not back.welcome.timeline.is_playing
        assert back.welcome.revision >= stopped.revision
        assert await back.say("play", event_id="old") == first


async def test_an_event_id_cannot_be_reused_for_another_command(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("seek", event_id="mine", current_time=1)
        with pytest.raises(ProblemError, match="event_id_conflict"):
            await alice.say("seek", event_id="mine", current_time=2)


async def test_a_comment_sent_twenty_times_is_posted_once(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        for _ in range(20):
            await bob.send("comment", event_id="said", text="hello")
        await bob.say("comment", text="the end")
        texts = []
        while not texts or texts[-1] != "the end":
            comment = (await alice.hear("new_comment")).payload
            texts += [comment.text] if not comment.is_system_message else []
    assert texts == ["hello", "the end"]


async def test_repeats_are_rate_limited_and_acknowledged_again_later():
    with watchium_server({"WATCHIUM_LIMITS": "command=30/10"}) as few:
        scene = await scene_on(few)
        async with scene.alice.enter(scene.room_id) as alice:
            first = await alice.say("play", event_id="same")
            refused = None
            for _ in range(60):
                try:
                    assert await alice.say("play", event_id="same") == first
                except ProblemError as error:
                    refused = error
                    break
            assert refused is not None
            assert refused.problem.code == "rate_limited"
            retry_after_ms = refused.problem.retry_after_ms
            assert 0 < retry_after_ms <= 1000
            # Commands of other members are not counted.
            async with scene.bob.enter(scene.room_id) as bob:
                await bob.say("comment", text="hello")
            while True:
                try:
                    assert await alice.say("play", event_id="same") == first
                    break
                except ProblemError as again:
                    assert again.problem.code == "rate_limited"

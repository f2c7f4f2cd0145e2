from __future__ import annotations

import asyncio

import pytest

from tests.client import RoomClient
from tests.deployments import Deployment
from tests.guarantees.fixtures import scene_in
from tests.watchium.consumers.fixtures import Scene
from watchium.client import ProblemError


async def waiting_scene(deployment: Deployment, wait_s: int = 8) -> Scene:
    scene = await scene_in(deployment)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, stall_policy="wait", stall_wait_s=wait_s)
    return scene


async def report(member: RoomClient, state: str, revision: int | None = None) -> None:
    """Send a heartbeat, as the page does when its player's state changes."""
    revision = member.revision if revision is None else revision
    fields = {"state": state, "revision": revision, "latency_ms": 5, "start_cost_ms": 10}
    await member.send("heartbeat", current_time=0, is_playing=False, is_synced=True, **fields)
    await member.hear("head")


async def start(alice: RoomClient, bob: RoomClient) -> None:
    for member in (alice, bob):
        await report(member, "paused")
    await alice.say("play", current_time=0)
    playing = [await member.hear("play") for member in (alice, bob)]
    assert [event.payload.phase for event in playing] == ["playing", "playing"]


async def test_the_room_waits_for_a_stalled_member_by_name_and_resumes_with_him(deployment: Deployment):
    scene = await waiting_scene(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await start(alice, bob)
        await bob.send("buffer_start", reason="waiting")
        held = await alice.hear("timeline")
        assert (held.payload.phase, held.payload.cause) == ("holding", "hold")
        assert [one.username for one in held.payload.hold.who] == ["Bob"]
        assert held.payload.hold.until == held.timestamp + 8000
        async with scene.bob.enter(scene.room_id) as late:
            assert late.timeline == alice.timeline
        await bob.hear("timeline")
        await report(bob, "stalled")
        await report(alice, "paused")
        assert alice.timeline is not None and alice.timeline.phase == "holding"
        await bob.send(
            "heartbeat",
            current_time=0,
            is_playing=False,
            is_synced=True,
            state="ready",
            revision=bob.revision,
        )
        resumed = await alice.hear("timeline")
        assert (resumed.payload.cause, resumed.payload.hold) == ("release", None)
        assert resumed.payload.is_playing
        assert resumed.payload.current_time == held.payload.current_time
        assert (await bob.hear("timeline")).payload == resumed.payload


async def test_only_the_host_may_continue_without_a_stalled_member(deployment: Deployment):
    scene = await waiting_scene(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await start(alice, bob)
        await bob.send("buffer_start")
        await alice.hear("timeline")
        with pytest.raises(ProblemError, match="not_host"):
            await bob.say("continue_without")
        accepted = await alice.say("continue_without")
        resumed = await alice.hear("timeline")
        assert (resumed.revision, resumed.payload.cause) == (accepted.revision, "release")
        assert resumed.payload.username == "Alice"


async def test_a_wait_ends_after_the_rooms_limit(deployment: Deployment):
    scene = await waiting_scene(deployment, wait_s=1)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await start(alice, bob)
        await bob.send("buffer_start")
        held = await alice.hear("timeline")
        over = await alice.hear("timeline")
        assert (over.payload.cause, over.payload.phase) == ("hold_ended", "playing")
        assert over.timestamp >= held.payload.hold.until


async def test_a_start_waits_for_a_loading_member(deployment: Deployment):
    scene = await waiting_scene(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await report(alice, "paused")
        await report(bob, "loading")
        await bob.say("comment", text="wait for me")  # handled in order: his report has reached all processes
        await alice.say("play", current_time=0)
        held = await bob.hear("play")
        assert (held.payload.phase, held.payload.hold.why) == ("holding", "ready")
        assert [one.username for one in held.payload.hold.who] == ["Bob"]
        await report(bob, "ready")
        assert (await alice.hear("timeline")).payload.cause == "release"

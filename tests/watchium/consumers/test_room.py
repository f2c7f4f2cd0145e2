from __future__ import annotations

import asyncio

import pytest

from tests.servers import Server
from tests.watchium.consumers.fixtures import rejection_of, scene_on
from watchium.client import ProblemError


async def test_all_members_pause_where_the_host_paused(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("play", current_time=5)
        await bob.hear("play")
        accepted = await alice.say("pause", current_time=12.5)
        paused = await bob.hear("pause")
        assert (paused.revision, paused.payload.current_time) == (accepted.revision, 12.5)
        assert (await alice.hear("pause")).payload == paused.payload


async def test_a_member_who_followed_and_one_who_joins_hold_the_same_state(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("play")
        await alice.say("set_rate", rate=1.5)
        last = await alice.say("seek", current_time=40)
        while bob.revision < last.revision:
            await bob.hear("seek")
        async with scene.bob.enter(scene.room_id) as late:
            assert late.timeline == bob.timeline == alice.timeline


async def test_a_members_seek_is_rejected_over_socket_and_http(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        before = await asyncio.to_thread(scene.alice.state, scene.room_id)
        with pytest.raises(ProblemError) as over_socket:
            await bob.say("seek", current_time=60)
        with pytest.raises(ProblemError) as over_http:
            await asyncio.to_thread(scene.bob.control, scene.room_id, "seek", current_time=60)
        for error in (over_socket.value, over_http.value):
            assert error.code == "not_host"
            assert error.problem.message == "Only the host can control playback"
        assert over_http.value.status == 403
        after = await asyncio.to_thread(scene.alice.state, scene.room_id)
        assert (after.revision, after.timeline) == (before.revision, before.timeline)
        assert alice.revision == before.revision


async def test_outsiders_and_anonymous_clients_get_4501_whether_or_not_the_room_exists(server: Server):
    scene = await scene_on(server, visibility="private", passphrase="open sesame")
    for client in (scene.carol, None):
        assert await rejection_of(scene, client) == ("not_member", 4501)
        assert await rejection_of(scene, client, "zzzzzzzzzz") == ("not_member", 4501)


async def test_a_comment_reaches_all_members_once_and_as_text(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        text = "<b>hi</b> & <script>alert(1)</script>"
        first = await bob.say("comment", event_id="c1", text=text)
        assert await bob.say("comment", event_id="c1", text=text) == first
        received = []
        while not received or received[-1].payload.text != text:
            received.append(await alice.hear("new_comment"))
        assert received[-1].payload.username == "Bob"
        comments = await asyncio.to_thread(scene.alice.comments, scene.room_id)
        assert [c.text for c in comments.comments].count(text) == 1


async def test_a_removed_member_loses_every_tab_and_stays_out(server: Server):
    scene = await scene_on(server)
    async with scene.bob.enter(scene.room_id) as one, scene.bob.enter(scene.room_id) as other:
        scene.server.manage(
            "shell", "-c",
            "from rooms import actions; from rooms.models import Room;"
            f"actions.remove(Room.objects.get(room_id='{scene.room_id}'), '{scene.bob.user_id}', actor=None)",
        )  # fmt: skip
        with pytest.raises((ProblemError, ConnectionError)):
            await one.say("comment", text="still here?")
        # Another process did it and no message arrived: this one finds that the leases have ended.
        assert await other.closed(timeout=15) == 4012
    assert await rejection_of(scene, scene.bob) == ("banned", 4503)


async def test_leaving_in_one_tab_closes_all_tabs(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as one:
        async with scene.bob.enter(scene.room_id) as other:
            await one.send("leave")
            assert await other.closed() == 4501
        left = await alice.hear("member_left")
        assert (left.payload.username, left.payload.reason) == ("Bob", "left")


async def test_a_client_that_received_only_the_welcome_can_resume(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("play", event_id="go")
    async with scene.bob.enter(scene.room_id) as bob:
        assert bob.welcome.event_id == "go"
        resume = bob.resume
    async with scene.bob.enter(scene.room_id, resume=resume) as bob:
        assert bob.welcome.resumed


async def test_commands_before_a_leave_are_handled_though_the_socket_closes(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        async with scene.bob.enter(scene.room_id) as bob:
            for number in range(4):
                await bob.send("comment", event_id=f"c{number}", text=f"said {number}")
            await bob.send("leave")
        assert (await alice.hear("member_left")).payload.reason == "left"
    stored = await asyncio.to_thread(scene.alice.comments, scene.room_id)
    assert [c.text for c in stored.comments if c.text.startswith("said")] == [f"said {n}" for n in range(4)]

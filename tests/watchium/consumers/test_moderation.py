"""Moderation over sockets. The ban of an address is tested in tests/security/accounts/test_ban_evasion.py."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.deployments import Deployment
from tests.guarantees.fixtures import scene_in
from tests.servers import Server
from tests.watchium.consumers.fixtures import Scene, scene_on
from watchium.client import ProblemError
from watchium.protocol.moderation.events import ModerationState

YEAR_MINUTES = 366 * 24 * 60


async def refusal(client: Any, kind: str, **payload: Any) -> str:
    with pytest.raises(ProblemError) as refused:
        await client.say(kind, **payload)
    assert str(refused.value)
    return str(refused.value.code)


async def lists(scene: Scene) -> ModerationState:
    return await asyncio.to_thread(scene.alice.moderation, scene.room_id)


async def test_mute_slow_mode_filter_and_chat_off_refuse_with_their_codes_until_they_are_undone(
    server: Server,
):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        bob_id = bob.welcome.you.user_id
        await alice.say("mute_member", user_id=bob_id, minutes=5, reason="loud")
        muted = (await bob.hear("member_changed")).payload
        assert muted.user_id == bob_id
        act = (await alice.hear("moderated")).payload
        with pytest.raises(ProblemError) as refused:
            await bob.say("comment", text="hello")
        assert refused.value.code == "muted"
        assert 0 < refused.value.problem.retry_after_ms <= 300_000
        await alice.say("undo_act", act_id=act.id)
        await bob.hear("member_changed")
        await bob.say("comment", text="hello again")

        await alice.say("set_chat", filter=["spoil*"], links=False)
        assert await refusal(bob, "comment", text="Spoilers!") == "filtered"
        assert await refusal(bob, "comment", text="https://example.org") == "filtered"
        await alice.say("set_chat", slow_mode_s=600, filter=[])
        await bob.say("comment", text="spoilers are fine now")
        assert await refusal(bob, "comment", text="one more") == "slow_mode"
        await alice.say("set_chat", enabled=False)
        assert await refusal(bob, "comment", text="and another") == "chat_off"
        await alice.say("comment", text="only the host writes")

        await alice.say("delete_all_comments", user_id=bob_id)
        assert len((await bob.hear("comment_deleted")).payload.__struct_fields__) == 2
        found = await lists(scene)
        assert [act.kind for act in found.acts].count("set_chat") == 3
        deletion = next(act for act in found.acts if act.kind == "delete_all_comments")
        await alice.say("undo_act", act_id=deletion.id)
        assert (await bob.hear("comment_changed")).payload.comment.text == "hello again"


async def test_a_banned_or_removed_person_cannot_return_until_the_ban_is_lifted(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        bob_id = bob.welcome.you.user_id
        await alice.say("ban_member", user_id=bob_id, minutes=YEAR_MINUTES, reason="spoilers")
        assert await bob.closed() == 4503
        assert await joins(scene.bob, scene.room_id) == "banned"
        (ban,) = (await lists(scene)).bans
        assert (ban.kind, ban.reason, ban.user and ban.user.user_id) == ("ban", "spoilers", bob_id)
        await alice.say("lift_ban", ban_id=ban.id)
        assert await joins(scene.bob, scene.room_id) == "joined"
        await alice.say("remove_member", user_id=bob_id)
        assert await joins(scene.bob, scene.room_id) == "banned"


async def joins(client: Client, room_id: str) -> str:
    try:
        await asyncio.to_thread(client.join, room_id, "Bob")
    except ProblemError as refused:
        assert refused.code != "banned" or refused.problem.retry_after_ms
        return str(refused.code)
    return "joined"


async def test_bad_input_gets_its_code_and_changes_nothing(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        bob_id, alice_id = bob.welcome.you.user_id, alice.welcome.you.user_id
        for kind, payload, code in [
            ("mute_member", {"user_id": alice_id, "minutes": 5}, "not_allowed"),
            ("ban_member", {"user_id": alice_id, "minutes": 5}, "not_allowed"),
            ("mute_member", {"user_id": bob_id, "minutes": 0}, "bad_message"),
            ("mute_member", {"user_id": bob_id, "minutes": YEAR_MINUTES + 1}, "bad_message"),
            ("mute_member", {"user_id": "G-nobody", "minutes": 5}, "not_found"),
            ("mute_member", {"user_id": bob_id, "minutes": 5, "reason": "x" * 10_000}, "too_long"),
            ("ban_member", {"user_id": bob_id, "minutes": 5, "reason": "x" * 10_000}, "too_long"),
            ("set_chat", {"filter": [f"w{n}" for n in range(1500)]}, "bad_message"),
            ("set_chat", {"slow_mode_s": -1}, "bad_message"),
            ("undo_act", {"act_id": 2**53}, "not_found"),
            ("lift_ban", {"ban_id": 2**53}, "not_found"),
            ("report_member", {"user_id": alice_id}, "not_allowed"),
        ]:
            assert await refusal(alice, kind, **payload) == code, (kind, payload)
        for kind, payload in [
            ("mute_member", {"user_id": alice_id, "minutes": 5}),
            ("ban_member", {"user_id": alice_id, "minutes": 5}),
            ("set_chat", {"enabled": False}),
            ("delete_all_comments", {"user_id": alice_id}),
        ]:
            assert await refusal(bob, kind, **payload) == "not_allowed", kind
        found = await lists(scene)
        assert (found.bans, found.acts, found.filter) == ([], [], [])
        await bob.say("comment", text="still here")
        with pytest.raises(ProblemError) as refused:
            words = [f"word{n}" for n in range(10_000)]
            await asyncio.to_thread(scene.alice.command, scene.room_id, "set_chat", filter=words)
        assert refused.value.code == "too_long"


async def test_acts_reach_the_sockets_of_all_processes_within_a_second(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("mute_member", user_id=scene.bob.user_id, minutes=5)
        assert (await asyncio.wait_for(bob.hear("member_changed"), 1)).payload.muted_until
        assert (await asyncio.wait_for(alice.hear("moderated"), 1)).payload.kind == "mute"
        await alice.say("set_chat", slow_mode_s=30)
        assert (await asyncio.wait_for(bob.hear("room_changed"), 1)).payload.room.chat.slow_mode_s == 30

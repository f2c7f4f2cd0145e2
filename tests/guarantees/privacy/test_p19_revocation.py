from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.deployments import Deployment, several_processes
from tests.guarantees.fixtures import elsewhere, scene_in
from tests.servers import Service
from tests.watchium.consumers.fixtures import rejection_of
from tests.watchium.web.cookie_client import Browser
from watchium.client import ProblemError
from watchium.client.room_state import type_of

SOON_S = 1


@pytest.mark.parametrize(("deed", "more"), [("remove_member", {}), ("ban_member", {"minutes": 60})])
async def test_p19_a_removed_member_receives_and_reads_nothing_a_second_later(
    deployment: Deployment, deed: str, more: dict[str, int]
):
    scene = await scene_in(deployment, visibility="private", passphrase="open sesame")
    second_tab = elsewhere(scene.bob, deployment.here.url)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        scene.bob.enter(scene.room_id) as bob,
        second_tab.enter(scene.room_id) as other,
    ):
        await alice.say(deed, user_id=scene.bob.user_id, **more)
        for tab in (bob, other):
            assert await tab.closed(timeout=SOON_S) == 4503
        await alice.say("comment", text="a secret")
        for tab in (bob, other):
            assert "a secret" not in [
                event.payload.text for event in tab.received() if type_of(event) == "new_comment"
            ]
    for door in (scene.bob, second_tab):
        for call in (door.state, door.events, door.comments):
            with pytest.raises(ProblemError) as refused:
                await asyncio.to_thread(call, scene.room_id)
            assert refused.value.code == "not_member"
    assert await rejection_of(scene, scene.bob) == ("banned", 4503)


@several_processes
@pytest.mark.parametrize("away", [Service.kill, Service.freeze])
@pytest.mark.parametrize(("deed", "more"), [("remove_member", {}), ("ban_member", {"minutes": 60})])
async def test_p19_a_member_removed_in_another_process_receives_nothing_a_second_later_without_redis(
    killable_pair: Deployment, away: Callable[[Service], None], deed: str, more: dict[str, int]
):
    scene = await scene_in(killable_pair)
    redis = killable_pair.redis
    assert redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        away(redis)
        await alice.say(deed, user_id=scene.bob.user_id, **more)
        assert await bob.closed(timeout=SOON_S) == 4012  # a returning client gets the reason
    assert await rejection_of(scene, scene.bob) == ("banned", 4503)


@several_processes
async def test_p19_the_sockets_of_a_closed_room_close_even_without_redis(killable_pair: Deployment):
    scene = await scene_in(killable_pair)
    assert killable_pair.redis is not None
    async with scene.alice.enter(scene.room_id), scene.bob.enter(scene.room_id) as bob:
        killable_pair.redis.kill()
        await asyncio.to_thread(scene.alice.close_room, scene.room_id)
        assert await bob.closed(timeout=SOON_S) == 4012
    assert await rejection_of(scene, scene.bob) == ("room_closed", 4504)


@several_processes
async def test_p19_a_user_logged_out_in_another_process_receives_nothing_a_second_later_without_redis(
    killable_pair: Deployment,
):
    scene = await scene_in(killable_pair)
    assert killable_pair.redis is not None
    browser = Browser(killable_pair.here)
    browser.get("/")
    browser.post("/accounts/signup/", username="Dana", password1="horse staple", password2="horse staple")
    browser.get(f"/rooms/{scene.room_id}/")
    browser.post(f"/rooms/{scene.room_id}/", username="Dana")
    async with browser.enter(scene.room_id, at=killable_pair.there) as dana:
        killable_pair.redis.kill()
        await asyncio.to_thread(browser.post, "/accounts/logout/")
        assert await dana.closed(timeout=SOON_S) == 4012
    assert await browser.status_at(scene.room_id) == 4501


async def test_p19_non_members_cannot_learn_that_a_private_room_exists(deployment: Deployment):
    scene = await scene_in(deployment, visibility="private", passphrase="open sesame")
    answers = set()
    for room_id in (scene.room_id, "zzzzzzzzzz"):
        assert await rejection_of(scene, scene.carol, room_id) == ("not_member", 4501)
        for call in (scene.carol.state, scene.carol.events, scene.carol.comments):
            with pytest.raises(ProblemError) as refused:
                await asyncio.to_thread(call, room_id)
            answers.add((refused.value.status, refused.value.code, refused.value.problem.message))
    assert len(answers) == 1

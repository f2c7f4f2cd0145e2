from __future__ import annotations

import asyncio

import pytest

from tests.houses import House
from tests.promises.scenes import elsewhere, scene_in
from tests.watchium.socket_scene import turned_away
from watchium.client import ProblemError
from watchium.following import type_of

SOON_S = 1


@pytest.mark.parametrize(("deed", "more"), [("remove_member", {}), ("ban_member", {"minutes": 60})])
async def test_p19_somebody_sent_out_hears_and_reads_nothing_a_second_later(
    house: House, deed: str, more: dict[str, int]
):
    scene = await scene_in(house, visibility="private", passphrase="open sesame")
    second_tab = elsewhere(scene.bob, house.here.url)
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
                event.payload.text for event in tab.heard() if type_of(event) == "new_comment"
            ]
    for door in (scene.bob, second_tab):
        for call in (door.state, door.events, door.comments):
            with pytest.raises(ProblemError) as refused:
                await asyncio.to_thread(call, scene.room_id)
            assert refused.value.code == "not_member"
    assert await turned_away(scene, scene.bob) == ("banned", 4503)


async def test_p19_outsiders_learn_nothing_of_a_room_not_even_that_it_is_there(house: House):
    scene = await scene_in(house, visibility="private", passphrase="open sesame")
    answers = set()
    for room_id in (scene.room_id, "zzzzzzzzzz"):
        assert await turned_away(scene, scene.carol, room_id) == ("not_member", 4501)
        for call in (scene.carol.state, scene.carol.events, scene.carol.comments):
            with pytest.raises(ProblemError) as refused:
                await asyncio.to_thread(call, room_id)
            answers.add((refused.value.status, refused.value.code, refused.value.problem.message))
    assert len(answers) == 1

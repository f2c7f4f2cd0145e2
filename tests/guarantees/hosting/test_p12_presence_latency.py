from __future__ import annotations

import asyncio

import pytest

from rooms.actions.presence import GRACE_MS, SILENCE_MS
from tests.deployments import Deployment
from tests.faults.support.lossy_link import link_to
from tests.guarantees.fixtures import elsewhere, scene_in
from watchium.background.scheduler import PERIOD_S
from watchium.client.room_state import type_of
from watchium.server.uvicorn_server import server_config

DIRTY_S = 18
SLACK_S = 0.5  # margin for a busy machine, on which ticks and events take longer


async def heard_of(client, kind: str, user_id: str | None, within_s: float):
    """Wait for the event of this type about this member."""
    while (event := await client.hear(kind, timeout=within_s)).payload.user_id != user_id:
        pass
    return event


async def test_p12_a_join_and_a_clean_leave_show_within_a_second(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await heard_of(alice, "member_joined", scene.bob.user_id, 1)
        await bob.send("leave")
        left = await heard_of(alice, "member_left", scene.bob.user_id, 1)
        assert left.payload.reason == "left"


async def test_p12_a_reload_shows_neither(deployment: Deployment):
    scene = await scene_in(deployment)
    carol = elsewhere(scene.carol, deployment.there.url)
    await asyncio.to_thread(carol.join, scene.room_id, "Carol")
    async with scene.alice.enter(scene.room_id) as alice:
        async with scene.bob.enter(scene.room_id):
            pass
        await heard_of(alice, "member_joined", scene.bob.user_id, 2)
        async with scene.bob.enter(scene.room_id):
            async with carol.enter(scene.room_id):
                await heard_of(alice, "member_joined", carol.user_id, 2)
            # carol's tab closed after bob's: when her grace period is over, his would be too.
            about: list[tuple[str, str]] = []
            while ("member_left", carol.user_id) not in about:
                event = await alice.next_event(timeout=DIRTY_S)
                if type_of(event) in ("member_joined", "member_left"):
                    about.append((type_of(event), event.payload.user_id))
            assert scene.bob.user_id not in [user_id for _, user_id in about]


def test_p12_the_timeouts_for_a_dead_link_add_up_to_less_than_guaranteed():
    # The ping after the last pong and its timeout; the grace period of a closed socket; the next tick.
    config = server_config("127.0.0.1", 0)
    noticed_s = (config.ws_ping_interval or 0) + (config.ws_ping_timeout or 0)
    assert noticed_s + GRACE_MS / 1000 + PERIOD_S + SLACK_S <= DIRTY_S
    # A dead process renews no leases.
    assert SILENCE_MS / 1000 + PERIOD_S + SLACK_S <= DIRTY_S


@pytest.mark.long
async def test_p12_a_member_with_a_dead_link_has_left_within_18_seconds(deployment: Deployment):
    scene = await scene_in(deployment)
    async with (
        link_to(deployment.there.port) as link,
        scene.alice.enter(scene.room_id) as alice,
        elsewhere(scene.bob, link.url).enter(scene.room_id) as bob,
    ):
        await heard_of(alice, "member_joined", scene.bob.user_id, 2)
        await bob.ping()
        link.cut()
        left = await heard_of(alice, "member_left", scene.bob.user_id, DIRTY_S)
        assert left.payload.reason == "lost"

from __future__ import annotations

import asyncio

from tests.deployments import Deployment
from tests.faults.support.backups import run_sql
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import scene_in


async def test_p20_two_parallel_cleanups_delete_nothing_of_a_playing_room(
    deployment: Deployment,
):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [
            await alice.say("seek", event_id=f"s{number}", current_time=number) for number in range(10)
        ]
        answers += [await alice.say("play", event_id="go")]
        away = bob.resume._replace(revision=answers[0].revision or 0, event_id="s0")
        run_sql(
            deployment.here,
            "UPDATE playback_playbackevent SET created_at = '2020-01-01 00:00:00+00:00' WHERE room_id ="
            f" (SELECT id FROM rooms_room WHERE room_id = '{scene.room_id}')",  # the id of an old event
        )
        cleaning = [
            asyncio.to_thread(server.manage, "maintain") for server in (deployment.here, deployment.there)
        ]
        done = asyncio.gather(*cleaning)
        while not done.done():
            answers.append(await alice.say("comment", event_id="said", text="still here"))
            await asyncio.sleep(0.1)
        await done
        answers.append(await alice.say("pause"))
        written = [answer for answer in answers if answer.revision is not None]
        async with scene.bob.enter(scene.room_id, resume=away) as back:
            assert back.welcome.resumed
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob, back],
                acknowledged=written,
                servers=deployment.servers,
            )

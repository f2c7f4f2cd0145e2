from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.deployments import one_process
from tests.faults.support.invariants import everything_holds
from tests.faults.support.send_commands import say_until_accepted
from tests.guarantees.fixtures import scene_in
from tests.servers import Missing, Server, Service, migrated_postgres_service, unavailable, watchium_server
from watchium.client import ProblemError


@pytest.fixture
def database() -> Iterator[Service]:
    try:
        with migrated_postgres_service() as service:
            yield service
    except Missing as missing:
        unavailable(missing)


@pytest.fixture
def on_it(database: Service) -> Iterator[Server]:
    with watchium_server({"DATABASE_URL": database.url}) as running:
        yield running


async def refused_for_now(*deeds) -> list[ProblemError]:
    """Send all requests at the same time, since each waits for the database."""
    refusals = await asyncio.gather(*deeds, return_exceptions=True)
    for refused in refusals:
        assert isinstance(refused, ProblemError), refused
        assert refused.code == "unavailable"
        assert (refused.problem.retry_after_ms or 0) > 0
    return refusals  # type: ignore[return-value]


async def test_p15_commands_are_refused_as_unavailable_and_sockets_stay_open_until_recovery(
    database: Service, on_it: Server
):
    scene = await scene_in(one_process(on_it))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [await alice.say("play")]
        database.end()
        *_, over_http = await refused_for_now(
            alice.say("seek", event_id="meanwhile", current_time=5, timeout=20),
            bob.say("comment", text="is it down?", timeout=20),
            asyncio.to_thread(scene.alice.control, scene.room_id, "pause"),
        )
        assert over_http.status == 503
        await alice.ping()  # clock synchronisation needs no database
        await bob.ping()
        await asyncio.to_thread(database.start)
        answers.append(await say_until_accepted(alice, "seek", "meanwhile", current_time=5))
        answers.append(await alice.say("pause"))
        assert alice.close_code is None
        assert bob.close_code is None
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=[on_it]
        )

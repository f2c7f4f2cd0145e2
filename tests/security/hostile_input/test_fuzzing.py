from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.security.hostile_input.fuzz_inputs import KINDS, fuzz_inputs
from tests.security.hostile_input.raw_client import BROKEN, WITHIN_S, Outcome, descriptors, say_all, send_all
from tests.servers import Server, watchium_server
from tests.watchium.consumers.fixtures import scene_on

COUNT = 150
SEED = 1
SPARE = 4  # descriptors that stay open after their first use


@pytest.fixture(scope="module")
def impatient() -> Iterator[Server]:
    with watchium_server(program=("-m", "tests.security.support")) as running:
        yield running


async def all_back(server: Server, before: int) -> bool:
    """Return whether the descriptors return to about `before` within the longest timeout."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while descriptors(server.pid) > before + SPARE:  # noqa: ASYNC110  # the kernel sends no notification
                await asyncio.sleep(0.1)
    except TimeoutError:
        return False
    return True


def told(outcomes: list[Outcome]) -> list[tuple[str, int, int]]:
    return [(outcome.fuzz_input.kind, outcome.fuzz_input.number, outcome.status) for outcome in outcomes]


@pytest.mark.early
async def test_random_input_gets_a_response_or_a_close_and_leaks_nothing(impatient: Server):
    scene = await scene_on(impatient)
    sent = fuzz_inputs(seed=SEED, count=COUNT, room_id=scene.room_id)
    assert {fuzz_input.kind for fuzz_input in sent} == set(KINDS)
    await send_all(impatient.port, fuzz_inputs(seed=0, count=12))  # opens descriptors that stay open
    before = descriptors(impatient.pid)
    outcomes, said = await asyncio.gather(
        send_all(impatient.port, sent, until_closed=True),
        say_all(impatient.ws_url, scene.room_id, scene.bob.token, sent),
    )
    assert len(outcomes) + len(said) == COUNT
    assert told([outcome for outcome in (*outcomes, *said) if not outcome.in_time]) == []
    assert told([outcome for outcome in (*outcomes, *said) if outcome.broke_the_server]) == []
    assert await all_back(impatient, before), descriptors(impatient.pid) - before
    assert [word for word in BROKEN if word in impatient.log()] == []

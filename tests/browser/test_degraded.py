from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import join, make_room, play, wait_until_moving, wait_until_ready
from tests.servers import Server, Service, redis_service, watchium_server

SAYS_SO = "Degraded: changes by others may reach you a moment late."
NOTICED_MS = 10_000


@pytest.fixture
def deployment() -> Iterator[tuple[Server, Server, Service]]:
    """Two processes of one deployment, and their Redis."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_service())
        here = stack.enter_context(watchium_server({"REDIS_URL": redis.url}))
        there = stack.enter_context(watchium_server({"REDIS_URL": redis.url}, data_dir=here.data_dir))
        yield here, there, redis


def test_p14_the_page_shows_degraded_keeps_playing_and_recovers_without_a_reload(
    deployment: tuple[Server, Server, Service], person: Callable[..., Page]
):
    here, there, redis = deployment
    alice, bob = person(base_url=here.url), person(base_url=there.url)
    url = make_room(alice)
    join(bob, url.replace(here.url, there.url), "Bob")
    for page in (alice, bob):
        wait_until_ready(page)
    play(alice)
    for page in (alice, bob):
        wait_until_moving(page)
    redis.kill()
    for page in (alice, bob):
        expect(page.get_by_text(SAYS_SO)).to_be_visible(timeout=NOTICED_MS)
    alice.get_by_role("button", name="Pause", exact=True).click()
    expect(bob.locator("[data-media]")).to_have_js_property("paused", True)
    carol = person(base_url=there.url)
    join(carol, url.replace(here.url, there.url), "Carol")
    expect(carol.get_by_text(SAYS_SO)).to_be_visible()
    redis.start()
    for page in (alice, bob, carol):
        expect(page.get_by_text(SAYS_SO)).to_be_hidden(timeout=NOTICED_MS)
    expect(alice.get_by_role("list", name="Members").get_by_text("Carol")).to_be_attached(timeout=NOTICED_MS)

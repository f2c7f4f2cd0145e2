"""Broken media: a player never seeks in a loop, shows the fault within five seconds, and continues where it can.

Playing takes real time here, so the tests share a room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.media.broken_media import ENDS_S, MediaServer, media_server
from tests.browser.support.fixtures import join, new_room, wait_until, wait_until_moving

SENTENCE_MS = 5000
MOST_SEEKS = 3
TRIES = 3
PAST_S = 5  # an end is accepted at most three seconds later
ENDED_OR_PAST = """s => { const { room } = watchium
    return room.state.timeline.phase === 'ended' || room.position() > s }"""

COUNT = """() => {
  const media = document.querySelector("[data-media]")
  const seen = (window.seen = { seeks: [] })
  media.addEventListener("seeking", () => seen.seeks.push(performance.now()))
}"""
MOST_IN_TEN_SECONDS = """() => Math.max(0, ...seen.seeks.map(
  (from) => seen.seeks.filter((at) => at >= from && at < from + 10_000).length))"""


@pytest.fixture(scope="module")
def odd() -> Iterator[MediaServer]:
    with media_server() as server:
        yield server


@pytest.fixture(scope="module")
def here(people: Callable[..., Page]) -> tuple[Page, Page]:
    """alice hosts, bob watches."""
    alice, bob = people(), people()
    join(bob, new_room(alice), "Bob")
    for page in (alice, bob):
        page.evaluate(COUNT)
    return alice, bob


def say(page: Page, kind: str, **payload: object) -> None:
    page.evaluate("([kind, payload]) => watchium.room.say(kind, payload)", [kind, payload])


def put_on(address: str, *people: Page) -> None:
    """Load the media in the room; the first page is the host's."""
    say(people[0], "load", media_url=address)
    for page in people:
        forget_seeks(page)


def forget_seeks(page: Page) -> None:
    """Reset the counter: a slow player may seek `MOST_SEEKS` times for each seek of the room."""
    page.evaluate("() => { seen.seeks = [] }")


def wait_until_ready(page: Page) -> None:
    wait_until(page, "() => document.querySelector('[data-media]').readyState >= 2")


def seeks(page: Page) -> int:
    return int(page.evaluate(MOST_IN_TEN_SECONDS))


def play_to_the_end(alice: Page, bob: Page) -> None:
    """Play the last seconds. A player two seconds behind the room reports no end: on a busy machine once more."""
    for _ in range(TRIES):
        for page in (alice, bob):
            forget_seeks(page)
        say(alice, "seek", current_time=ENDS_S - 2)
        say(alice, "play")
        wait_until(alice, ENDED_OR_PAST, ENDS_S + PAST_S)
        if alice.evaluate("watchium.room.state.timeline.phase") == "ended":
            return
    raise AssertionError(f"no player reported the end in {TRIES} tries")


def expect_words(page: Page, words: str) -> None:
    expect(page.locator("[data-stage]")).to_contain_text(words, timeout=SENTENCE_MS)


def test_a_server_without_range_requests_causes_no_seek_loop_and_a_notice(here, odd, person):
    alice, bob = here
    put_on(odd.address("norange", "clip.webm"), alice, bob)
    wait_until_ready(alice)
    say(alice, "play")
    wait_until_moving(alice, 3)
    carol = person()
    join(carol, alice.url, "Carol")
    carol.evaluate(COUNT)
    expect_words(carol, "does not support seeking")
    wait_until_moving(carol)
    expect_words(alice, "Cannot seek to the room's position: Carol.")
    say(alice, "seek", current_time=50)
    expect_words(alice, "does not support seeking")
    wait_until_moving(alice, 3)
    assert alice.evaluate("() => document.querySelector('[data-media]').currentTime") < 20
    wait_until(alice, "() => [...watchium.room.state.members.values()].some((m) => m.state === 'unaligned')")
    assert seeks(alice) + seeks(carol) == 0


def test_an_endless_stream_plays_as_it_arrives_for_late_joiners_and_after_a_reload(here, odd, person):
    alice, bob = here
    put_on(odd.address("stream", "live.mp3"), alice, bob)
    wait_until_ready(alice)
    say(alice, "play")
    wait_until(alice, "() => watchium.room.position() > 6")  # beyond the initial burst of the stream
    carol = person()
    join(carol, alice.url, "Carol")
    carol.evaluate(COUNT)
    alice.reload()
    alice.evaluate(COUNT)
    for page in (carol, alice):
        expect_words(page, "This stream has no common position: everyone hears it as it arrives.")
        wait_until_moving(page)
        assert seeks(page) <= MOST_SEEKS


@pytest.mark.parametrize("name", ["cut.flac", "lying.mp3", "cut.webm"])
def test_data_that_ends_early_ends_the_media_there_with_a_notice_for_all_members(here, odd, name):
    alice, bob = here
    put_on(odd.address("ranges", name), alice, bob)
    wait_until_ready(bob)
    play_to_the_end(alice, bob)
    for page in (alice, bob):
        expect_words(page, "The file ends at 0:0")
        expect(page.locator("[data-stage]")).to_contain_text("It may be incomplete.")
        expect(page.locator("[data-notices]")).not_to_contain_text("Tap for sound")
        assert seeks(page) <= MOST_SEEKS
    if name != "cut.flac":
        a_seek_beyond_the_data_changes_no_duration_and_a_seek_back_plays(alice, bob)


def a_seek_beyond_the_data_changes_no_duration_and_a_seek_back_plays(alice: Page, bob: Page) -> None:
    for page in (alice, bob):
        forget_seeks(page)
    say(alice, "seek", current_time=64)
    say(alice, "play")
    for page in (alice, bob):
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect_words(page, "The file has no data at 1:0")
        assert seeks(page) <= MOST_SEEKS
        assert page.evaluate("() => watchium.room.state.timeline.duration") < ENDS_S + 2
    say(alice, "seek", current_time=1)
    for page in (alice, bob):
        wait_until_moving(page, 1)


def test_a_decode_error_shows_its_position_and_a_seek_back_plays(here, odd):
    alice, bob = here
    put_on(odd.address("ranges", "damaged.webm"), alice, bob)
    wait_until_ready(bob)
    say(alice, "seek", current_time=ENDS_S - 1)
    say(alice, "play")
    for page in (alice, bob):
        expect_words(page, "Playback broke off at 0:0")
        assert seeks(page) <= MOST_SEEKS
        forget_seeks(page)
    say(alice, "seek", current_time=1)
    for page in (alice, bob):
        wait_until_moving(page, 1)
        assert seeks(page) <= MOST_SEEKS


def test_a_url_that_failed_plays_for_all_members_when_loaded_again(here, odd):
    alice, bob = here
    address = odd.address("away", "clip.webm")
    odd.away = True
    put_on(address, alice, bob)
    for page in (alice, bob):
        expect_words(page, "The media server sends nothing that your browser can play")
    expect_words(alice, "in a tab of its own")
    expect(bob.locator("[data-stage]")).not_to_contain_text("in a tab of its own")
    odd.away = False
    put_on(address, alice, bob)
    for page in (alice, bob):
        wait_until_ready(page)
        expect(page.locator("[data-stage]")).not_to_contain_text("The media server")


def test_a_server_that_conceals_its_answers_is_judged_by_how_the_browser_fails(here, odd):
    alice, bob = here
    put_on(odd.address("page", "clip.webm"), alice, bob)
    for page in (alice, bob):
        expect_words(page, "The media server sends a page in place of this file")
    put_on(odd.address("withdrawn", "clip.webm"), alice, bob)
    for page in (alice, bob):
        wait_until_ready(page)
    say(alice, "play")
    odd.withdrawn.set()
    for page in (alice, bob):
        expect_words(page, "The media server sends no more of this file")


def test_a_video_without_sound_shows_a_notice_and_a_media_fragment_stops_no_player(here, odd):
    alice, bob = here
    put_on(odd.address("ranges", "soundless.webm") + "#t=1,2", alice, bob)
    wait_until_ready(alice)
    say(alice, "play")
    for page in (alice, bob):
        expect_words(page, "This video has no sound")
    wait_until_moving(alice, 2.2)


def test_the_host_sees_before_the_start_which_member_has_no_sound(here, odd):
    alice, bob = here
    bob.route(
        "**/ranges/clip.webm*", lambda route: route.continue_(url=odd.address("ranges", "soundless.webm"))
    )
    put_on(odd.address("ranges", "clip.webm"), alice, bob)
    wait_until_ready(bob)
    text = "No sound for Bob: the browser may not support its format."
    # Bob's page looks for a second and reports a heartbeat later.
    expect(alice.locator("[data-stage]")).to_contain_text(text, timeout=15_000)
    expect_words(bob, "This video has no sound")


def test_a_host_whose_browser_cannot_play_it_still_controls_the_room(here, odd):
    alice, bob = here
    alice.route("**/ranges/clip.webm*", lambda route: route.fulfill(content_type="video/webm", body="none"))
    put_on(odd.address("ranges", "clip.webm"), alice, bob)
    expect_words(alice, "This address is not a media file")
    wait_until_ready(bob)
    alice.get_by_role("button", name="Play", exact=True).click()
    wait_until_moving(bob, 1)
    expect(bob.locator("[data-notices]")).not_to_contain_text("cannot play")
    alice.get_by_role("button", name="Pause", exact=True).click()
    wait_until(bob, "() => document.querySelector('[data-media]').paused")

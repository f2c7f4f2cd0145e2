"""HLS: in step with another language each, by script or by the browser, and its faults named within five seconds.

Playing takes real time here, so the tests share a room.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.media.test_broken_media import SENTENCE_MS, say
from tests.browser.support.fixtures import (
    SAMPLE,
    join,
    new_room,
    wait_for_position,
    wait_until,
    wait_until_moving,
)
from tests.servers.stream_files import BITS, FPS
from tests.servers.stream_server import FLOOD_MB, StreamServer

READY = "() => document.querySelector('[data-media]').readyState >= 3"
IN_STEP = """() => { const { controller } = watchium.room.player
    return controller.state === 'playing' && Math.abs(controller.filteredDriftMs() ?? Infinity) < 20 }"""
BUFFER_MS = 30_000  # what is buffered plays first
AUDIO_TRACK = "() => watchium.room.player.sources.source.audioTrack"
SCRIPTED = "() => document.querySelector('[data-media]').currentSrc.startsWith('blob:')"
# The bits of the picture's number, white or black columns, read from a screenshot of the video.
NUMBER = """async ([png, bits]) => {
    const video = document.querySelector("[data-media]")
    const picture = new Image()
    picture.src = "data:image/png;base64," + png
    await picture.decode()
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height })
    const context = canvas.getContext("2d")
    context.drawImage(picture, 0, 0)
    const scale = Math.min(picture.width / video.videoWidth, picture.height / video.videoHeight)
    const column = Math.floor(160 / bits) * (video.videoWidth / 160) * scale
    const left = (picture.width - video.videoWidth * scale) / 2
    return Array.from({ length: bits }, (_, bit) =>
        context.getImageData(left + (bit + 0.5) * column, picture.height / 2, 1, 1).data[0] > 128)
        .reduce((number, white) => number * 2 + Number(white), 0)
}"""


@dataclass(frozen=True)
class Room:
    """alice hosts, bob watches. `loaded_for_a_file`: what alice's page had loaded before any stream."""

    alice: Page
    bob: Page
    loaded_for_a_file: list[str]


@pytest.fixture(scope="module")
def room(people: Callable[..., Page]) -> Room:
    alice, bob = people(locale="en-GB"), people(locale="en-GB")
    join(bob, new_room(alice), "Bob")
    put_on(SAMPLE, alice)
    loaded = alice.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    return Room(alice, bob, loaded)


@pytest.fixture(scope="module")
def here(room: Room) -> tuple[Page, Page]:
    return room.alice, room.bob


@pytest.fixture(autouse=True)
def automatic(here: tuple[Page, Page]) -> None:
    """Forget the quality that an earlier test chose: it is remembered."""
    for page in here:
        page.evaluate("() => localStorage.removeItem('watchium:quality')")


def put_on(address: str, *people: Page) -> None:
    say(people[0], "load", media_url=address)
    for page in people:
        wait_until(page, READY)


def choose(page: Page, menu: str, choice: str) -> None:
    page.get_by_role("button", name=menu).click()
    page.get_by_label(menu).get_by_text(choice, exact=True).click()


def picture_number(page: Page) -> int:
    png = page.locator("[data-media]").screenshot()
    return int(page.evaluate(NUMBER, [base64.b64encode(png).decode(), BITS]))


def test_a_room_that_plays_a_file_loads_none_of_it(room):
    loaded = room.loaded_for_a_file
    assert any(SAMPLE in name for name in loaded)
    assert not [
        name
        for name in loaded
        if "/vendor/" in name or "/sources/" in name or "/streams/" in name or "_menu" in name
    ]
    put_on(SAMPLE, room.alice)
    for name in ("Audio language", "Quality"):
        expect(room.alice.get_by_role("button", name=name)).to_be_hidden()


def test_entries_of_the_queue_are_checked_by_the_codecs_of_their_lists(people, streams):
    alice = people(locale="en-GB")
    new_room(alice)
    alice.get_by_role("tab", name="Queue").click()
    addresses = [SAMPLE, streams.url("ok"), streams.url("hevc")]
    say(alice, "queue_add", items=[{"media_url": address} for address in addresses])
    entries = alice.get_by_role("list", name="Queue").get_by_role("listitem")
    expect(entries.nth(1)).to_contain_text("checked")
    expect(entries.nth(2)).to_contain_text("You cannot play this (HEVC)")


def test_two_members_listen_to_different_languages_in_step(here, streams):
    alice, bob = here
    put_on(streams.url("ok"), alice, bob)
    say(alice, "play")
    choose(bob, "Audio language", "English")
    for page, track in ((alice, 0), (bob, 1)):
        wait_until(page, IN_STEP)
        assert page.evaluate(SCRIPTED)
        assert page.evaluate(AUDIO_TRACK) == track
    say(alice, "seek", current_time=40)
    for page in (alice, bob):
        wait_until_moving(page, 40)
        wait_until(page, IN_STEP)


def test_the_language_is_remembered_for_other_media_and_the_quality_is_the_viewers(here, streams):
    alice, bob = here
    put_on(streams.url("ok"), alice, bob)
    choose(bob, "Audio language", "English")
    put_on(streams.url("slow"), alice, bob)
    wait_until(bob, "() => watchium.room.player.sources.source.audioTrack === 1")
    bob.get_by_role("button", name="Audio language").click()
    expect(bob.get_by_role("radio", name="English")).to_be_checked()
    bob.keyboard.press("ArrowUp")
    expect(bob.get_by_role("radio", name="Japanese")).to_be_checked()
    assert bob.evaluate(AUDIO_TRACK) == 0
    bob.keyboard.press("Escape")
    expect(bob.get_by_role("button", name="Audio language")).to_be_focused()
    choose(bob, "Quality", "54p")
    wait_until(bob, "() => watchium.room.player.sources.source.quality === 0")
    say(alice, "seek", current_time=50)
    wait_until(bob, "() => document.querySelector('[data-media]').videoHeight === 54")
    assert alice.evaluate("() => watchium.room.player.sources.source.quality") is None


def test_a_viewer_without_a_picture_requests_none_and_stays_in_step(here, streams):
    alice, bob = here
    put_on(streams.url("ok"), alice, bob)
    say(alice, "play")
    wait_until_moving(bob)
    say(alice, "seek", current_time=10)
    wait_until_moving(bob, 10)
    choose(bob, "Quality", "Sound only")
    wait_until(bob, "() => watchium.room.player.sources.source?.soundOnly")
    expect(bob.get_by_role("button", name="Quality")).to_be_focused()
    since_ms = bob.evaluate("() => (performance.clearResourceTimings(), performance.now())")
    expect(bob.locator("[data-sound-title]")).to_contain_text("(sound only)")
    say(alice, "seek", current_time=40)
    for page in (alice, bob):
        wait_until_moving(page, 40)
        wait_until(page, IN_STEP)
    requested = bob.evaluate(
        """(since) => performance.getEntriesByType('resource')
            .filter(({ startTime }) => startTime > since).map(({ name }) => name)""",
        since_ms,
    )
    assert any("/jpn/" in url or "/eng/" in url for url in requested), requested
    assert not [url for url in requested if "/v54/" in url or "/v90/" in url]
    assert bob.evaluate("() => document.querySelector('[data-media]').videoWidth") == 0
    assert bob.evaluate("() => watchium.room.player.lacking") is None
    choose(bob, "Quality", "Automatic")
    wait_until(bob, "() => document.querySelector('[data-media]').videoHeight > 0")
    expect(bob.locator("[data-sound-title]")).to_be_hidden()


def test_dash_is_in_step_with_a_language_and_a_quality_for_each_viewer(here, streams):
    alice, bob = here
    put_on(streams.url("ok", "dash.mpd"), alice, bob)
    say(alice, "play")
    choose(alice, "Quality", "90p")
    for language, track in (("Japanese", 0), ("English", 1)):
        choose(bob, "Audio language", language)
        wait_until(bob, f"() => watchium.room.player.sources.source.audioTrack === {track}")
        wait_until(bob, IN_STEP)
    say(alice, "seek", current_time=40)
    for page in (alice, bob):
        wait_until_moving(page, 40)
        wait_until(page, IN_STEP)
    wait_until(alice, "() => document.querySelector('[data-media]').videoHeight === 90")
    assert bob.evaluate("() => watchium.room.player.sources.source.quality") is None


def test_dash_plays_without_its_picture_in_step(here, streams):
    alice, bob = here
    put_on(streams.url("ok", "dash.mpd"), alice, bob)
    say(alice, "play")
    wait_until_moving(bob)
    choose(bob, "Quality", "Sound only")
    wait_until(bob, "() => watchium.room.player.sources.source?.soundOnly")
    expect(bob.locator("[data-sound-title]")).to_contain_text("(sound only)")
    say(alice, "seek", current_time=40)
    for page in (alice, bob):
        wait_until_moving(page, 40)
        wait_until(page, IN_STEP)
    assert bob.evaluate("() => document.querySelector('[data-media]').videoWidth") == 0
    assert bob.evaluate("() => watchium.room.player.lacking") is None
    choose(bob, "Quality", "Automatic")
    wait_until(bob, "() => document.querySelector('[data-media]').videoHeight > 0")
    assert alice.evaluate("() => watchium.room.player.sources.source.soundOnly") is False


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("missing", "The stream was not found"),
        ("html", "This address is not a stream"),
        ("nocors", "does not allow this stream to be played here"),
        ("hevc", "It is HEVC."),
    ],
)
def test_each_fault_of_dash_is_named(here, streams, manner, words):
    alice, bob = here
    say(alice, "load", media_url=streams.url(manner, "dash.mpd"))
    for page in (alice, bob):
        expect(page.locator("[data-between]")).to_contain_text(words, timeout=SENTENCE_MS)


@pytest.mark.parametrize(
    ("manner", "words", "remedy"),
    [
        ("missing", "The stream was not found", "pick something else"),
        ("forbidden", "The media server refuses this stream", "copy it again"),
        ("html", "This address is not a stream", "often ends with .m3u8"),
        ("empty", "This stream has nothing to play", "Pick something else."),
        ("itself", "This stream has nothing to play", "Pick something else."),
        ("stall", "The media server is slow to respond.", ""),
    ],
)
def test_each_fault_is_named_to_the_viewers_and_the_remedy_to_the_host(here, streams, manner, words, remedy):
    alice, bob = here
    say(alice, "load", media_url=streams.url(manner))
    for page in (alice, bob):
        expect(page.locator("[data-between]")).to_contain_text(words, timeout=SENTENCE_MS)
    expect(alice.locator("[data-between]")).to_contain_text(remedy)
    if remedy:
        expect(bob.locator("[data-between]")).not_to_contain_text(remedy)


def test_a_stream_whose_address_expires_warns_plays_what_is_there_and_stops_with_the_reason(here, streams):
    alice, bob = here
    put_on(streams.url("expires"), alice, bob)
    say(alice, "seek", current_time=3)
    say(alice, "play")
    expect(alice.locator("[data-notices]")).to_contain_text("The address of this stream has expired")
    wait_until_moving(alice, 3)
    for page in (alice, bob):
        expect(page.locator("[data-between]")).to_contain_text("The address of this stream has expired")
    assert alice.evaluate("() => watchium.room.state.timeline.phase") == "playing"


@contextmanager
def as_for(page: Page, streams: StreamServer, manner: str) -> Iterator[None]:
    """This viewer's copy of the media has other manners than everyone's."""
    at = f"http://127.0.0.1:{streams.server_port}/"
    page.route(
        f"{at}ok/**", lambda route: route.continue_(url=route.request.url.replace("/ok/", f"/{manner}/"))
    )
    try:
        yield
    finally:
        page.unroute_all()


@pytest.mark.parametrize(
    ("name", "manner", "viewer", "host"),
    [
        ("master.m3u8", "expires", "The address of this stream has expired.", "no longer sends it (403)."),
        ("dash.mpd", "turns", "sends pages in place of this stream.", "sends a page in its place."),
        ("master.m3u8", "stalls", "The media server does not respond.", "does not respond."),
    ],
)
def test_a_viewer_and_the_host_read_at_once_why_no_more_of_it_can_be_loaded(
    here, streams, name, manner, viewer, host
):
    alice, bob = here
    with as_for(bob, streams, manner):
        put_on(streams.url("ok", name), alice, bob)
        say(alice, "play")
        expect(bob.locator("[data-notices]")).to_contain_text(viewer, timeout=SENTENCE_MS)
        notices = alice.locator("[data-notices]")
        expect(notices).to_contain_text("Cannot load more of this: Bob.", timeout=SENTENCE_MS)
        expect(notices).to_contain_text(host)
        assert not bob.evaluate("() => document.querySelector('[data-media]').paused")
        say(alice, "pause")


@pytest.mark.parametrize("name", ["master.m3u8", "dash.mpd"])
def test_a_list_without_an_end_is_refused_before_it_is_whole(here, streams, name):
    alice, bob = here
    streams.flooded = 0
    with as_for(bob, streams, "flood"):
        say(alice, "load", media_url=streams.url("ok", name))
        expect(bob.locator("[data-between]")).to_contain_text("This stream is too large", timeout=SENTENCE_MS)
        wait_until(alice, READY)
    assert streams.flooded < FLOOD_MB


def test_a_file_plays_after_a_dash_stream(here, streams):
    alice, bob = here
    put_on(streams.url("ok", "dash.mpd"), alice, bob)
    put_on(streams.url("ok", "film.mp4"), alice, bob)
    for page in here:
        assert not page.evaluate(SCRIPTED)


def test_a_list_of_ten_thousand_segments_plays(here, streams):
    alice, _ = here
    put_on(streams.url("long"), alice)
    assert alice.evaluate("() => document.querySelector('[data-media]').duration") == 20_000


def test_without_permission_for_other_sites_the_browsers_own_player_plays_it(here, streams):
    alice, bob = here
    put_on(streams.url("nocors"), alice, bob)
    say(alice, "play")
    for page in (alice, bob):
        assert not page.evaluate(SCRIPTED)
        wait_until(page, IN_STEP)
    expect(alice.get_by_role("button", name="Audio language")).to_be_hidden()


@pytest.mark.parametrize(
    ("manner", "name"),
    [("ok", "film.mp4"), ("ok", "master.m3u8"), ("nocors", "master.m3u8"), ("ok", "dash.mpd")],
)
def test_the_same_picture_is_at_the_same_position_however_it_is_played(here, streams, manner, name):
    alice, _ = here
    put_on(streams.url(manner, name), alice)
    for number in (240, 601):
        position_s = (number + 0.5) / FPS
        say(alice, "seek", current_time=position_s)
        wait_for_position(alice, position_s)
        wait_until(alice, READY)
        assert picture_number(alice) == number


def test_a_live_stream_is_in_step_by_its_programme_date_time(here, streams):
    alice, bob = here
    streams.start_live()
    put_on(streams.url("live"), alice, bob)
    say(alice, "play")
    wait_until_live(alice, bob)
    expect(alice.locator("[data-notices]")).not_to_contain_text("no common position")


def wait_until_live(*people: Page) -> None:
    """In step, nine seconds behind the encoder."""
    behind = "() => watchium.room.serverNow() - watchium.room.player.sources.source?.wallClock()"
    for page in people:
        wait_until(page, IN_STEP)
        wait_until(page, f"() => Math.abs(({behind})() - 9000) < 100")


def test_a_live_stream_plays_by_itself_when_its_parts_are_there_again(here, streams):
    alice, bob = here
    streams.start_live()
    with outage(streams, ".m4s"):
        say(alice, "load", media_url=streams.url("live"))
        say(alice, "play")
        expect_wait(alice, bob)
    wait_until_live(alice, bob)


def test_who_comes_while_a_live_stream_is_away_reads_why_and_is_in_step_when_it_is_back(here, streams):
    alice, bob = here
    streams.start_live()
    put_on(streams.url("live", "dash.mpd"), alice, bob)
    say(alice, "play")
    wait_until_live(alice)
    with outage(streams, ".mpd", ".mp4", ".m4s", status=404):
        bob.reload()
        for words in ("The stream was not found", "It goes on by itself"):
            expect(bob.locator("[data-between]")).to_contain_text(words, timeout=SENTENCE_MS)
        expect(alice.get_by_role("list", name="Members")).to_contain_text("cannot play this")
    wait_until_live(alice, bob)


@contextmanager
def outage(streams: StreamServer, *suffixes: str, status: int | None = None) -> Iterator[None]:
    streams.outage, streams.outage_status = suffixes, status
    try:
        yield
    finally:
        streams.outage, streams.outage_status = (), None


def expect_wait(*people: Page) -> None:
    """Nothing is left to play, and it will be loaded again."""
    for page in people:
        expect(page.locator("[data-between]")).to_contain_text("It goes on by itself", timeout=BUFFER_MS)


@pytest.mark.long
@pytest.mark.parametrize("suffixes", [(".m3u8", ".m4s", ".mp4"), (".m3u8",), (".m4s",)])
def test_a_live_stream_comes_back_in_step_after_its_server_was_away(here, streams, suffixes):
    alice, bob = here
    streams.start_live()
    put_on(streams.url("live"), alice, bob)
    say(alice, "play")
    wait_until_live(alice, bob)
    with outage(streams, *suffixes):
        expect_wait(alice, bob)
    if ".mp4" in suffixes:
        streams.start_live()  # the encoder numbers its segments from the first again
    wait_until_live(alice, bob)


def test_a_film_goes_on_where_the_room_is_when_its_server_has_the_part_again(here, streams):
    alice, bob = here
    with outage(streams, "s00025.m4s"):
        put_on(streams.url("ok"), alice, bob)
        say(alice, "seek", current_time=50)
        say(alice, "play")
        expect_wait(alice, bob)
    for page in (alice, bob):
        wait_until_moving(page, 50)


def test_a_live_stream_without_it_says_that_it_is_not_in_step(here, streams):
    alice, bob = here
    streams.start_live()
    put_on(streams.url("undated"), alice, bob)
    say(alice, "play")
    for page in (alice, bob):
        expect(page.locator("[data-notices]")).to_contain_text("This stream has no common position")
        wait_until_moving(page, 1)
    put_on(SAMPLE, alice)
    expect(alice.locator("[data-notices]")).not_to_contain_text("no common position")

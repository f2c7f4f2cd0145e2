"""A room that plays from YouTube, with a stand-in for YouTube's player at YouTube's address."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    new_room,
    pause,
    play,
    seek_to,
    wait_until,
    wait_until_ready,
)
from tests.browser.support.measure import skew_ms
from tests.browser.support.youtube import FrameEye, StandIn

VIDEO = "https://youtu.be/aqz-KE-bpKQ?si=shared"
AGREE = "Agree and load"
WITHIN_MS = 5000
IN_STEP = "() => { const { paused, driftMs } = watchium.sample(); return !paused && Math.abs(driftMs) < 60 }"
LOCKED = "() => window.watchium.room.clock.locked"


def room_with(page: Page, address: str = VIDEO) -> str:
    url = new_room(page)
    load(page, address)
    return url


def load(page: Page, address: str) -> None:
    page.get_by_role("button", name="Change media").click()
    page.get_by_role("textbox", name="Link to a video or audio file").fill(address)
    page.get_by_role("button", name="Play this", exact=True).click()


def load_sample(page: Page) -> None:
    page.get_by_role("button", name="Change media").click()
    page.get_by_role("button", name="Sample clip").click()


def reported(page: Page) -> str:
    return page.evaluate("watchium.room.report().state")


def agree(page: Page) -> None:
    page.get_by_role("button", name=AGREE).click()
    expect(page.frame_locator("iframe").locator("video")).to_be_visible()


def clip(stand_in: StandIn, true: str, arg: object = None) -> None:
    """Wait until the function is true of the clip in the frame."""
    deadline = time.monotonic() + 15
    while not stand_in.frame.evaluate(f"arg => (({true}))(document.querySelector('video'), arg)", arg):
        assert time.monotonic() < deadline, f"never true: {true}"
        stand_in.page.wait_for_timeout(50)


@pytest.fixture
def alice(person: Callable[..., Page]) -> Page:
    return person()


class Room:
    """alice in a room that she hosts, with a stand-in for YouTube."""

    def __init__(self, alice: Page) -> None:
        self.alice = alice
        self.youtube = StandIn(alice)
        make_room(alice)

    def load(self, **switches: Any) -> StandIn:
        """Load a video in a player with these switches, which alice has agreed to."""
        self.youtube.switches = switches
        load(self.alice, VIDEO)
        frame, button = self.alice.locator("iframe"), self.alice.get_by_role("button", name=AGREE)
        expect(frame.or_(button)).to_be_visible()
        if button.is_visible():
            button.click()
        expect(self.alice.frame_locator("iframe").locator("video")).to_be_visible()
        return self.youtube


@pytest.fixture(scope="module")
def staying(people: Callable[..., Page]) -> Room:
    return Room(people())


@pytest.fixture
def room(staying: Room) -> Room:
    """With nothing from YouTube in it, and no request to YouTube yet."""
    load_sample(staying.alice)
    expect(staying.alice.locator("iframe")).to_have_count(0)
    staying.youtube.requests.clear()
    return staying


# ---------------------------------------------------------------- before YouTube


def test_nothing_is_requested_from_youtube_before_the_viewer_agreed_once(alice: Page):
    youtube = StandIn(alice)
    asked: list[str] = []
    alice.on("request", lambda request: asked.append(request.url))
    url = make_room(alice)
    wait_until_ready(alice)
    assert not [address for address in asked if "embed" in address or "/sources/" in address]
    load(alice, VIDEO)
    expect(alice.get_by_role("heading", name="This room plays from YouTube")).to_be_visible()
    assert reported(alice) == "blocked"  # a room does not wait for a viewer who has not decided yet
    assert youtube.requests == []
    agree(alice)
    assert youtube.requests[0].startswith("https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?")
    assert {address.split("/")[2] for address in youtube.requests} == {"www.youtube-nocookie.com"}
    alice.goto(url)
    expect(alice.frame_locator("iframe").locator("video")).to_be_visible()
    expect(alice.get_by_role("button", name=AGREE)).to_have_count(0)
    load_sample(alice)
    wait_until_ready(alice)
    expect(alice.locator("iframe")).to_have_count(0)


def test_a_server_without_youtube_says_so(room: Room):
    alice = room.alice
    stage = "document.querySelector('[data-stage]')"
    embeds = alice.evaluate(f"{stage}.dataset.embeds")
    alice.evaluate(f"{stage}.dataset.embeds = ''")
    load(alice, VIDEO)
    expect(alice.get_by_role("heading", name="This server does not show YouTube")).to_be_visible()
    assert room.youtube.requests == []
    alice.evaluate(f"embeds => ({stage}.dataset.embeds = embeds)", embeds)


# ---------------------------------------------------------------- what can go wrong


SENTENCES = {
    2: "YouTube does not know this video",
    5: "YouTube's player failed",
    100: "This video is gone",
    101: "This video plays only on YouTube's own pages",
    150: "This video plays only on YouTube's own pages",
    153: "YouTube refused this page",
}


@pytest.mark.early
def test_each_error_has_its_sentence_and_a_silent_player_too(room: Room, person: Callable[..., Page]):
    bob = person()
    StandIn(bob, silent=True)
    room_with(bob)
    bob.get_by_role("button", name=AGREE).click()
    alice, youtube = room.alice, room.load()
    for code, sentence in SENTENCES.items():
        youtube.switches = {"error": code}
        load(alice, f"https://www.youtube.com/watch?v=error--{code:04}")
        expect(alice.get_by_role("heading", name=sentence)).to_be_visible(timeout=WITHIN_MS)
        expect(alice.locator("iframe")).to_have_count(0)
    youtube.switches = {}
    alice.get_by_role("button", name="Try again").click()
    expect(alice.frame_locator("iframe").locator("video")).to_be_visible()
    expect(bob.get_by_role("heading", name="YouTube's player does not answer")).to_be_visible(timeout=12_000)


def test_refused_autoplay_goes_on_muted_and_a_tap_gives_the_sound(room: Room):
    alice, youtube = room.alice, room.load(blocked=9, mutedAllowed=True)
    play(alice)
    clip(youtube, "v => !v.paused && v.muted && v.currentTime > 0.3")
    youtube.frame.evaluate("blocked = 0")
    alice.get_by_role("button", name="Tap for sound").click()
    clip(youtube, "v => !v.paused && !v.muted")


def test_a_live_stream_plays_as_it_arrives(room: Room):
    alice, youtube = room.alice, room.load(live=True)
    play(alice)
    clip(youtube, "v => !v.paused && v.currentTime > 0.3")
    expect(alice.get_by_text("This stream has no common position")).to_be_visible()
    assert "seekTo" not in youtube.frame.evaluate("received")


# ---------------------------------------------------------------- two viewers


class Pair:
    """alice hosts, bob watches, both have agreed."""

    def __init__(self, person: Callable[..., Page], **switches_of_bob: object) -> None:
        self.alice, self.bob = person(), person()
        self.youtube = {self.alice: StandIn(self.alice), self.bob: StandIn(self.bob, **switches_of_bob)}
        join(self.bob, room_with(self.alice), "Bob")
        for page in (self.alice, self.bob):
            agree(page)
            wait_until(page, LOCKED)

    def both(self, true: str, arg: object = None) -> None:
        for youtube in self.youtube.values():
            clip(youtube, true, arg)

    def skews_ms(self, seconds: float) -> list[float]:
        """Absolute skews of the clips inside the frames, five a second."""
        one, other = (FrameEye(youtube) for youtube in self.youtube.values())
        found = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found.append(abs(skew_ms(one, other)))
            self.alice.wait_for_timeout(100)
        return sorted(found)


@pytest.mark.alone
def test_an_advertisement_stops_only_its_viewer_then_both_are_in_step_and_follow_the_host(
    person: Callable[..., Page], record_property
):
    pair = Pair(person, advert=True)
    play(pair.alice)
    clip(pair.youtube[pair.alice], "v => !v.paused && v.currentTime > 1")
    explained = pair.bob.get_by_text("YouTube shows an advertisement")  # four seconds after it began
    expect(explained).to_be_visible(timeout=3 * WITHIN_MS)
    pair.youtube[pair.bob].frame.evaluate("endAdvert()")
    pair.both("v => !v.paused && v.currentTime > 4.5")
    expect(explained).to_be_hidden()
    wait_until(pair.bob, IN_STEP)
    skews = pair.skews_ms(4)
    p50, p95 = (skews[int(share * (len(skews) - 1))] for share in (0.5, 0.95))
    record_property("skew_ms", (round(p50, 1), round(p95, 1)))
    print(f"skew p50 {p50:.1f} ms, p95 {p95:.1f} ms of {len(skews)}")
    assert p95 <= 50
    seek_to(pair.alice, 60)
    pair.both("v => !v.paused && v.currentTime > 60.5 && v.currentTime < 80")
    pair.alice.get_by_role("combobox", name="Speed").select_option("1.5")
    pair.both("v => v.playbackRate >= 1.25 && v.playbackRate <= 1.75")
    pause(pair.alice)
    pair.both("v => v.paused")
    stopped_s = pair.alice.evaluate("watchium.room.position()")
    pair.both("(v, s) => v.paused && Math.abs(v.currentTime - s) < 0.3", stopped_s)
    for youtube in pair.youtube.values():
        youtube.frame.evaluate("video.click()")  # started by hand in the frame, it returns to the room
    pair.both("v => v.paused")


# ---------------------------------------------------------------- playlists


PLAYLIST = "youtube.com/playlist?list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"
IN_PLAYLIST = ["aqz-KE-bpKQ", "dQw4w9WgXcQ"]


def add_to_queue(page: Page, links: str) -> None:
    page.get_by_role("textbox", name="Links, one on each line").fill(links)
    page.get_by_role("button", name="Add to queue").click()


def test_a_playlist_becomes_entries_of_the_queue_once_the_viewer_agreed(alice: Page):
    youtube = StandIn(alice, playlist=IN_PLAYLIST)
    make_room(alice)
    alice.get_by_role("tab", name="Queue").click()
    add_to_queue(alice, PLAYLIST)
    alice.get_by_role("button", name="Cancel").click()
    expect(alice.get_by_role("textbox", name="Links, one on each line")).to_have_value(PLAYLIST)
    assert youtube.requests == []
    alice.get_by_role("button", name="Add to queue").click()
    alice.get_by_role("button", name=AGREE).click()
    wait_until(alice, "() => watchium.room.state.queue.entries.length === 3")
    assert alice.evaluate(
        "() => watchium.room.state.queue.entries.map(({ media }) => media.url).slice(1)"
    ) == [f"https://www.youtube.com/watch?v={video}" for video in IN_PLAYLIST]
    expect(alice.locator("iframe")).to_have_count(0)
    youtube.switches = {"error": 100}
    add_to_queue(alice, PLAYLIST)
    expect(alice.get_by_role("alert")).to_contain_text("it may be private, empty or gone")
    expect(alice.locator("iframe")).to_have_count(0)

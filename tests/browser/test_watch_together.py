from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    press_join,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.browser.support.measure import Eye, skew_ms
from tests.servers import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "follow_a_room.html"
SOON_MS = 300
JUST_STARTED_MS = 50
TWO_FRAMES_S = 0.08
TOGETHER_WITHIN_S = 20
SETTLED_MS = 20


@pytest.fixture(scope="module")
def here(people) -> tuple[Page, Page]:
    """alice hosts, bob watches, both ready."""
    alice, bob = people(), people()
    press_join(bob, make_room(alice), "Bob")
    for page in (alice, bob):
        wait_until_ready(page)
    return alice, bob


@pytest.fixture
def watching(here: tuple[Page, Page]) -> Iterator[tuple[Page, Page]]:
    """Both paused at the beginning."""
    alice, _ = here
    seek_to(alice, 0)
    for page in here:
        wait_for_position(page, 0)
    yield here
    if alice.evaluate("watchium.room.state.timeline.phase") == "playing":
        pause(alice)


@pytest.mark.alone
def test_two_people_see_the_same_frame(watching):
    alice, bob = watching
    eyes = Eye(alice), Eye(bob)
    play(alice)
    for page in (alice, bob):
        wait_until_moving(page)
    alice.wait_for_timeout(SOON_MS)
    started_ms = skew_ms(*eyes)
    alice.wait_for_timeout(3000)
    settled_ms = skew_ms(*eyes)
    print(f"skew {started_ms:.1f} ms after 300 ms, {settled_ms:.1f} ms after 3 s")
    assert abs(started_ms) <= JUST_STARTED_MS
    assert abs(settled_ms) <= SETTLED_MS


def test_pause_and_seek_land_both_on_the_same_position(watching):
    alice, bob = watching
    play(alice)
    for page in (alice, bob):
        wait_until_moving(page, 0.5)
    assert not bob.evaluate("document.querySelector('[data-media]').muted")  # the click on Join allows sound
    pause(alice)
    wait_until(alice, "() => document.querySelector('[data-media]').paused")
    held_s = alice.evaluate("watchium.room.position()")
    for page in (alice, bob):
        wait_for_position(page, held_s)
    seek_to(alice, 42)
    for page in (alice, bob):
        wait_for_position(page, 42)


def wait_until_together(one: Eye, other: Eye, after_s: float) -> None:
    """Wait until both play beyond a position, a frame or two from each other."""
    deadline = time.monotonic() + TOGETHER_WITHIN_S
    while True:
        here, there = one.look(), other.look()
        apart_s = there.position_s - here.position_s - (there.at_s - here.at_s)
        playing = not (here.paused or there.paused) and min(here.position_s, there.position_s) > after_s
        if playing and abs(apart_s) <= TWO_FRAMES_S:
            return
        assert time.monotonic() < deadline, f"{apart_s:.3f} s apart, {here} and {there}"
        one.page.wait_for_timeout(50)


def test_a_page_of_ones_own_follows_the_room(watching):
    """The example of docs/clients.md, served beside the pages of the room."""
    alice, bob = watching
    page = bob.context.new_page()
    room_id = alice.url.rstrip("/").rsplit("/", 1)[-1]
    # A document of the same origin, without a policy for scripts.
    page.goto(f"/static/js/core/protocol.js?room={room_id}")
    page.set_content(EXAMPLE.read_text())
    eyes = Eye(alice), Eye(page, "document.querySelector('video')")
    play(alice)
    wait_until_together(*eyes, after_s=0.5)
    seek_to(alice, 42)
    wait_until_together(*eyes, after_s=42)
    pause(alice)
    wait_until(page, "() => document.querySelector('video').paused")
    held_s = alice.evaluate("watchium.room.position()")
    wait_until(page, "s => Math.abs(document.querySelector('video').currentTime - s) < 0.001", held_s)
    page.close()


@pytest.mark.alone
def test_a_late_joiner_is_with_the_others_five_seconds_later(watching, person):
    alice, bob = watching
    play(alice)
    wait_until_moving(bob, 1)
    carol = person()
    join(carol, alice.url, "Carol")
    carol.wait_for_timeout(5000)
    eyes = Eye(alice), Eye(carol)
    late_ms = skew_ms(*eyes)
    print(f"late joiner {late_ms:.1f} ms")
    assert abs(late_ms) <= JUST_STARTED_MS


@pytest.mark.alone
def test_a_seek_while_playing_keeps_all_members_in_sync(watching):
    alice, bob = watching
    eyes = Eye(alice), Eye(bob)
    play(alice)
    wait_until_moving(bob, 1)
    seek_to(alice, 60)
    for page in (alice, bob):
        wait_until_moving(page, 60)
    alice.wait_for_timeout(3000)
    assert abs(skew_ms(*eyes)) <= SETTLED_MS

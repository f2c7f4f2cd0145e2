"""Audio focus: exactly one tab of a device plays sound."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.tabs import Tabs, state, together_ms
from tests.servers import Server

TIMEOUT_S = 10.0
ACTIONS = 25
SEED = 11
TOGETHER_MS = 15  # two recorders with an interval of 5 ms, and the clocks of two processes


@pytest.fixture(scope="module")
def loud(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser without autoplay restrictions; those have their own test."""
    browser = launch("--autoplay-policy=no-user-gesture-required")
    yield browser
    browser.close()


@pytest.fixture
def tabs(loud: Browser, server: Server) -> Iterator[Tabs]:
    context = loud.new_context(base_url=server.url)
    yield Tabs(context)
    context.close()


def one_sounds(tabs: Tabs, which: Page | None = None) -> Page:
    """Wait until exactly one tab plays sound, and it is `which`, if given."""
    deadline = time.monotonic() + TIMEOUT_S
    while len(sounding := tabs.sounding()) != 1 or which not in (None, sounding[0]):
        assert time.monotonic() < deadline, (
            f"{len(sounding)} of {len(tabs.pages)} tabs sound, {state(tabs.pages[0])}"
        )
        tabs.pages[0].wait_for_timeout(20)
    return sounding[0]


def play_sample(page: Page) -> None:
    page.get_by_role("button", name="Play Sample music", exact=True).click()


def repeat_all(page: Page) -> None:
    page.evaluate("() => watchium.player.say('set_repeat', { repeat: 'all' })")


def test_only_the_tab_in_which_play_was_pressed_has_audio_focus(tabs):
    first, second = tabs.open(), tabs.open()
    play_sample(first)
    one_sounds(tabs, first)
    expect(second.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    second.get_by_role("button", name="Play here").click()
    one_sounds(tabs, second)
    tabs.open()
    one_sounds(tabs, second)
    assert together_ms(tabs.heard()) < TOGETHER_MS


def test_a_pause_in_another_tab_stops_the_sound_without_moving_audio_focus(tabs):
    first, second = tabs.open(), tabs.open()
    play_sample(first)
    one_sounds(tabs, first)
    second.get_by_role("button", name="Pause", exact=True).click()
    expect(first.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert tabs.sounding() == []
    first.get_by_role("button", name="Play", exact=True).click()
    one_sounds(tabs, first)


@pytest.mark.parametrize("end", [Tabs.close, Tabs.crash])
def test_when_the_tab_with_audio_focus_closes_the_last_used_one_takes_over(tabs, end):
    last_used, sounding, _ = tabs.open(), tabs.open(), tabs.open()
    play_sample(last_used)
    one_sounds(tabs, last_used)
    sounding.get_by_role("button", name="Play here").click()
    one_sounds(tabs, sounding)
    end(tabs, sounding)
    one_sounds(tabs, last_used)
    assert together_ms(tabs.heard()) < TOGETHER_MS


def test_the_end_of_a_track_advances_the_queue_once_for_all_tabs(tabs):
    first, _, _ = tabs.open(), tabs.open(), tabs.open()
    for _ in range(3):
        first.get_by_role("button", name="Add Sample music to queue").click()
    expect(first.get_by_role("list", name="Queue").get_by_role("listitem")).to_have_count(3)
    first.get_by_role("button", name="Play", exact=True).click()
    one_sounds(tabs, first)
    ids = [entry["id"] for entry in state(first)["entries"]]
    first.evaluate("() => watchium.player.say('seek', { position: watchium.player.durationS - 1.5 })")
    deadline = time.monotonic() + TIMEOUT_S
    while state(first)["current"] == ids[0]:
        assert time.monotonic() < deadline
        first.wait_for_timeout(50)
    first.wait_for_timeout(1000)
    assert state(first)["current"] == ids[1]
    one_sounds(tabs, first)


@pytest.mark.alone
def test_with_random_actions_exactly_one_of_four_tabs_has_audio_focus(tabs):
    """Opens, closes, crashes and plays at random, with a fixed seed."""
    chance = random.Random(SEED)
    play_sample(tabs.open())
    repeat_all(tabs.pages[0])
    one_sounds(tabs)
    for number in range(ACTIONS):
        what = chance.choice(["open", "close", "crash", "play here", "play another"])
        page = chance.choice(tabs.pages)
        if what == "open" and len(tabs.pages) < 4:
            tabs.open()
        elif what == "close" and len(tabs.pages) > 1:
            tabs.close(page)
        elif what == "crash" and len(tabs.pages) > 1:
            tabs.crash(page)
        elif what == "play another":
            play_sample(page)
            one_sounds(tabs, page)
        elif what == "play here" and (here := page.get_by_role("button", name="Play here")).is_visible():
            here.click()
            one_sounds(tabs, page)
        one_sounds(tabs)
        assert together_ms(tabs.heard()) < TOGETHER_MS, f"after {number} {what}"
    assert state(tabs.pages[0])["is_playing"]


def test_a_tab_that_needs_a_user_gesture_offers_to_play_here(browser: Browser, server: Server):
    context = browser.new_context(base_url=server.url)
    tabs = Tabs(context)
    untouched, sounding = tabs.open(), tabs.open()
    play_sample(sounding)
    one_sounds(tabs, sounding)
    tabs.close(sounding)
    untouched.wait_for_timeout(1000)
    if not tabs.sounding():  # some browsers allow autoplay on sites that have played sound
        untouched.get_by_role("button", name="Play here").click()
    one_sounds(tabs, untouched)
    context.close()


def test_without_web_locks_the_server_assigns_audio_focus(loud: Browser, server: Server):
    context = loud.new_context(base_url=server.url)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })")
    tabs = Tabs(context)
    first, second = tabs.open(), tabs.open()
    play_sample(first)
    one_sounds(tabs, first)
    second.get_by_role("button", name="Play here").click()
    one_sounds(tabs, second)
    tabs.close(second)
    one_sounds(tabs, first)
    assert together_ms(tabs.heard()) < TOGETHER_MS
    context.close()

"""Faults that the first users met: small windows, lost messages, unintended effects of clicks and keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.servers import watchium_server

DESKTOP = {"width": 1280, "height": 720}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
INSIDE = """element => { const box = element.getBoundingClientRect()
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const whole = box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight
    return whole && (element === at || element.contains(at)) }"""

# Media that is cut off while it loads cannot be played, and its Play button is disabled.
WHOLE_CLIP_IS_LOADED = """() => { const { buffered, duration } = document.querySelector("[data-media]")
    return buffered.length > 0 && buffered.end(buffered.length - 1) > duration - 0.5 }"""

# The widest control bar of a host: a library item of two hours.
ALL_THERE_MAY_BE = """() => {
    for (const name of ["position", "duration"]) document.querySelector(`[data-${name}]`).textContent = "1:58:02"
    document.querySelector("[data-keep]").hidden = false
}"""


def together(person, **options) -> tuple[Page, Page]:
    alice, bob = person(), person(**options)
    join(bob, make_room(alice), "Bob")
    return alice, bob


@pytest.fixture(scope="module")
def here(people: Callable[..., Page]) -> tuple[Page, Page]:
    """alice hosts and bob watches, for tests that leave the room as they found it: paused, at normal speed."""
    return together(people)


@pytest.fixture(scope="module")
def phone(people: Callable[..., Page]) -> Page:
    """The page of a viewer."""
    _, bob = together(people, **PHONE)
    return bob


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")


def height_of(page: Page, selector: str) -> float:
    return page.locator(selector).evaluate("element => element.getBoundingClientRect().height")


# ---------------------------------------------------------------- small windows


def test_the_pages_are_as_wide_as_a_phone(person):
    bob = person(**PHONE)
    bob.goto("/")
    assert bob.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    make_room(bob)
    bob.evaluate(ALL_THERE_MAY_BE)
    assert bob.get_by_role("button", name="Fullscreen").evaluate(INSIDE)


def test_a_phone_of_a_viewer_shows_view_only_and_ask_for_control_as_text(phone):
    bob = phone
    bob.evaluate(ALL_THERE_MAY_BE)
    bob.evaluate(
        "() => Object.assign(document.querySelector('[data-room-rate]'), { hidden: false, textContent: '1.25' })"
    )
    for words in ("View only", "Ask for control"):
        text = bob.locator("[data-view-only] span", has_text=words)
        assert text.evaluate(
            "element => element.clientWidth === 0 || element.scrollWidth <= element.clientWidth"
        )
        assert text.evaluate(INSIDE), words
    assert bob.get_by_role("button", name="Ask for control").evaluate(INSIDE)
    assert bob.get_by_role("button", name="Fullscreen").evaluate(INSIDE)


def test_what_is_added_to_an_open_box_moves_nothing_above_it(here):
    alice, _ = here
    for viewport in ({"width": 1280, "height": 800}, {"width": 360, "height": 740}):
        alice.set_viewport_size(viewport)
        alice.get_by_role("button", name="Change media").click()
        tops = alice.evaluate(
            """() => {
                const sample = document.querySelector("dialog[open] [data-sample]")
                const top = () => sample.getBoundingClientRect().top
                const [before, house] = [top(), document.querySelector("[data-house]")]
                house.hidden = false
                house.querySelector("[data-found]").style.height = "150px"
                const after = top()
                house.hidden = true
                return [before, after] }"""
        )
        assert tops[0] == tops[1]
        alice.keyboard.press("Escape")
    alice.set_viewport_size(DESKTOP)


def test_a_phone_with_an_open_keyboard_shows_the_last_messages_and_the_whole_composer(phone):
    bob = phone
    for height in (450, 400):
        bob.set_viewport_size({"width": 360, "height": 740})
        bob.get_by_role("textbox", name="Message").focus()
        bob.set_viewport_size({"width": 360, "height": height})
        wait_until(bob, "() => document.querySelector('[data-scroll]').clientHeight > 120")
        assert bob.get_by_role("textbox", name="Message").evaluate(INSIDE), height
        bob.get_by_role("textbox", name="Message").blur()
    bob.set_viewport_size(PHONE["viewport"])


def test_low_windows_show_every_control_and_the_members(here):
    alice, _ = here
    for width, height in ((640, 400), (683, 384), (740, 360), (667, 375)):
        alice.set_viewport_size({"width": width, "height": height})
        for name in ("Fullscreen", "Play", "Sad"):
            button = alice.get_by_role("button", name=name, exact=True)
            assert button.evaluate(INSIDE), (name, width, height)
        assert alice.get_by_role("textbox", name="Message").evaluate(INSIDE), (width, height)
        expect(alice.get_by_role("list", name="Members").get_by_role("button")).to_have_count(2)
        people = alice.get_by_role("list", name="Members").get_by_role("button")
        assert people.last.evaluate(INSIDE), (width, height)
        assert height_of(alice, "[data-scroll]") > 120, (width, height)
    alice.set_viewport_size(DESKTOP)


def test_the_owner_can_take_the_host_role_back_in_a_low_window(here):
    alice, _ = here
    card_of(alice, "Bob")
    alice.get_by_role("button", name="Make host", exact=True).click()
    for width, height in ((667, 375), (360, 450), (320, 568)):
        alice.set_viewport_size({"width": width, "height": height})
        wait_until(alice, "() => document.querySelector('[data-scroll]').clientHeight > 60")
        assert alice.get_by_role("button", name="Become host again").evaluate(INSIDE), (width, height)
    alice.set_viewport_size(DESKTOP)
    alice.get_by_role("button", name="Become host again").click()
    expect(alice.get_by_role("button", name="Play", exact=True)).to_be_visible()


# ---------------------------------------------------------------- messages


def test_fast_typing_keeps_all_messages_in_order(here):
    alice, bob = here
    lines = [f"fast line {n}" for n in range(8)]
    for line in lines:
        say(bob, line)
    expect(alice.get_by_role("log")).to_contain_text(lines[-1], timeout=15_000)
    said = alice.locator("[role=log] .text").all_inner_texts()
    assert [text for text in said if text.startswith("fast")] == lines
    expect(bob.locator("[data-unsent] li")).to_have_count(0)


@pytest.mark.early
def test_messages_and_presses_while_disconnected_are_shown_as_not_sent(browser, person):
    with watchium_server() as server:
        bob = person(base_url=server.url)
        make_room(bob)
        wait_until(bob, WHOLE_CLIP_IS_LOADED)
        server.kill()
        expect(bob.locator("body")).to_have_attribute("data-socket", "lost")
        say(bob, "is anybody there")
        line = bob.get_by_role("list", name="Sending")
        expect(line).to_contain_text("is anybody there")
        expect(line).to_contain_text("sending")
        play(bob)
        expect(bob.locator("[data-notices]")).to_contain_text(
            "The room did not answer in time", timeout=10_000
        )
        expect(line.get_by_role("button", name="Try again")).to_be_visible(timeout=10_000)
        server.start()
        expect(bob.locator("body")).to_have_attribute("data-socket", "open", timeout=20_000)
        line.get_by_role("button", name="Try again").click()
        expect(bob.get_by_role("log").get_by_text("is anybody there")).to_have_count(1)
        expect(line).to_be_hidden()


# ---------------------------------------------------------------- clicks and keys


def test_a_double_click_only_toggles_fullscreen(here):
    alice, bob = here
    wait_until_ready(alice)
    revision = alice.evaluate("watchium.room.state.revision")
    alice.locator("[data-media]").dblclick(position={"x": 300, "y": 200})
    wait_until(alice, "() => document.fullscreenElement !== null")
    alice.wait_for_timeout(600)
    assert bob.evaluate("watchium.room.state.revision") == revision
    alice.locator("[data-media]").click(position={"x": 300, "y": 200})
    wait_until_moving(bob)
    alice.evaluate("document.exitFullscreen()")
    pause(alice)


def test_space_after_a_mouse_click_plays_and_does_not_repeat_the_click(here):
    alice, bob = here
    wait_until_ready(alice)
    alice.get_by_role("button", name="Mute").click()
    alice.keyboard.press("Space")
    wait_until_moving(bob)
    assert alice.evaluate("watchium.room.player.muted")
    alice.keyboard.press("ArrowDown")
    assert alice.evaluate("watchium.room.player.muted")
    alice.get_by_role("button", name="Mute").focus()
    alice.keyboard.press("Tab")
    alice.keyboard.press("Shift+Tab")
    alice.keyboard.press("Space")
    assert not alice.evaluate("watchium.room.player.muted")
    pause(alice)


def test_a_viewers_shortcut_shows_who_controls_playback(here):
    _, bob = here
    bob.get_by_role("textbox", name="Message").blur()
    bob.keyboard.press("k")
    expect(bob.locator("[data-notices]")).to_contain_text("controls what plays.")
    expect(bob.locator("[data-notices]").get_by_role("button", name="Ask for control")).to_be_visible()


# ---------------------------------------------------------------- members


def card_of(page: Page, name: str) -> None:
    page.get_by_role("list", name="Members").get_by_role("button", name=re.compile(name)).click()


def test_a_moderator_removes_a_member_who_can_go_to_the_lobby(person):
    alice, bob = together(person)
    carol = person()
    join(carol, alice.url, "Carol")
    card_of(alice, "Bob")
    alice.get_by_role("button", name="Make moderator").click()
    expect(bob.get_by_text("You are a moderator now.")).to_be_visible()
    card_of(bob, "Carol")
    bob.locator("#person").get_by_role("button", name="Remove", exact=True).click()
    expect(carol.get_by_role("heading", name="You were removed from this room")).to_be_visible()
    assert carol.locator("[data-notices] [data-key]").count() == 0
    assert carol.locator("[data-composer]").evaluate("element => element.inert")
    carol.get_by_role("link", name="Go to the lobby").click()
    expect(carol.get_by_role("button", name="Create room")).to_be_visible()


def test_the_host_sets_the_sync_tolerance_and_closes_the_room_after_a_confirmation(person):
    alice, bob = together(person)
    alice.get_by_role("button", name="Settings").click()
    alice.get_by_role("tab", name="Playback").click()
    alice.get_by_role("spinbutton", name="Tolerance in milliseconds").fill("120")
    alice.get_by_role("button", name="Save").click()
    wait_until(bob, "() => watchium.room.state.room.sync_tolerance_ms === 120")
    alice.get_by_role("button", name="Close the room").click()
    alice.get_by_role("button", name="Close it").click()
    for page in (alice, bob):
        expect(page.get_by_role("heading", name="This room is closed")).to_be_visible()
        assert page.locator("[data-notices] [data-key]").count() == 0


def test_a_new_speed_shows_as_message_and_label(here):
    alice, bob = here
    alice.get_by_label("Speed").select_option("1.5")
    expect(bob.get_by_text("set the speed to 1.5")).to_be_visible()
    expect(bob.locator("[data-room-rate]")).to_contain_text("1.5")
    alice.get_by_label("Speed").select_option("1")


# ---------------------------------------------------------------- links


def test_a_link_without_a_scheme_and_a_sample_both_open_a_room(person):
    alice = person()
    alice.goto("/")
    alice.get_by_role("textbox", name="Link to a video").fill("127.0.0.1:9/film.mp4")
    alice.get_by_role("button", name="Create room").click()
    alice.wait_for_url("**/rooms/*/")
    wait_until(alice, "() => watchium.room.state.timeline?.media?.url === 'https://127.0.0.1:9/film.mp4'")
    expect(alice.locator("[data-stage]")).to_contain_text("Check https://127.0.0.1:9/film.mp4")
    expect(alice.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    alice.goto("/")
    alice.get_by_role("button", name="Try it with a sample").click()
    alice.wait_for_url("**/rooms/*/")
    wait_until_ready(alice)

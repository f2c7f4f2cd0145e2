"""A viewer who comes late watches from the start, on a phone, and joins the room without seeing a comment too early."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import (
    SAMPLE,
    join,
    load,
    make_room,
    play,
    seek_to,
    wait_until,
    wait_until_ready,
)

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
STANDS_AT = "s => Math.abs(watchium.room.state.timeline.current_time - s) < 0.01"
IN_STEP = """() => { const v = document.querySelector("[data-media]"), { room } = watchium
    return !room.player.catchingUp && !v.paused && Math.abs(v.currentTime - room.position()) < 0.1 }"""
WATCH = """() => { const v = document.querySelector("[data-media]")
    window.appeared = []
    new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(
        node => appeared.push([node.querySelector("[data-text]")?.textContent, v.currentTime])
    ))).observe(document.querySelector("[data-log]"), { childList: true }) }"""


@pytest.mark.early
def test_a_late_viewer_catches_up_without_spoilers(person: Callable[..., Page]):
    alice, pip = person(), person(**PHONE)
    url = make_room(alice)
    wait_until_ready(alice)
    say_at(alice, 90, "the end")
    go_to(alice, 70)
    join(pip, url, "Pip")
    wait_until_ready(pip)
    it_is_hidden_until_they_choose(pip)
    start(pip)
    expect(pip.get_by_text("the end")).to_be_hidden()
    a_search_does_not_find_it(pip)
    expect(alice.get_by_role("button", name=re.compile("Pip.*1 min behind, catching up"))).to_be_visible()
    it_joins_where_they_meet(alice, pip)
    it_goes_to_live(alice, pip)
    it_finishes_media_that_the_room_left(alice, pip)
    it_goes_on_after_a_reload(alice, pip)


def it_is_hidden_until_they_choose(pip: Page) -> None:
    expect(pip.get_by_text("Messages from before you came are hidden")).to_be_visible()
    expect(pip.get_by_text("the end")).to_be_hidden()
    pip.get_by_role("button", name="Show it").click()
    expect(pip.get_by_text("the end")).to_be_visible()
    expect(pip.get_by_text("Messages from before you came are hidden")).to_be_hidden()


def start(pip: Page) -> None:
    pip.get_by_role("button", name="Sync meter").click()
    pip.get_by_role("button", name="From the start").click()
    wait_until(pip, "() => watchium.room.gate?.placed")
    pip.keyboard.press("Escape")


def a_search_does_not_find_it(pip: Page) -> None:
    pip.get_by_role("button", name="Chat options").click()
    pip.get_by_role("button", name="Search the chat").click()
    dialog = pip.get_by_role("dialog", name="Search the chat")
    dialog.get_by_role("searchbox").fill("end")
    dialog.get_by_role("button", name="Search", exact=True).click()
    expect(
        dialog.get_by_text("Messages of moments that you have not reached yet are left out.")
    ).to_be_visible()
    expect(dialog.get_by_text("the end")).to_be_hidden()
    pip.keyboard.press("Escape")


def go_to(alice: Page, seconds: float) -> None:
    seek_to(alice, seconds)
    wait_until(alice, STANDS_AT, seconds)


def say_at(alice: Page, seconds: float, text: str) -> None:
    go_to(alice, seconds)
    alice.evaluate("text => watchium.room.say('comment', { text })", text)


def it_joins_where_they_meet(alice: Page, pip: Page) -> None:
    """pip pauses; the room goes on at half speed three seconds ahead, after two comments in between."""
    pip.get_by_role("button", name="Pause", exact=True).click()
    wait_until(pip, "() => watchium.room.player.paused")
    at_s = pip.evaluate("watchium.room.player.position")
    assert at_s < 70
    pip.evaluate(WATCH)
    comments = {"two": at_s + 2, "one": at_s + 1}
    for text, position_s in comments.items():
        say_at(alice, round(position_s, 1), text)
    alice.evaluate("watchium.room.say('set_rate', { rate: 0.5 })")
    go_to(alice, round(at_s + 3, 1))
    play(alice)
    pip.get_by_role("combobox", name="Speed while catching up").select_option("2")
    pip.get_by_role("button", name="Play", exact=True).click()
    expect(pip.get_by_text("You are in step with the room.")).to_be_visible()
    wait_until(pip, IN_STEP)
    appeared = [each for each in pip.evaluate("appeared") if each[0] in comments]
    assert [text for text, _ in appeared] == ["one", "two"]
    assert all(seen_s >= round(comments[text], 1) for text, seen_s in appeared)
    expect(pip.get_by_text("the end")).to_be_hidden()  # the room is before it, too
    expect(alice.get_by_role("button", name=re.compile("Pip.*in step"))).to_be_visible()


def it_goes_to_live(alice: Page, pip: Page) -> None:
    alice.get_by_role("button", name="Pause", exact=True).click()
    go_to(alice, 80)
    start(pip)
    expect(pip.get_by_text("1 min behind", exact=True)).to_be_visible()
    assert pip.evaluate("document.documentElement.scrollWidth") == 360
    pip.get_by_role("button", name="Go to live").click()
    wait_until(pip, "() => Math.abs(document.querySelector('[data-media]').currentTime - 80) < 0.01")
    expect(pip.get_by_text("the end")).to_be_visible()
    expect(pip.get_by_role("button", name="Go to live")).to_be_hidden()


def it_finishes_media_that_the_room_left(alice: Page, pip: Page) -> None:
    start(pip)
    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("button", name="Sample music", exact=True).click()
    expect(pip.get_by_text("The room plays “Sample music” now.")).to_be_visible()
    expect(pip.get_by_text("The room plays something else")).to_be_visible()
    assert "clip" in pip.evaluate("document.querySelector('[data-media]').currentSrc")
    pip.get_by_role("button", name="Follow the room").click()
    wait_until(pip, "() => document.querySelector('[data-media]').currentSrc.includes('music')")


def it_goes_on_after_a_reload(alice: Page, pip: Page) -> None:
    load(alice, SAMPLE)
    say_at(alice, 80, "another end")
    wait_until_ready(pip)
    start(pip)
    pip.evaluate("watchium.room.player.seekHere(9)")
    pip.reload()
    expect(pip.get_by_text("1 min behind", exact=True)).to_be_visible()
    expect(pip.get_by_text("another end")).to_be_hidden()
    wait_until(pip, "() => watchium.room.gate?.placed")
    assert 9 <= pip.evaluate("watchium.room.player.position") < 30

"""Ready check, countdown, poll and premiere, with a host on a desktop and a member on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.support.fixtures import (
    change_room,
    join,
    make_room,
    pause,
    play,
    wait_until,
    wait_until_ready,
)

WIDTH = 360
PHONE = {"viewport": {"width": WIDTH, "height": 740}, "has_touch": True, "is_mobile": True}
# Each digit that is shown, and the digit that belongs to that instant by the room's timeline.
RECORD_DIGITS = """() => {
    const { room } = watchium
    window.digits = []
    const byTimeline = () => Math.ceil((room.state.timeline.timestamp - room.serverNow()) / 1000)
    const record = () => {
        const { textContent } = document.querySelector("[data-digit]")
        if (textContent) digits.push([textContent, String(byTimeline())])
    }
    new MutationObserver(record).observe(document.querySelector("[data-countdown]"), {
        childList: true, subtree: true,
    })
}"""
PLAYS = "() => watchium.room.state.timeline.is_playing && !document.querySelector('[data-media]').paused"


@pytest.mark.early
def test_a_room_starts_together(person: Callable[..., Page]):
    alice, bob = person(), person(**PHONE)
    join(bob, make_room(alice), "Bob")
    for page in (alice, bob):
        wait_until_ready(page)
    loaded = bob.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in loaded if "/start/" in name or "/start." in name], (
        "nothing of it is used yet"
    )
    the_last_one_who_is_ready_starts_it(alice, bob)
    who_does_not_answer_is_left_behind(alice, bob)
    both_see_the_digits_of_the_timeline(alice, bob)
    a_pause_takes_the_digits_away(alice, bob)
    members_vote_and_see_the_result(alice, bob)
    members_wait_for_a_premiere(alice, bob)


def ready_check(page: Page):
    return page.get_by_role("region", name="Ready check")


def the_last_one_who_is_ready_starts_it(alice: Page, bob: Page) -> None:
    expect(bob.get_by_role("button", name="Ready check", exact=True)).to_be_hidden()
    alice.get_by_role("button", name="Ready check", exact=True).click()
    expect(ready_check(bob)).to_contain_text("1 of 2")
    expect(ready_check(alice)).to_contain_text("Waiting for Bob")
    expect(bob.locator("[data-members] .is-ready")).to_have_count(1)
    expect(ready_check(bob).get_by_role("button", name="Start without")).to_be_hidden()
    assert bob.evaluate("document.documentElement.scrollWidth") == WIDTH
    ready_check(bob).get_by_role("button", name="I'm ready").click()
    for page in (alice, bob):
        wait_until(page, PLAYS)
        expect(ready_check(page)).to_be_hidden()
    expect(bob.locator("[data-members] .is-ready")).to_have_count(0)


def who_does_not_answer_is_left_behind(alice: Page, bob: Page) -> None:
    pause(alice)
    alice.get_by_role("button", name="Ready check", exact=True).click()
    ready_check(alice).get_by_role("combobox").select_option("300")
    expect(ready_check(bob)).to_contain_text("starts in")
    ready_check(alice).get_by_role("button", name="Start without").click()
    for page in (alice, bob):
        wait_until(page, PLAYS)
        expect(ready_check(page)).to_be_hidden()
    pause(alice)


def both_see_the_digits_of_the_timeline(alice: Page, bob: Page) -> None:
    alice.get_by_role("button", name="Settings", exact=True).click()
    alice.get_by_role("tab", name="Playback").click()
    alice.get_by_role("checkbox", name="Count 3, 2, 1").check()
    alice.get_by_role("button", name="Save").click()
    alice.keyboard.press("Escape")
    for page in (alice, bob):
        expect(page.locator("[data-countdown]")).to_be_attached()
        page.evaluate(RECORD_DIGITS)
    play(alice)
    expect(bob.get_by_role("status").filter(has_text="starts in three seconds")).to_be_attached()
    for page in (alice, bob):
        wait_until(page, PLAYS)
        shown = page.evaluate("digits")
        assert shown, "no digit"
        assert all(digit == by_timeline for digit, by_timeline in shown), shown
        assert [digit for digit, _ in shown] == sorted({digit for digit, _ in shown}, reverse=True)


def a_pause_takes_the_digits_away(alice: Page, bob: Page) -> None:
    pause(alice)
    wait_until(alice, "() => watchium.room.state.timeline.phase === 'paused'")
    position_s = alice.evaluate("watchium.room.state.timeline.current_time")
    play(alice)
    expect(bob.locator("[data-digit]")).not_to_be_empty()
    pause(alice)
    for page in (alice, bob):
        expect(page.locator("[data-digit]")).to_be_empty()
    assert alice.evaluate("watchium.room.state.timeline.current_time") == position_s


def members_vote_and_see_the_result(alice: Page, bob: Page) -> None:
    alice.get_by_role("button", name="Poll", exact=True).click()
    form = alice.get_by_role("dialog", name="Ask the room")
    form.get_by_role("textbox", name="Question").fill("What next?")
    form.get_by_role("textbox", name="Answers").fill("Alien")
    form.get_by_role("button", name="Open the poll").click()
    expect(form.get_by_role("alert")).to_contain_text("2 to 10")
    form.get_by_role("textbox", name="Answers").fill("Alien\nBrazil\n")
    form.get_by_role("searchbox", name="Or press what is in the server library").fill("music")
    form.get_by_role("button", name="Sample music").click()
    form.get_by_role("button", name="Open the poll").click()
    poll = bob.get_by_role("region", name="Poll")
    expect(poll).to_contain_text(" asks")
    poll.get_by_role("button", name="Brazil").click()
    poll.get_by_role("button", name="Sample music").click()
    expect(poll.get_by_role("button", name="Sample music")).to_have_attribute("aria-pressed", "true")
    assert bob.evaluate("document.documentElement.scrollWidth") == WIDTH
    of_alice = alice.get_by_role("region", name="Poll")
    expect(of_alice.get_by_role("button", name="Brazil")).to_contain_text("0")
    expect(of_alice).to_contain_text("1 vote")
    of_alice.get_by_role("button", name="Close the poll").click()
    expect(poll).to_contain_text("closed")
    poll.get_by_role("button", name="Hide the result").click()
    expect(poll).to_be_hidden()
    bob.get_by_role("tab", name="Queue").click()
    expect(bob.get_by_role("list", name="Queue")).to_contain_text("Sample music")


def members_wait_for_a_premiere(alice: Page, bob: Page) -> None:
    at_ms = alice.evaluate("watchium.room.serverNow() + 3_600_000")
    change_room(alice, premiere_at=at_ms)
    waiting = [page.locator("[data-waiting-room]") for page in (alice, bob)]
    for room in waiting:
        expect(room.get_by_role("timer")).to_have_text(re.compile(r"^(1:00:00|59:\d\d)$"))
        expect(room.get_by_role("link", name="Add to calendar")).to_be_visible()
    expect(waiting[1].get_by_role("button", name="Cancel")).to_be_hidden()
    remind_me(bob, waiting[1].get_by_role("button", name="Remind me"))
    assert bob.evaluate("document.documentElement.scrollWidth") == WIDTH
    change_room(alice, premiere_at=at_ms + 3_600_000)
    expect(bob.get_by_text("The premiere was moved")).to_be_visible()
    waiting[0].get_by_role("button", name="Cancel the premiere").click()
    expect(bob.get_by_text("The premiere was cancelled.")).to_be_visible()
    for room in waiting:
        expect(room).to_be_hidden()


def remind_me(bob: Page, button: Locator) -> None:
    """The browser is asked on the press only; here it has agreed before."""
    bob.context.grant_permissions(["notifications"])
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(bob.get_by_text("A notification comes a minute before")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")

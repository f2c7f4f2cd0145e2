"""The queue of a room, with a host on a desktop and a member on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.support.fixtures import join, make_room, play, seek_to, wait_until, wait_until_ready

# Presses Pause as soon as the next start is announced, and says what the page calls what plays.
HOLD_BACK = """() => new Promise((resolve) => {
    const { room } = watchium
    const timer = setInterval(() => {
        if (!room.store.announced) return
        clearInterval(timer)
        resolve(room.state.timeline.media.title)
        document.querySelector("[data-controls] [data-play]").click()
    }, 10)
})"""
WIDTH = 360
PHONE = {"viewport": {"width": WIDTH, "height": 740}, "has_touch": True, "is_mobile": True}
LINKS = "/media/samples/music.ogg\nfilms.example/one.mp4 https://films.example/two.mp4"
PLAYS = """name => { const v = document.querySelector("[data-media]")
    return v.currentSrc.includes(name) && !v.paused && v.currentTime > 0.1 }"""


@pytest.mark.early
def test_two_people_share_a_queue(person: Callable[..., Page]):
    """alice hosts, bob watches on a phone; both have the Queue tab open, and three links follow the sample clip."""
    alice, bob = person(), person(**PHONE)
    join(bob, make_room(alice), "Bob")
    for page in (alice, bob):
        page.get_by_role("tab", name="Queue").click()
        wait_until_ready(page)
    alice.get_by_role("textbox", name="Links").fill(LINKS)
    alice.get_by_role("button", name="Add to queue").click()
    for page in (alice, bob):
        expect_order(page, "Sample clip", "music", "one", "two")
    what_is_known_about_playing_is_shown(alice, bob)
    both_change_it(alice, bob)
    a_refusal_is_explained_beside_the_button(alice, bob)
    the_keyboard_changes_the_tab_and_does_not_seek(alice)
    a_swipe_changes_the_tab_on_a_phone(bob)
    a_pause_before_the_next_start_holds_it_back(alice, bob)
    it_advances_at_the_end_for_everyone(alice, bob)
    a_guest_keeps_the_queue_and_plays_it_in_another_room(alice)


def entries(page: Page) -> Locator:
    return page.get_by_role("list", name="Queue").get_by_role("listitem")


def entry(page: Page, name: str) -> Locator:
    return entries(page).filter(has_text=name)


def expect_order(page: Page, *names: str) -> None:
    expect(entries(page)).to_have_text([re.compile(name, re.IGNORECASE) for name in names])


def what_is_known_about_playing_is_shown(alice: Page, bob: Page) -> None:
    expect(entry(bob, "music").get_by_text("checked")).to_be_visible()
    expect(entry(alice, "one").get_by_text(re.compile("annot play this"))).to_be_visible()
    expect(entry(bob, "two").get_by_text(re.compile("annot play this"))).to_be_visible()


def both_change_it(alice: Page, bob: Page) -> None:
    expect(entry(bob, "one").get_by_role("button", name="Remove")).to_be_hidden()  # it is alice's
    alice.get_by_role("button", name="Move two").focus()
    alice.keyboard.press("ArrowUp")
    expect(alice.get_by_role("status").filter(has_text=re.compile("two.*: 3 of 4"))).to_be_attached()
    expect_order(bob, "Sample clip", "music", "two", "one")
    grip = alice.get_by_role("button", name="Move one").bounding_box()
    target = entry(alice, "music").bounding_box()
    assert grip and target
    alice.mouse.move(grip["x"] + 5, grip["y"] + 5)
    alice.mouse.down()
    alice.mouse.move(target["x"] + 100, target["y"] + 3, steps=4)
    alice.mouse.up()
    expect_order(bob, "Sample clip", "one", "music", "two")
    entry(bob, "two").get_by_role("button", name="Vote").click()
    expect(entry(alice, "two").get_by_role("button", name="Vote (1 vote)")).to_be_visible()
    entry(alice, "one").get_by_role("button", name="Remove").click()
    expect_order(bob, "Sample clip", "music", "two")
    alice.get_by_role("button", name="Undo").click()
    expect_order(bob, "Sample clip", "one", "music", "two")
    alice.get_by_role("button", name="Redo").click()
    expect_order(bob, "Sample clip", "music", "two")


def a_refusal_is_explained_beside_the_button(alice: Page, bob: Page) -> None:
    alice.get_by_role("button", name="Queue settings").click()
    quota = alice.get_by_role("spinbutton", name="Entries per person")
    quota.fill("1")
    quota.blur()
    wait_until(bob, "() => watchium.room.state.queue.settings.quota === 1")
    field = bob.get_by_role("textbox", name="Links")
    field.fill("films.example/three.mp4\nfilms.example/four.mp4")
    bob.get_by_role("button", name="Add to queue").click()
    expect(bob.locator("[data-add]").get_by_role("alert")).to_contain_text("at most 1 entries waiting")
    expect(field).to_have_value("films.example/three.mp4\nfilms.example/four.mp4")
    alice.get_by_role("checkbox", name="Locked").check()
    alice.get_by_role("button", name="Queue settings").click()
    expect(bob.get_by_text("The queue is locked.")).to_be_visible()
    expect(field).to_be_hidden()
    assert bob.evaluate("document.documentElement.scrollWidth") == WIDTH


def a_pause_before_the_next_start_holds_it_back(alice: Page, bob: Page) -> None:
    duration = alice.evaluate("watchium.room.state.timeline.duration")
    seek_to(alice, duration - 3)
    play(alice)
    assert "clip" in alice.evaluate(HOLD_BACK)
    for page in (alice, bob):
        wait_until(page, "() => watchium.room.state.timeline.phase === 'paused'")
        expect(page.locator("[data-list] > [aria-current]")).to_contain_text("clip")
        assert duration - 3 < page.evaluate("watchium.room.position()") < duration
        wait_until(page, "() => watchium.room.player.element.paused")


def it_advances_at_the_end_for_everyone(alice: Page, bob: Page) -> None:
    bob.get_by_role("button", name="Vote to skip").click()
    expect(alice.get_by_text("1 of 2 wants to skip")).to_be_visible()
    expect(alice.get_by_role("button", name="Vote to skip")).to_be_hidden()
    seek_to(alice, alice.evaluate("watchium.room.state.timeline.duration") - 3)
    play(alice)
    expect(bob.get_by_text("Up next: Sample music")).to_be_visible()
    for page in (alice, bob):
        wait_until(page, PLAYS, "music")
        expect(page.locator("[data-list] > [aria-current]")).to_contain_text("music")
    alice.get_by_role("button", name="Skip", exact=True).click()
    expect(bob.locator("[data-list] > [aria-current]")).to_contain_text("two")


def the_keyboard_changes_the_tab_and_does_not_seek(alice: Page) -> None:
    before = alice.evaluate("watchium.room.state.revision")
    alice.get_by_role("tab", name="Queue").press("ArrowRight")
    chat = alice.get_by_role("tab", name="Chat")
    expect(chat).to_be_focused()
    expect(alice.get_by_role("tabpanel", name="Queue")).to_be_hidden()
    chat.press("ArrowLeft")
    expect(alice.get_by_role("tabpanel", name="Queue")).to_be_visible()
    alice.locator("body").press("t")
    expect(alice.get_by_role("textbox", name="Message")).to_be_focused()
    assert alice.evaluate("watchium.room.state.revision") == before
    alice.get_by_role("tab", name="Queue").click()


def a_swipe_changes_the_tab_on_a_phone(bob: Page) -> None:
    touch = bob.context.new_cdp_session(bob)
    middle = bob.locator("#panel").bounding_box()
    assert middle
    y = middle["y"] + middle["height"] / 3

    def swipe(*points: tuple[float, float]) -> None:
        for kind, at in zip(("touchStart", "touchMove", "touchEnd"), (*points, None), strict=True):
            where = [{"x": at[0], "y": y + at[1]}] if at else []
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    queue, chat = bob.get_by_role("tabpanel", name="Queue"), bob.get_by_role("tab", name="Chat")
    swipe((80, 0), (280, 10))
    expect(queue).to_be_hidden()
    expect(chat).to_have_attribute("aria-selected", "true")
    swipe((280, 0), (80, 10))
    expect(queue).to_be_visible()
    swipe((280, 0), (200, 90))  # this scrolls
    expect(queue).to_be_visible()


def a_guest_keeps_the_queue_and_plays_it_in_another_room(alice: Page) -> None:
    alice.get_by_role("button", name="Playlists").click()
    dialog = alice.get_by_role("dialog", name="Playlists")
    dialog.get_by_role("textbox", name="Name of the playlist").fill("Friday")
    dialog.get_by_role("button", name="Keep this queue").click()
    expect(dialog.get_by_role("listitem")).to_contain_text("3 entries · in this browser")
    dialog.get_by_role("button", name="Add to queue").click()
    dialog.get_by_role("button", name="Close").click()
    expect_order(alice, *["Sample clip", "music", "two"] * 2)
    alice.goto("/player/")
    alice.get_by_role("button", name="Playlists").click()
    alice.get_by_role("dialog", name="Playlists").get_by_role("button", name="Play in a room").click()
    alice.wait_for_url("**/rooms/*/")
    alice.get_by_role("tab", name="Queue").click()
    expect_order(alice, "Sample clip", "music", "two")

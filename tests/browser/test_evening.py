"""What an evening leaves behind: the room's history, and a replay."""

from __future__ import annotations

from collections.abc import Callable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.support.axe import AXE, is_clean, is_clean_in_every_look
from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    seek_to,
    wait_until,
    wait_until_moving,
)

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.mark.early
def test_an_evening_can_be_continued_and_played_again(person: Callable[..., Page]):
    """alice puts on other media in the middle of the clip and continues it later; bob reads along on a phone."""
    alice, bob = person(), person(**PHONE)
    for page in (alice, bob):
        page.context.add_init_script(path=AXE)
    join(bob, make_room(alice), "Bob")
    assert not loaded(bob, "page/queue/history.js")
    play(alice)
    wait_until_moving(alice)
    say(alice, "before the jump")
    seek_to(alice, 7)
    wait_until_moving(alice, 8)
    say(alice, "after the jump")
    put_on(alice, "Sample music")
    the_room_continues_what_it_played_before(alice, bob)
    alice.get_by_role("list", name="Evenings").get_by_role("link").click()
    alice.wait_for_url("**/evenings/*/")
    an_evening_plays_again_with_what_was_said(alice)
    it_is_kept_and_exported_for_members_only(alice, bob)
    everyone_has_a_history_of_their_own(bob)


def the_room_continues_what_it_played_before(alice: Page, bob: Page) -> None:
    for page in (alice, bob):
        page.get_by_role("tab", name="Queue").click()
        page.get_by_role("button", name="Played before").click()
        expect(played(page)).to_have_count(1)
        expect(played(page)).to_contain_text("Sample clip")
    expect(alice.get_by_role("list", name="Evenings").get_by_role("link")).to_be_visible()
    is_clean(alice)
    expect(played(bob).get_by_role("button")).to_have_count(0)
    assert bob.evaluate("document.documentElement.scrollWidth") == 360
    played(alice).get_by_role("button", name="Continue at 0:0").click()
    wait_until(bob, "() => watchium.room.state.timeline.media.title.includes('clip')")
    wait_until_moving(alice, 7)
    assert alice.evaluate("watchium.room.state.timeline.current_time") > 7
    pause(alice)


def an_evening_plays_again_with_what_was_said(alice: Page) -> None:
    comments = alice.get_by_role("list", name="What was said").get_by_role("listitem")
    expect(alice.get_by_role("slider", name="Seek")).to_be_enabled()
    alice.get_by_role("button", name="Play", exact=True).click()
    wait_until(
        alice, "() => { const v = document.querySelector('video'); return !v.paused && v.currentTime > 7 }"
    )
    expect(comments.first).to_contain_text("before the jump")
    expect(comments).to_have_count(2)
    pause(alice)
    comments.first.get_by_role("button").click()
    expect(comments).to_have_count(1)
    is_clean_in_every_look(alice)


def it_is_kept_and_exported_for_members_only(alice: Page, bob: Page) -> None:
    address = alice.url
    alice.get_by_role("button", name="Keep this evening").click()
    expect(alice.get_by_text("Kept", exact=True)).to_be_visible()
    export = bob.context.request.get(f"{address}export.html")
    assert "before the jump" in export.text()
    for path in ("", "export.html"):
        assert outsiders_status(address + path) == 404
    bob.goto(address)
    expect(bob.get_by_text("Who was there")).to_be_visible()
    expect(bob.get_by_role("slider", name="Seek")).to_be_enabled()
    is_clean(bob)
    assert bob.evaluate("document.documentElement.scrollWidth") == 360
    alice.get_by_role("button", name="Delete").click()
    alice.get_by_role("button", name="Delete it").click()
    alice.wait_for_url("**/rooms/*/")
    assert bob.context.request.get(address).status == 404


def everyone_has_a_history_of_their_own(bob: Page) -> None:
    bob.goto("/player/")
    assert not loaded(bob, "page/player/history.js")
    bob.get_by_role("button", name="My history").click()
    watched = bob.get_by_role("list", name="My history").get_by_role("listitem")
    expect(watched.filter(has_text="Sample clip")).to_contain_text("to 0:0")
    expect(watched.filter(has_text="Sample clip").get_by_role("link", name="To the room")).to_be_visible()
    assert bob.evaluate("document.documentElement.scrollWidth") == 360
    is_clean(bob)
    bob.get_by_role("button", name="Clear", exact=True).click()
    bob.get_by_role("button", name="Delete it").click()
    expect(bob.get_by_text("Nothing yet.")).to_be_visible()


def outsiders_status(address: str) -> int:
    try:
        with urlopen(address) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("[data-chat]").get_by_text(text)).to_be_visible()


def loaded(page: Page, module: str) -> bool:
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    return any(module.removesuffix(".js") in name for name in names)


def put_on(page: Page, sample: str) -> None:
    page.get_by_role("button", name="Change media").click()
    page.get_by_role("button", name=sample).click()
    wait_until(page, "name => watchium.room.state.timeline.media.title === name", sample)


def played(page: Page) -> Locator:
    return page.get_by_role("list", name="Played before").get_by_role("listitem")

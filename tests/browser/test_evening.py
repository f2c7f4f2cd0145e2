"""What an evening leaves behind: the room's history."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.support.fixtures import join, make_room, play, seek_to, wait_until, wait_until_moving

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def test_the_room_continues_what_it_played_before(person: Callable[..., Page]):
    """alice puts on other media in the middle of the clip, and continues it; bob reads along on a phone."""
    alice, bob = person(), person(**PHONE)
    join(bob, make_room(alice), "Bob")
    assert not loaded(bob, "page/queue/history.js")
    play(alice)
    wait_until_moving(alice)
    seek_to(alice, 7)
    wait_until_moving(alice, 7)
    put_on(alice, "Sample music")
    for page in (alice, bob):
        page.get_by_role("tab", name="Queue").click()
        page.get_by_role("button", name="Played before").click()
        expect(played(page)).to_have_count(1)
        expect(played(page)).to_contain_text("Sample clip")
    expect(played(bob).get_by_role("button")).to_have_count(0)
    assert bob.evaluate("document.documentElement.scrollWidth") == 360
    played(alice).get_by_role("button", name="Continue at 0:0").click()
    wait_until(bob, "() => watchium.room.state.timeline.media.title.includes('clip')")
    wait_until_moving(alice, 7)
    assert alice.evaluate("watchium.room.state.timeline.current_time") > 7


def loaded(page: Page, module: str) -> bool:
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    return any(module.removesuffix(".js") in name for name in names)


def put_on(page: Page, sample: str) -> None:
    page.get_by_role("button", name="Change media").click()
    page.get_by_role("button", name=sample).click()
    wait_until(page, "name => watchium.room.state.timeline.media.title === name", sample)


def played(page: Page) -> Locator:
    return page.get_by_role("list", name="Played before").get_by_role("listitem")

"""User actions on pages, and waits for their effects."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

TIMEOUT_S = 10.0
CHANGE_ROOM = """changes => fetch(`/api/rooms/${watchium.room.boot.room_id}/`, {
    method: "PATCH", body: JSON.stringify(changes),
    headers: {
        "Content-Type": "application/json", "X-CSRFToken": document.cookie.match(/csrftoken=([^;]+)/)[1],
    },
}).then(({ ok }) => ok)"""


def wait_until(page: Page, true: str, arg: object = None) -> None:
    """Wait until the JavaScript function returns true. Playwright's own wait uses eval, which our CSP forbids."""
    deadline = time.monotonic() + TIMEOUT_S
    while not page.evaluate(true, arg):
        assert time.monotonic() < deadline, f"{page.url}: never true within {TIMEOUT_S} s: {true}"
        page.wait_for_timeout(50)


def make_room(page: Page) -> str:
    """Create a room on the front page, load the sample clip, and return the room's URL."""
    page.goto("/")
    page.get_by_role("button", name="Create room").click()
    page.wait_for_url("**/rooms/*/")
    expect(page.locator("body")).to_have_attribute("data-socket", "open")
    page.get_by_role("button", name="Pick something to watch").click()
    page.get_by_role("button", name="Sample clip").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    return page.url


def join(page: Page, url: str, name: str = "") -> None:
    page.goto(url)
    if name:
        page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.locator("body")).to_have_attribute("data-socket", "open")


def change_room(page: Page, **changes: object) -> None:
    """Change settings of the room, as its host."""
    assert page.evaluate(CHANGE_ROOM, changes)


def wait_until_ready(page: Page) -> None:
    """Wait until the player has media data and the clock is synchronised."""
    wait_until(
        page,
        "() => document.querySelector('[data-media]').readyState >= 3 && window.watchium.room.clock.locked",
    )


def play(page: Page) -> None:
    page.get_by_role("button", name="Play", exact=True).click()


def pause(page: Page) -> None:
    page.get_by_role("button", name="Pause", exact=True).click()


def seek_to(page: Page, seconds: float) -> None:
    """Set the slider like a drag: an input event, then a change event."""
    page.get_by_role("slider", name="Seek").evaluate(
        """(slider, seconds) => {
            slider.value = String(seconds)
            slider.dispatchEvent(new Event("input", { bubbles: true }))
            slider.dispatchEvent(new Event("change", { bubbles: true }))
        }""",
        seconds,
    )


def wait_for_position(page: Page, seconds: float) -> None:
    """Wait until the player is paused at this position."""
    wait_until(
        page,
        """seconds => { const v = document.querySelector('[data-media]');
            return v.paused && !v.seeking && Math.abs(v.currentTime - seconds) < 0.02 }""",
        seconds,
    )


def wait_until_moving(page: Page, beyond_s: float = 0) -> None:
    wait_until(
        page,
        "s => { const v = document.querySelector('[data-media]'); return !v.paused && v.currentTime > s }",
        beyond_s,
    )

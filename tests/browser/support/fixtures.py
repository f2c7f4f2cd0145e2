"""User actions on pages, and waits for their effects."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page, expect

TIMEOUT_S = 10.0
SAMPLE = "/media/samples/clip.webm"
LOOKS = """async arg => {
    const isTrue = IS_TRUE
    for (let look = 0; look < 20; look += 1) {
        if (await isTrue(arg)) return true
        await new Promise(next => setTimeout(next, 50))
    }
    return false
}"""
CHANGE_ROOM = """changes => fetch(`/api/rooms/${watchium.room.boot.room_id}/`, {
    method: "PATCH", body: JSON.stringify(changes),
    headers: {
        "Content-Type": "application/json", "X-CSRFToken": document.cookie.match(/csrftoken=([^;]+)/)[1],
    },
}).then(({ ok }) => ok)"""


def wait_until(page: Page, true: str, arg: object = None) -> None:
    """Wait until the JavaScript function returns true. Playwright's own wait uses eval, which our CSP forbids."""
    deadline = time.monotonic() + TIMEOUT_S
    while not _becomes_true(page, true, arg):
        assert time.monotonic() < deadline, f"{page.url}: never true within {TIMEOUT_S} s: {true}"


def _becomes_true(page: Page, true: str, arg: object) -> bool:
    """Look for a while, in the page: each look from here takes 4 ms of CPU, as much as a playing page in 20 ms."""
    try:
        return bool(page.evaluate(LOOKS.replace("IS_TRUE", true), arg))
    except Error as error:
        if "context was destroyed" in str(error):  # the page leads to another
            return False
        raise


def new_room(page: Page, query: str = "") -> str:
    """Create an empty room as the lobby's form does, open its page, and return its URL."""
    opened = _submit(page, "/")
    _enter(page, opened + query)
    return page.url


def make_room(page: Page, query: str = "") -> str:
    """Create a room, load the sample clip, and return the room's URL."""
    url = new_room(page, query)
    load(page, SAMPLE)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    return url


def load(page: Page, media_url: str) -> None:
    """Load media in the room, whose host the page belongs to."""
    page.evaluate("url => watchium.room.say('load', { media_url: url })", media_url)


def join(page: Page, url: str, name: str = "") -> None:
    """Join a room as the form on its page does, and open it."""
    _submit(page, url, username=name)
    _enter(page, url)


def press_join(page: Page, url: str, name: str) -> None:
    """Join a room by the form on its page."""
    page.goto(url)
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.locator("body")).to_have_attribute("data-socket", "open")


def _submit(page: Page, url: str, **fields: str) -> str:
    """Submit the form of a page without showing it, which takes half of the time; return where it leads.

    The scenes of first users press the buttons of these forms.
    """
    request = page.context.request
    shown = request.get(url)
    token = next(each["value"] for each in page.context.cookies(shown.url) if each["name"] == "csrftoken")
    form = {"csrfmiddlewaretoken": token, **fields}
    sent = request.post(url, form=form, headers={"Referer": shown.url}, max_redirects=0)
    assert sent.status == 302, sent.text()
    return sent.headers["location"]


def _enter(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("body")).to_have_attribute("data-socket", "open")
    page.locator("[data-room-title]").click()  # a gesture, without which sound does not start


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

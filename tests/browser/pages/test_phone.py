"""A room on phones: double tap, the wake lock, the keyboard of an iPhone, and the camera in the screen's corner."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_ready,
)

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
# Notes what the page shows for a moment, and which locks it holds.
RECORD = """() => {
    window.marks = []
    window.locks = []
    const request = WakeLock.prototype.request
    WakeLock.prototype.request = async function (kind) {
        const lock = await request.call(this, kind)
        locks.push(lock)
        return lock
    }
    document.addEventListener("DOMContentLoaded", () =>
        new MutationObserver((changes) => {
            for (const { addedNodes } of changes)
                for (const node of addedNodes) if (node.matches?.(".seek-mark")) marks.push(node.textContent.trim())
        }).observe(document.body, { childList: true, subtree: true }))
}"""
AWAKE = "() => locks.filter((lock) => !lock.released).length"
LOADED = "() => document.querySelector('link[href*=\"css/touch\"]') !== null"
TAP_GAP_S = 0.15
# An iPhone keeps the window's height, and shows a part of it above the keyboard.
KEYBOARD = """heightPx => {
    Object.defineProperty(visualViewport, "height", { configurable: true, get: () => heightPx })
    visualViewport.dispatchEvent(new Event("resize"))
}"""
FREE = """parts => parts.every((selector) => {
    const { left, right } = document.querySelector(selector).getBoundingClientRect()
    return left >= 59 && right <= innerWidth - 59 })"""
WITHIN_STAGE = """button => button.getBoundingClientRect().right <=
    document.querySelector("[data-stage]").getBoundingClientRect().right"""
INSIDE = """(element, heightPx) => { const box = element.getBoundingClientRect()
    return box.height > 0 && box.top >= 0 && box.bottom <= heightPx }"""


def test_a_room_on_phones(person: Callable[..., Page]):
    """alice hosts and bob watches, both on a phone."""
    alice = person(**PHONE, permissions=["screen-wake-lock"])  # without a window it is denied
    bob = person(**PHONE)
    alice.context.add_init_script(f"({RECORD})()")
    join(bob, make_room(alice), "Bob")
    for page in (alice, bob):
        wait_until_ready(page)
        wait_until(page, LOADED)
    a_double_tap_seeks_for_the_host(alice, bob)
    a_double_tap_of_a_viewer_shows_who_controls_playback(bob)
    a_double_tap_in_the_middle_toggles_fullscreen(alice)
    the_screen_stays_on_while_it_plays(alice)
    a_keyboard_that_covers_the_page_leaves_the_composer_in_view(bob)
    nothing_is_below_the_camera(bob)


class Finger:
    """Taps with times of its own, so that a slow machine makes no double tap slow."""

    def __init__(self, page: Page) -> None:
        self.touch: CDPSession = page.context.new_cdp_session(page)
        self.picture = page.locator("[data-picture]")
        self.now_s = 1_000_000.0

    def tap(self, share: float, times: int = 2) -> None:
        box = self.picture.bounding_box()
        assert box
        at = {"x": box["x"] + box["width"] * share, "y": box["y"] + box["height"] / 2}
        self.now_s += 5
        for _ in range(times):
            self._send("touchStart", [at])
            self._send("touchEnd", [])
            self.now_s += TAP_GAP_S

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self.now_s += 0.02
        event = {"type": kind, "touchPoints": points, "timestamp": self.now_s}
        self.touch.send("Input.dispatchTouchEvent", event)


def a_double_tap_seeks_for_the_host(alice: Page, bob: Page) -> None:
    finger = Finger(alice)
    finger.tap(0.9)
    wait_for_position(bob, 10)
    finger.tap(0.1, times=3)
    wait_for_position(bob, 0)
    assert alice.evaluate("marks") == ["+10 s", "\N{MINUS SIGN}10 s", "\N{MINUS SIGN}20 s"]


def a_double_tap_of_a_viewer_shows_who_controls_playback(bob: Page) -> None:
    revision = bob.evaluate("watchium.room.state.revision")
    Finger(bob).tap(0.9)
    expect(bob.locator("[data-notices]").get_by_role("button", name="Ask for control")).to_be_visible()
    assert bob.evaluate("watchium.room.state.revision") == revision


def a_double_tap_in_the_middle_toggles_fullscreen(alice: Page) -> None:
    finger = Finger(alice)
    for is_full in (True, False):
        finger.tap(0.5)
        wait_until(alice, "is => (document.fullscreenElement !== null) === is", is_full)


def the_screen_stays_on_while_it_plays(alice: Page) -> None:
    assert alice.evaluate(AWAKE) == 0
    play(alice)
    wait_until(alice, f"() => ({AWAKE})() === 1")
    alice.evaluate("locks.at(-1).release()")  # as when the page is hidden
    alice.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until(alice, f"() => locks.length === 2 && ({AWAKE})() === 1")
    pause(alice)
    wait_until(alice, f"() => ({AWAKE})() === 0")
    seek_to(alice, 0)


def a_keyboard_that_covers_the_page_leaves_the_composer_in_view(bob: Page) -> None:
    draft = bob.get_by_role("textbox", name="Message")
    draft.focus()
    for height_px in (420, 330):
        bob.evaluate(KEYBOARD, height_px)
        wait_until(bob, "px => Math.abs(document.body.offsetHeight - px) < 1", height_px)
        assert draft.evaluate(INSIDE, height_px)
        assert bob.locator("[data-picture]").evaluate(INSIDE, height_px)
        assert bob.locator("[data-scroll]").evaluate("element => element.clientHeight") > 100
    bob.evaluate(KEYBOARD, 740)
    wait_until(bob, "() => document.body.offsetHeight === 740")


def nothing_is_below_the_camera(bob: Page) -> None:
    """A phone on its side, its camera on the left: the insets of an iPhone."""
    bob.set_viewport_size({"width": 844, "height": 390})
    insets = {"top": 0, "left": 59, "bottom": 21, "right": 59}
    bob.context.new_cdp_session(bob).send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    wait_until(bob, FREE, ["header", "[data-stage]", "[data-chat]"])
    assert bob.get_by_role("button", name="Fullscreen").evaluate(WITHIN_STAGE)
    bob.goto("/player/")
    wait_until(bob, FREE, ["header", "[data-player]", "[data-bar] [data-play]"])

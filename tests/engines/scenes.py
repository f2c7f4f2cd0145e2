"""User actions on a page of Firefox or WebKit; `tests/browser/support/fixtures.py` has them for Chromium."""

from __future__ import annotations

from tests.engines.page import EnginePage

MEDIA = "document.querySelector('[data-media]')"
SOCKET_OPEN = "() => document.body?.dataset.socket === 'open'"


def join_as(page: EnginePage, url: str, name: str) -> None:
    page.goto(url)
    page.fill("#username", name)
    page.click("button", "Join")
    in_room(page)


def in_room(page: EnginePage) -> None:
    """Wait until the page is connected and has a player."""
    page.wait_until(f"() => document.body?.dataset.socket === 'open' && Boolean({MEDIA})")


def ready_to_play(page: EnginePage) -> None:
    """Wait until the player has media data and the clock is synchronised."""
    page.wait_until(f"() => {MEDIA}.readyState >= 2 && window.watchium.room.clock.locked")


def wait_until_moving(page: EnginePage, beyond_s: float = 0) -> None:
    page.wait_until(f"s => !{MEDIA}.paused && {MEDIA}.currentTime > s", beyond_s)


def wait_for_position(page: EnginePage, seconds: float) -> None:
    """Wait until the player is paused at this position."""
    page.wait_until(
        f"s => {MEDIA}.paused && !{MEDIA}.seeking && Math.abs({MEDIA}.currentTime - s) < 0.05", seconds
    )

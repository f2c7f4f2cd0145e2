"""What people do with a page of another engine; `tests/browser/support/fixtures.py` has it for Chromium's."""

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
    """Connected, with a player."""
    page.wait_until(f"() => document.body?.dataset.socket === 'open' && Boolean({MEDIA})")


def ready_to_play(page: EnginePage) -> None:
    """The player has the medium and the clock is known."""
    page.wait_until(f"() => {MEDIA}.readyState >= 2 && window.watchium.room.clock.locked")


def wait_until_moving(page: EnginePage, beyond_s: float = 0) -> None:
    page.wait_until(f"s => !{MEDIA}.paused && {MEDIA}.currentTime > s", beyond_s)


def wait_for_position(page: EnginePage, seconds: float) -> None:
    """Paused right there."""
    page.wait_until(
        f"s => {MEDIA}.paused && !{MEDIA}.seeking && Math.abs({MEDIA}.currentTime - s) < 0.05", seconds
    )

"""A room that is open in several tabs of one browser plays sound in one of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    play,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)

AUDIBLE = "() => { const v = document.querySelector('[data-media]'); return !v.paused && !v.muted }"
SILENT = "() => { const v = document.querySelector('[data-media]'); return !v.paused && v.muted }"


def crash(page: Page) -> None:
    with contextlib.suppress(Error):
        page.goto("chrome://crash", timeout=2000)
    page.close()


def another_tab(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    wait_until_ready(page)
    return page


def only(sounds: Page, *others: Page) -> None:
    """Wait until this tab plays sound, and the others are muted."""
    wait_until(sounds, AUDIBLE)
    for page in others:
        wait_until(page, SILENT)


def test_one_tab_of_a_room_has_audio_focus_and_another_takes_over(person: Callable[..., Page]):
    first = person()
    url = make_room(first)
    wait_until_ready(first)
    play(first)
    wait_until(first, AUDIBLE)

    second = another_tab(first.context, url)
    wait_until_moving(second)
    only(first, second)
    expect(second.get_by_text("This room plays in another tab.")).to_be_visible()
    second.get_by_role("button", name="Play sound here").click()
    only(second, first)
    expect(second.get_by_text("This room plays in another tab.")).to_be_hidden()
    second.reload()
    wait_until_ready(second)
    only(second, first)
    first.get_by_role("button", name="Mute").click()
    only(first, second)
    second.get_by_role("button", name="Play sound here").click()
    only(second, first)

    second.close()
    wait_until(first, AUDIBLE)
    third = another_tab(first.context, url)
    only(first, third)
    third.get_by_role("button", name="Play sound here").click()
    only(third, first)
    crash(third)
    wait_until(first, AUDIBLE)

    untouched = another_tab(first.context, url)
    only(first, untouched)
    first.close()
    # Some browsers need a user gesture in a tab before it may play sound.
    wait_until(
        untouched,
        f"() => ({AUDIBLE})() || ({SILENT})() && Boolean(document.querySelector('[data-key=sound]'))",
    )


def test_without_web_locks_the_tabs_of_a_room_assign_audio_focus_by_messages(person: Callable[..., Page]):
    first = person()
    first.context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })"
    )
    url = make_room(first)
    wait_until_ready(first)
    play(first)
    wait_until(first, AUDIBLE)
    second = another_tab(first.context, url)
    only(first, second)
    second.get_by_role("button", name="Play sound here").click()
    only(second, first)
    first.get_by_role("button", name="Mute").click()
    only(first, second)
    second.get_by_role("button", name="Play sound here").click()
    only(second, first)
    crash(second)
    wait_until(first, AUDIBLE)


def test_two_rooms_in_two_tabs_both_play_sound_and_so_do_two_browsers(person: Callable[..., Page]):
    alice, bob = person(), person()
    url = make_room(alice)
    wait_until_ready(alice)
    play(alice)
    other = alice.context.new_page()
    make_room(other)
    wait_until_ready(other)
    play(other)
    join(bob, url, "Bob")
    for page in (alice, other, bob):
        wait_until(page, AUDIBLE)

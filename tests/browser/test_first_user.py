"""What a first evening showed: small windows, lost words, presses that did too much."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scenes import join, make_room, wait_until, wait_until_moving, wait_until_ready
from tests.services import watchium_server

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
INSIDE = """element => { const box = element.getBoundingClientRect()
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight && (element === at || element.contains(at)) }"""


def together(person, **options) -> tuple[Page, Page]:
    alice, bob = person(), person(**options)
    join(bob, make_room(alice), "Bob")
    return alice, bob


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")


def height_of(page: Page, selector: str) -> float:
    return page.locator(selector).evaluate("element => element.getBoundingClientRect().height")


# ---------------------------------------------------------------- small windows


def test_the_pages_are_as_wide_as_a_phone(person):
    bob = person(**PHONE)
    bob.goto("/")
    assert bob.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360]


@pytest.mark.parametrize("height", [450, 400])
def test_a_phone_with_its_keyboard_up_shows_the_last_lines_and_the_whole_box(person, height):
    _, bob = together(person, **PHONE)
    bob.get_by_role("textbox", name="Message").focus()
    bob.set_viewport_size({"width": 360, "height": height})
    wait_until(bob, "() => document.querySelector('[data-scroll]').clientHeight > 120")
    assert bob.get_by_role("textbox", name="Message").evaluate(INSIDE)


@pytest.mark.parametrize("size", [(640, 400), (683, 384), (740, 360), (667, 375)])
def test_low_windows_keep_every_control_and_the_people(person, size):
    alice, _ = together(person)
    alice.set_viewport_size({"width": size[0], "height": size[1]})
    for name in ("Fullscreen", "Play", "Sad"):
        assert alice.get_by_role("button", name=name, exact=True).evaluate(INSIDE), name
    assert alice.get_by_role("textbox", name="Message").evaluate(INSIDE)
    expect(alice.get_by_role("list", name="Members").get_by_role("button")).to_have_count(2)
    assert alice.get_by_role("list", name="Members").get_by_role("button").last.evaluate(INSIDE)
    assert height_of(alice, "[data-scroll]") > 120

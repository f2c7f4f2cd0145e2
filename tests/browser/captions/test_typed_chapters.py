"""Chapters that the host types for media that have none."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.captions.test_captions import go_to
from tests.browser.support.fixtures import join, make_room, wait_for_position, wait_until_ready


def test_a_host_types_chapters_and_everyone_has_them_until_other_media_play(person):
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    for page in (alice, bob):
        wait_until_ready(page)
    expect(bob.locator("[data-type-chapters]")).to_be_hidden()
    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("button", name="Chapters of what plays now").click()
    editor = alice.get_by_role("dialog", name="Chapters")
    text = editor.get_by_role("textbox")
    text.fill("0:00 Before\nOpening")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_have_text("Line 2 has no time, such as 1:23.")
    text.fill("Opening - 0:02\n0:06 <b>The harbour</b>")
    editor.get_by_role("button", name="Add a chapter at 0:00").click()
    alice.keyboard.type("Before")
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_be_hidden()
    for page in (alice, bob):
        expect(page.locator(".chapter-marks i")).to_have_count(2)
    go_to((alice, bob), 4.5)
    expect(bob.get_by_role("button", name="Chapters: Opening")).to_be_visible()
    bob.reload()
    wait_for_position(bob, 4.5)
    alice.get_by_role("button", name="Skip intro").click()
    wait_for_position(bob, 6.0)
    harbour = bob.get_by_role("button", name="Chapters: <b>The harbour</b>")
    harbour.click()
    expect(bob.get_by_role("button", name="Edit chapters")).to_be_hidden()
    alice.get_by_role("button", name="Chapters: <b>The harbour</b>").click()
    alice.get_by_role("button", name="Edit chapters").click()
    expect(text).to_have_value("0:00 Before\n0:02 Opening\n0:06 <b>The harbour</b>")
    text.fill("")
    editor.get_by_role("button", name="Save").click()
    expect(harbour).to_have_count(0)
    expect(bob.locator(".chapter-marks")).to_have_count(0)

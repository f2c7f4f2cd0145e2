"""Chat in fullscreen, changes of messages, and a phone as a second screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    play,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)

WITHOUT_FULLSCREEN = "Object.defineProperty(Document.prototype, 'fullscreenEnabled', { get: () => false })"

RECORDED_NOTIFICATIONS = """window.shown = []
    window.Notification = class extends Notification {
        constructor(title, options) { super(title, options); shown.push({ title, ...options }) }
    }"""


def message(page: Page, text: str) -> Locator:
    return page.locator("[data-log] [data-id]").filter(has_text=text)


def use_tool(page: Page, text: str, name: str) -> None:
    message(page, text).hover()
    message(page, text).get_by_role("button", name=name).click()


def write_over_the_picture(page: Page, text: str) -> None:
    """Enter opens the text box, and sends; Escape closes it and nothing else."""
    draft = page.get_by_role("textbox", name="Message")
    expect(page.locator("[data-stage]")).to_have_attribute("data-full", "")
    expect(draft).to_be_hidden()
    page.keyboard.press("Enter")
    expect(draft).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("[data-strip]").get_by_text(text)).to_be_visible()
    page.keyboard.press("Escape")
    expect(draft).to_be_hidden()
    expect(page.locator("[data-stage]")).to_have_attribute("data-full", "")


def test_members_write_in_fullscreen_and_change_what_they_wrote(person: Callable[..., Page]):
    alice, bob = person(), person()
    bob.context.add_init_script(WITHOUT_FULLSCREEN)  # as on an iPhone
    join(bob, make_room(alice), "Bob")
    for page, text in ((alice, "teh end is near"), (bob, "what end")):
        page.get_by_role("button", name="Fullscreen").click()
        write_over_the_picture(page, text)
    assert alice.evaluate("document.fullscreenElement !== null")
    bob.keyboard.press("Escape")  # the text box is closed: this leaves
    expect(bob.locator("[data-stage]")).not_to_have_attribute("data-full", "")
    expect(bob.get_by_role("textbox", name="Message")).to_be_visible()
    alice.keyboard.press("f")
    expect(alice.locator("[data-stage]")).not_to_have_attribute("data-full", "")

    use_tool(bob, "teh end", "Add reaction")
    bob.get_by_role("searchbox", name="Search emoji").fill("popcorn")
    bob.keyboard.press("Enter")
    expect(message(alice, "teh end").get_by_role("button", name="🍿 1")).to_be_visible()
    use_tool(alice, "teh end", "Edit")
    alice.get_by_role("textbox", name="Edit message").fill("the end: ||he did it||")
    alice.keyboard.press("Enter")
    edited = message(bob, "the end:")
    expect(edited).to_contain_text("(edited)")
    expect(edited).not_to_contain_text("he did it")
    edited.get_by_role("button", name="Spoiler").click()
    expect(edited).to_contain_text("he did it")
    bob.get_by_role("textbox", name="Message").press_sequentially(f"@{alice_name(bob)[:3]}")
    bob.get_by_role("option").first.wait_for()
    bob.keyboard.press("Enter")
    expect(bob.get_by_role("textbox", name="Message")).to_have_value(f"@{alice_name(bob)} ")


def test_a_mention_notifies_who_looks_elsewhere(person: Callable[..., Page]):
    """Headless browsers show no notifications: the page's are recorded. The permission is real."""
    alice, bob = person(), person(permissions=["notifications"])
    bob.context.add_init_script(RECORDED_NOTIFICATIONS)
    join(bob, make_room(alice), "Bob")
    bob.get_by_role("button", name="Chat options").click()
    bob.get_by_label("Notify me of mentions").check()
    alice.evaluate("watchium.room.say('comment', { text: '@Bob while you look' })")
    expect(message(bob, "while you look")).to_be_visible()
    bob.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    alice.evaluate("watchium.room.say('comment', { text: '@Bob come back' })")
    wait_until(bob, "() => shown.length === 1")
    assert bob.evaluate("shown[0].title") == f"{alice_name(bob)} mentioned you"
    assert "come back" not in bob.evaluate("JSON.stringify(shown)")


def alice_name(page: Page) -> str:
    return page.evaluate("watchium.room.state.members.get(watchium.room.state.room.host_id).username")


def test_a_phone_with_a_ticket_is_the_same_member(person: Callable[..., Page]):
    alice, bob, phone, other = person(), person(), person(), person()
    join(bob, make_room(alice), "Bob")
    wait_until_ready(alice)
    alice.get_by_role("button", name="Show QR code").click()
    alice.get_by_role("radio", name="My phone").check(force=True)  # its label covers it
    link = alice.get_by_role("textbox", name="Link")
    expect(link).to_have_value(re.compile("/companion/"))
    expect(alice.get_by_role("img", name="QR code")).to_be_visible()
    ticket = link.input_value()
    alice.get_by_role("button", name="Close").click()
    phone.goto(ticket)
    phone.get_by_role("button", name="Use this as my second screen").click()
    phone.wait_for_url("**/rooms/*/?view=chat")
    expect(phone.locator("body")).to_have_attribute("data-socket", "open")
    other.goto(ticket)
    expect(other.get_by_text("This code does not work any more")).to_be_visible()

    play(phone)
    wait_until_moving(alice)
    assert phone.locator("[data-media]").evaluate("media => media.currentSrc") == ""
    phone.get_by_role("textbox", name="Message").fill("from my phone")
    phone.keyboard.press("Enter")
    expect(message(bob, "from my phone")).to_contain_text(alice_name(bob))
    members = bob.get_by_role("list", name="Members").get_by_role("listitem")
    expect(members).to_have_count(2)
    alice.close()
    wait_until(phone, "() => watchium.room.state.members.size === 2")
    phone.get_by_role("button", name="Pause", exact=True).click()
    expect(bob.locator("[data-media]")).to_have_js_property("paused", True)
    expect(members).to_have_count(2)

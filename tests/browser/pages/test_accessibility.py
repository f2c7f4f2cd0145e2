"""Accessibility of every page, checked by axe (vendored from npm, for tests only)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.support.fixtures import change_room, join, wait_until

AXE = Path(__file__).parents[1] / "vendor/axe-core/axe-4.14.1.min.js"
VIOLATIONS = """async () => {
    // What just changed is drawn, and begins to fade in, with the next frame.
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    // Elements that are fading in do not have their final contrast yet.
    const ending = document.getAnimations().filter(one => one.effect.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(one => one.finished))
    const { violations } = await axe.run(document, { resultTypes: ["violations"] })
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200))}`)
}"""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}


def is_clean(page: Page) -> None:
    found: list[str] = page.evaluate(VIOLATIONS)
    assert found == [], "\n".join([page.url, *found])


def use_all_of_the_start(alice: Page, bob: Page) -> None:
    """Open a ready check, a poll and the waiting room of a premiere, and end them again."""
    change_room(alice, premiere_at=alice.evaluate("watchium.room.serverNow() + 3_600_000"))
    alice.evaluate("watchium.room.say('ready_check', { on: true })")
    answers = [{"text": "Alien"}, {"text": "Brazil"}]
    alice.evaluate("poll => watchium.room.say('open_poll', poll)", {"question": "Next?", "answers": answers})
    bob.get_by_role("button", name="Brazil").click()
    for name in ("Ready check", "Poll"):
        expect(bob.get_by_role("region", name=name)).to_be_visible()
    expect(alice.get_by_role("button", name="Brazil")).to_contain_text("1")
    for page in (alice, bob):
        expect(page.locator("[data-waiting-room]")).to_be_visible()
        is_clean(page)
    alice.get_by_role("button", name="End the ready check").click()
    alice.get_by_role("button", name="Close the poll").click()
    change_room(alice, premiere_at=None)
    expect(bob.locator("[data-waiting-room]")).to_be_hidden()


def use_the_tools_of_the_chat(alice: Page) -> None:
    alice.get_by_role("tab", name="Chat").click()
    draft = alice.get_by_role("textbox", name="Message")
    draft.press_sequentially("@b")
    alice.get_by_role("option", name="Bob").wait_for()
    is_clean(alice)
    draft.fill("")
    alice.get_by_role("button", name="Emoji").click()
    alice.get_by_role("button", name="😀").wait_for()
    is_clean(alice)
    alice.keyboard.press("Escape")
    alice.get_by_role("button", name="Chat options").click()
    alice.get_by_role("button", name="Search the chat").click()
    alice.get_by_role("searchbox", name="Words, or a name").fill("reply")
    alice.keyboard.press("Enter")
    expect(alice.get_by_text("1 message, the latest first.")).to_be_visible()
    is_clean(alice)
    alice.get_by_role("dialog").get_by_role("button", name="Close").click()


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_on_any_page(person: Callable[..., Page], viewport: ViewportSize, scheme: str):
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme}
    alice, bob = person(**options), person(**options)
    for page in (alice, bob):
        page.context.add_init_script(path=AXE)
    alice.goto("/")
    is_clean(alice)
    alice.get_by_role("button", name="Try it with a sample").click()
    alice.wait_for_url("**/rooms/*/")
    bob.goto(alice.url)
    is_clean(bob)
    join(bob, alice.url, "Bob")
    for page, text in ((alice, "hello"), (bob, "see https://example.org/a"), (bob, "again")):
        page.evaluate("text => window.watchium.room.say('comment', { text })", text)
    expect(alice.locator("[data-log]").get_by_text("again")).to_be_attached()
    alice.evaluate(
        "() => { const [reply_to] = [...window.watchium.room.state.comments].slice(-1).map(({ id }) => id);"
        "return window.watchium.room.say('comment', { text: 'a reply, ||so||', reply_to })"
        ".then(() => window.watchium.room.say('react_to_comment', { id: reply_to, emoji: '🎉', on: true })) }"
    )
    expect(bob.locator("[data-log]").get_by_text("a reply, ")).to_be_attached()
    expect(bob.locator("[data-log]").get_by_role("button", name="🎉 1")).to_be_attached()
    for page in (alice, bob):
        is_clean(page)
    use_all_of_the_start(alice, bob)
    for page in (alice, bob):
        page.get_by_role("tab", name="Queue").click()
        page.get_by_role("textbox", name="Links").fill("films.example/next.mp4")
        page.get_by_role("button", name="Add to queue").click()
        page.get_by_role("list", name="Queue").get_by_role("listitem").first.wait_for()
        is_clean(page)
    use_the_tools_of_the_chat(alice)
    for name in ("Sync meter", "Captions"):
        alice.get_by_role("button", name=name).click()
        alice.locator(":popover-open").wait_for()
        is_clean(alice)
        alice.keyboard.press("Escape")
    alice.goto("/player/")
    expect(alice.locator("body")).to_have_attribute("data-socket", "open")
    alice.get_by_role("button", name="Add Sample music to queue").click()
    wait_until(alice, "() => window.watchium.player.state.entries.length === 1")
    is_clean(alice)
    for path in ("/accounts/login/", "/accounts/signup/", "/offline/"):
        alice.goto(path)
        is_clean(alice)

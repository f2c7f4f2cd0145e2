"""Accessibility of every page and dialog, on a desktop and on a phone, checked by axe (from npm, for tests only)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages.test_accounts import sign_up
from tests.browser.support.axe import AXE, DESKTOP, is_clean, is_clean_in_every_look
from tests.browser.support.fixtures import change_room, join, wait_until


@pytest.fixture
def user(person: Callable[..., Page]) -> Callable[..., Page]:
    """`user()` opens a page with axe in it."""

    def arrive(**options: str) -> Page:
        page = person(viewport=DESKTOP, color_scheme="light", **options)
        page.context.add_init_script(path=AXE)
        return page

    return arrive


def open_by(page: Page, *names: str, role: str = "button") -> None:
    """Press each button that opens something, check what it opened, and close it with Escape."""
    for name in names:
        page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        page.locator("dialog[open], :popover-open").first.wait_for()
        is_clean_in_every_look(page)
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open], :popover-open")).to_have_count(0)


@pytest.mark.early
def test_axe_finds_nothing_on_the_pages_before_a_room(user: Callable[[], Page]):
    alice = user()
    alice.goto("/")
    alice.get_by_text("Options", exact=True).click()
    is_clean_in_every_look(alice)
    paths = ("login/", "signup/", "reset/", "deleted/")
    for path in (*(f"/accounts/{name}" for name in paths), "/offline/", "/nowhere/", "/rooms/unknown/"):
        alice.goto(path)
        is_clean_in_every_look(alice)
    sign_up(alice, f"axe{id(alice)}")
    alice.goto("/accounts/delete/")
    is_clean_in_every_look(alice)


@pytest.mark.early
def test_axe_finds_nothing_in_a_room(user: Callable[[], Page]):
    alice, bob = user(), user()
    alice.goto("/")
    alice.get_by_role("button", name="Try it with a sample").click()
    alice.wait_for_url("**/rooms/*/")
    bob.goto(alice.url)
    is_clean_in_every_look(bob)
    join(bob, alice.url, "Bob")
    talk(alice, bob)
    for page in (alice, bob):
        is_clean_in_every_look(page)
    use_all_of_the_start(alice, bob)
    for page in (alice, bob):
        page.get_by_role("tab", name="Queue").click()
        page.get_by_role("textbox", name="Links").fill("films.example/next.mp4")
        page.get_by_role("button", name="Add to queue").click()
        page.get_by_role("list", name="Queue").get_by_role("listitem").first.wait_for()
        is_clean_in_every_look(page)
    alice.get_by_role("button", name="Queue settings").click()
    is_clean_in_every_look(alice)
    open_by(alice, "Playlists", "Captions")
    assert "/touch/" not in "".join(
        alice.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    )


@pytest.mark.early
def test_axe_finds_nothing_in_the_dialogs_of_a_room(user: Callable[[], Page]):
    alice, bob = user(), user()
    alice.goto("/")
    alice.get_by_role("button", name="Try it with a sample").click()
    alice.wait_for_url("**/rooms/*/")
    join(bob, alice.url, "Bob")
    talk(alice, bob)
    open_by(alice, "Change media", "Chat options", "Poll", "Emoji", "Show QR code")
    alice.get_by_role("button", name=re.compile("Sync meter")).click()
    is_clean_in_every_look(alice)
    alice.keyboard.press("Escape")
    alice.get_by_role("list", name="Members").get_by_role("button", name=re.compile("Bob")).click()
    is_clean_in_every_look(alice)
    alice.keyboard.press("Escape")
    alice.get_by_role("button", name="Settings", exact=True).click()
    dialog = alice.get_by_role("dialog", name="Room settings")
    for tab in dialog.get_by_role("tab").all():
        tab.click()
        is_clean_in_every_look(alice)
    alice.keyboard.press("Escape")
    alice.keyboard.press("?")
    is_clean_in_every_look(alice)
    alice.keyboard.press("Escape")
    use_the_tools_of_the_chat(alice)
    alice.get_by_role("button", name="Change media").click()
    open_by(alice, "Chapters of what plays now")
    alice.get_by_role("button", name="Fullscreen").click()
    alice.get_by_role("button", name="Write a message").click()
    is_clean(alice)


def test_axe_finds_nothing_on_the_player(user: Callable[[], Page]):
    alice = user()
    alice.goto("/player/")
    expect(alice.locator("body")).to_have_attribute("data-socket", "open")
    alice.get_by_role("button", name="Add Sample music to queue").click()
    wait_until(alice, "() => window.watchium.player.state.entries.length === 1")
    is_clean_in_every_look(alice)
    open_by(alice, "Playlists", "My history", "Keyboard shortcuts")


def talk(alice: Page, bob: Page) -> None:
    """Write messages with a link, a reply, a reaction and a spoiler."""
    for page, text in ((alice, "hello ||the end||"), (bob, "see https://example.org/a"), (bob, "again")):
        page.evaluate("text => window.watchium.room.say('comment', { text })", text)
    expect(alice.locator("[data-log]").get_by_text("again")).to_be_attached()
    alice.evaluate(
        """async () => {
            const [id] = [...watchium.room.state.comments].slice(-1).map(({ id }) => id)
            await watchium.room.say("react_to_comment", { id, emoji: "🔥", on: true })
            return watchium.room.say("comment", { text: "a reply", reply_to: id })
        }"""
    )
    expect(bob.locator("[data-log]").get_by_text("a reply")).to_be_attached()


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
        is_clean_in_every_look(page)
    alice.get_by_role("button", name="End the ready check").click()
    alice.get_by_role("button", name="Close the poll").click()
    change_room(alice, premiere_at=None)
    expect(bob.locator("[data-waiting-room]")).to_be_hidden()


def use_the_tools_of_the_chat(alice: Page) -> None:
    draft = alice.get_by_role("textbox", name="Message")
    draft.press_sequentially("@b")
    alice.get_by_role("option", name="Bob").wait_for()
    is_clean_in_every_look(alice)
    draft.fill("")
    alice.get_by_role("button", name="Chat options").click()
    alice.get_by_role("button", name="Search the chat").click()
    alice.get_by_role("searchbox", name="Words, or a name").fill("reply")
    alice.keyboard.press("Enter")
    expect(alice.get_by_text("1 message, the latest first.")).to_be_visible()
    is_clean_in_every_look(alice)
    alice.get_by_role("dialog").get_by_role("button", name="Close").click()

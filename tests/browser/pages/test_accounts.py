"""The pages of accounts with a passkey, a visit in Japanese, and pages from right to left."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import join, make_room, new_room
from tests.servers import Server

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}}
PASSWORD = "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
# Visible text that a screen reader would read in the page's language, without names that people gave, and an example of
# the word filter.
ENGLISH = """() => [...document.querySelectorAll("button, a, label, h1, h2, h3, p, summary, legend, option")]
    .filter(each => each.checkVisibility() && !each.querySelector(".avatar, button, label"))
    .filter(each => !each.closest("[lang=en], [data-log], [data-rooms], h1, #filter-help, [data-person] h2"))
    .map(each => (each.getAttribute("aria-label") ?? each.textContent).trim())
    .filter(text => /[a-z]{4}/.test(text) && !/Watchium|Twitch|Vimeo|YouTube|clip|Sample music|さん/i.test(text))"""


def sign_up(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill(name)
    for field in ("Password", "Password confirmation"):
        page.get_by_label(field, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/")


def test_a_passkey_signs_in_where_a_password_did(person, server: Server):
    page = person(base_url=server.url.replace("127.0.0.1", "localhost"))  # an address has no passkeys
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_up(page, "Dana")
    page.get_by_role("link", name="Dana").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("Your passkey was added")
    expect(page.get_by_role("button", name="Remove the passkey")).to_be_visible()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("has a passkey for your account already")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Dana")).to_be_visible()


def test_a_whole_visit_is_in_japanese_and_fits_a_phone_from_right_to_left(person):
    bob = person(locale="ja-JP", **PHONE)
    room = make_room(person())
    for path in ("/", "/accounts/login/", room):
        bob.goto(path)
        expect(bob.locator("html")).to_have_attribute("lang", "ja")
        assert bob.evaluate(ENGLISH) == []
        fits_from_right_to_left(bob)
    join(bob, room, "Bob")
    expect(bob.get_by_text("操作を頼む").first).to_be_visible()
    assert bob.evaluate(ENGLISH) == []
    fits_from_right_to_left(bob)
    a_host_reads_japanese_everywhere(bob)
    bob.goto("/")
    bob.get_by_text("言語").click()
    bob.get_by_role("button", name="Deutsch").click()
    expect(bob.get_by_role("button", name="Raum erstellen")).to_be_visible()


def a_host_reads_japanese_everywhere(bob: Page) -> None:
    """In a room of their own, in all that opens there, and in an account that they make."""
    new_room(bob)
    for opener in ("[data-chat-options]", "[data-ask-poll]", "[data-seat]", "[data-open=settings]"):
        bob.locator(opener).first.click()
        expect(bob.locator("dialog[open], :popover-open").first).to_be_visible()
        assert bob.evaluate(ENGLISH) == [], opener
        if opener != "[data-open=settings]":
            bob.keyboard.press("Escape")
    for section in ("permissions", "chat", "moderation", "playback"):
        bob.locator(f"[data-section={section}]").click()
        expect(bob.locator(f"[data-panel={section}]")).to_be_visible()
        assert bob.evaluate(ENGLISH) == [], section
    bob.keyboard.press("Escape")
    bob.locator("#queue-tab").click()
    bob.locator("[data-open-settings]").click()
    assert bob.evaluate(ENGLISH) == []
    for path in ("/player/", "/j/?code=ABCDEF", "/nowhere/", "/accounts/signup/"):
        bob.goto(path)
        assert bob.evaluate(ENGLISH) == [], path
    bob.locator("[name=username]").fill(f"春{id(bob)}")
    for field in ("password1", "password2"):
        bob.locator(f"[name={field}]").fill(PASSWORD)
    bob.locator("main form button").first.click()
    bob.wait_for_url("**/")
    bob.goto("/accounts/")
    assert bob.evaluate(ENGLISH) == []


def fits_from_right_to_left(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360], page.url
    page.evaluate("document.documentElement.dir = 'ltr'")

"""The pages of accounts with a passkey, a visit in Japanese, and pages from right to left."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import join, make_room
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
# Visible text that a screen reader would read in the page's language, without names that people gave.
ENGLISH = """() => [...document.querySelectorAll("button, a, label, h1, h2, summary, legend, option")]
    .filter(each => each.checkVisibility() && !each.querySelector(".avatar"))
    .filter(each => !each.closest("[lang=en], [data-log], [data-rooms], h1"))
    .map(each => (each.getAttribute("aria-label") ?? each.textContent).trim())
    .filter(text => /[a-z]{4}/.test(text) && !/Watchium|Twitch|Vimeo|YouTube|clip/i.test(text))"""


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
    bob.goto("/")
    bob.get_by_text("言語").click()
    bob.get_by_role("button", name="Deutsch").click()
    expect(bob.get_by_role("button", name="Raum erstellen")).to_be_visible()


def fits_from_right_to_left(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360], page.url
    page.evaluate("document.documentElement.dir = 'ltr'")

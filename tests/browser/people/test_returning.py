"""Who was sent away or muted, and who comes back when it is over and not before; one person in two tabs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people.test_moderation import card_of, message, open_section, say
from tests.browser.support.fixtures import join, make_room
from tests.browser.support.stored import end_bans, shorten_mutes
from tests.servers import Server, watchium_server

BOBS = "203.0.113.9"
AFTER_AN_HOUR = "You were removed from this room. You can join again in 60 minutes."


def press_join(page: Page, url: str, name: str = "") -> None:
    page.goto(url)
    if name:
        page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("button", name="Join").click()


def is_in(page: Page) -> None:
    expect(page.get_by_role("textbox", name="Message")).to_be_enabled()
    expect(page.locator("body")).to_have_attribute("data-socket", "open")


def members(page: Page) -> Locator:
    return page.get_by_role("list", name="Members").get_by_role("listitem")


@pytest.fixture(scope="module")
def proxied() -> Iterator[Server]:
    """A server behind a proxy that sends the addresses of browsers: no ban is about loopback, which all share."""
    with watchium_server({"WATCHIUM_BEHIND_PROXY": "1"}) as server:
        yield server


@pytest.mark.early
def test_who_was_sent_away_or_muted_comes_back_when_it_is_over(person: Callable[..., Page], proxied: Server):
    def at(address: str) -> Page:
        return person(base_url=proxied.url, extra_http_headers={"X-Forwarded-For": address})

    alice, bob, robert, dora = at("198.51.100.1"), at(BOBS), at(BOBS), at("203.0.113.10")
    join(bob, make_room(alice), "Bob")
    two_tabs_are_one_person(alice, bob)
    a_mute_ends_by_itself(alice, bob, proxied)
    a_removed_person_cannot_return_in_time(alice, bob, proxied)
    a_banned_person_with_a_new_cookie_waits(alice, bob, robert, dora)
    a_ban_of_one_person_leaves_the_others_of_its_address_in(alice, bob, robert)


def two_tabs_are_one_person(alice: Page, bob: Page) -> None:
    tab = bob.context.new_page()
    tab.goto(alice.url)
    is_in(tab)
    say(tab, "from the other tab")
    for page in (alice, bob, tab):
        expect(message(page, "from the other tab")).to_have_count(1)
        expect(members(page)).to_have_count(2)
        expect(page.locator("[data-watching]")).to_have_text("2")
    expect(alice.locator("[data-log]").get_by_text("Bob joined")).to_have_count(1)
    tab.close()
    say(bob, "from the first tab")
    expect(message(alice, "from the first tab")).to_contain_text("Bob")
    expect(members(alice)).to_have_count(2)


def a_mute_ends_by_itself(alice: Page, bob: Page, server: Server) -> None:
    """Nobody ends it: the page of the muted counts the seconds, and the server compares the time."""
    user_id = bob.evaluate("watchium.room.boot.you.user_id")
    alice.evaluate("id => watchium.room.say('mute_member', { user_id: id, minutes: 1 })", user_id)
    expect(bob.get_by_text(re.compile("You are muted for another [0-9]+ seconds"))).to_be_visible()
    draft, love = bob.get_by_role("textbox", name="Message"), bob.get_by_role("button", name="Love")
    for control in (draft, love, bob.get_by_role("button", name="Send")):
        expect(control).to_be_disabled()
    message(bob, "from the first tab").hover()
    for name in ("Reply", "Edit", "Add reaction"):
        expect(message(bob, "from the first tab").get_by_role("button", name=name)).to_be_hidden()
    shorten_mutes(server, alice, alice.evaluate("watchium.room.serverNow() + 1500"))
    right = {"user_id": user_id, "right": "invite", "allowed": False}
    alice.evaluate("right => watchium.room.say('set_right', right)", right)  # sends the end of the mute too
    expect(draft).to_be_enabled()
    expect(love).to_be_enabled()
    say(bob, "I may write again")
    expect(message(alice, "I may write again")).to_be_visible()


def a_removed_person_cannot_return_in_time(alice: Page, bob: Page, server: Server) -> None:
    url = alice.url
    card_of(alice, "Bob").get_by_role("button", name="Remove", exact=True).click()
    expect(bob.get_by_role("heading", name="You were removed from this room")).to_be_visible()
    expect(members(alice)).to_have_count(1)
    press_join(bob, url)
    alert = bob.get_by_role("alert")
    expect(alert).to_contain_text(re.compile("You can join again in [0-9]+ seconds"))
    expect(bob.get_by_role("textbox", name="Message")).to_have_count(0)
    end_bans(server, alice)
    bob.get_by_role("button", name="Join").click()
    is_in(bob)
    expect(members(alice)).to_have_count(2)


def ban(alice: Page, name: str, *, person_only: bool = False) -> None:
    card_of(alice, name).get_by_role("button", name="Ban", exact=True).click()
    dialog = alice.get_by_role("dialog", name=f"Ban {name}")
    dialog.get_by_label("This person only").set_checked(person_only)
    dialog.get_by_role("button", name="Ban").click()
    expect(dialog).to_be_hidden()


def a_banned_person_with_a_new_cookie_waits(alice: Page, bob: Page, robert: Page, dora: Page) -> None:
    """Robert is Bob in another browser, behind the same address; Dora lives next door. The ban is undone."""
    ban(alice, "Bob")
    expect(bob.get_by_role("heading", name="You were removed from this room")).to_be_visible()
    press_join(robert, alice.url, "Robert")
    expect(robert.get_by_role("alert")).to_have_text(AFTER_AN_HOUR)
    press_join(dora, alice.url, "Dora")
    is_in(dora)
    acts = open_section(alice, "Moderation").get_by_role("list", name="Acts").get_by_role("listitem")
    expect(acts.first).to_contain_text("banned Bob until")
    acts.first.get_by_role("button", name="Undo").click()
    expect(acts.first).to_contain_text("undone")
    alice.keyboard.press("Escape")
    robert.get_by_role("button", name="Join").click()
    is_in(robert)


def a_ban_of_one_person_leaves_the_others_of_its_address_in(alice: Page, bob: Page, robert: Page) -> None:
    ban(alice, "Robert", person_only=True)
    expect(robert.get_by_role("heading", name="You were removed from this room")).to_be_visible()
    press_join(robert, alice.url)
    expect(robert.get_by_role("alert")).to_have_text(AFTER_AN_HOUR)
    press_join(bob, alice.url)
    is_in(bob)

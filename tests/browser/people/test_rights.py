"""Who may do what, seen on the pages: permissions, exceptions, the host's absence, and knocking."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import change_room, join, make_room, wait_until

IS_HOST = "id => watchium.room.state.room.host_id === id"


def card_of(page: Page, name: str) -> None:
    page.get_by_role("list", name="Members").get_by_role("button", name=name).click()


def user_id(page: Page) -> str:
    return page.evaluate("watchium.room.boot.you.user_id")


def test_permissions_and_the_absence_of_the_host(person):
    alice, bob = person(), person()
    url = make_room(alice)
    join(bob, url, "Bob")
    a_preset_shows_its_controls(alice, bob)
    a_right_is_taken_from_one_member(alice, bob)
    a_host_who_crashed_returns_in_time(alice, bob)
    the_successor_takes_over_and_the_owner_returns(alice, bob)


def a_preset_shows_its_controls(alice: Page, bob: Page) -> None:
    expect(bob.get_by_role("button", name="Ask for control")).to_be_visible()
    expect(bob.get_by_role("button", name="Change media")).to_be_hidden()
    alice.get_by_role("button", name="Settings").click()
    alice.get_by_role("tab", name="Permissions").click()
    alice.get_by_role("combobox", name="Who may do what").select_option("Open")
    expect(bob.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(bob.get_by_role("button", name="Change media")).to_be_visible()
    alice.get_by_role("combobox", name="Change media").select_option("The host")
    expect(bob.get_by_role("button", name="Change media")).to_be_hidden()
    expect(alice.get_by_role("combobox", name="Who may do what")).to_have_value("own")
    alice.keyboard.press("Escape")


def a_right_is_taken_from_one_member(alice: Page, bob: Page) -> None:
    card_of(alice, "Bob")
    alice.get_by_role("button", name="Permissions").click()
    chat = alice.get_by_role("group", name="Permissions").get_by_role("checkbox", name="Chat")
    chat.uncheck()
    expect(bob.get_by_role("textbox", name="Message")).to_be_hidden()
    expect(bob.get_by_text("You cannot write in the chat of this room.")).to_be_visible()
    chat.check()
    expect(bob.get_by_role("textbox", name="Message")).to_be_visible()
    alice.get_by_role("button", name="Name as successor").click()
    wait_until(alice, "id => watchium.room.state.room.successor_id === id", user_id(bob))
    alice.keyboard.press("Escape")


def crash(page: Page) -> None:
    """Without a clean leave, as the server sees a crash."""
    page.close(run_before_unload=False)


def a_host_who_crashed_returns_in_time(alice: Page, bob: Page) -> None:
    host, url, context = user_id(alice), alice.url, alice.context
    crash(alice)
    expect(bob.get_by_text("stays host for")).to_be_visible()
    again = context.new_page()
    again.goto(url)
    expect(bob.get_by_text("stays host for")).to_be_hidden()
    assert bob.evaluate(IS_HOST, host)
    change_room(again, seat_hold_s=5)


def the_successor_takes_over_and_the_owner_returns(alice: Page, bob: Page) -> None:
    host, url = user_id(alice.context.pages[-1]), bob.url
    crash(alice.context.pages[-1])
    wait_until(bob, IS_HOST, user_id(bob))
    expect(bob.get_by_text("You are the host now.")).to_be_visible()
    again = alice.context.new_page()
    again.goto(url)
    again.get_by_role("button", name="Become host again").click()
    wait_until(bob, IS_HOST, host)


def test_a_visitor_knocks_and_is_let_in(person):
    alice, carol, dan = person(), person(), person()
    url = make_room(alice)
    change_room(alice, knock=True)
    for page, name in ((carol, "Carol"), (dan, "Dan")):
        page.goto(url)
        page.get_by_role("textbox", name="Your name").fill(name)
        page.get_by_role("button", name="Ask to join").click()
        expect(page.get_by_text("The host is asked whether you may join.")).to_be_visible()
    waiting = alice.get_by_role("region", name="Waiting to join")
    waiting.get_by_role("paragraph").filter(has_text="Carol").get_by_role("button", name="Admit").click()
    expect(carol.locator("body")).to_have_attribute("data-socket", "open")
    waiting.get_by_role("button", name="Decline").click()
    expect(dan.get_by_text("The host did not let you in.")).to_be_visible()
    expect(waiting).to_be_hidden()

"""Who may do what, seen on the pages: permissions, exceptions, the host's absence, and knocking."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support.fixtures import change_room, join, make_room, wait_until
from tests.browser.support.stored import end_host_grace
from tests.servers import Server


def card_of(page: Page, name: str) -> None:
    page.get_by_role("list", name="Members").get_by_role("button", name=name).click()


def user_id(page: Page) -> str:
    return page.evaluate("watchium.room.boot.you.user_id")


def test_permissions_and_the_absence_of_the_host(person, server: Server):
    alice, carol, bob = person(), person(), person()
    url = make_room(alice)
    for page, name in ((carol, "Carol"), (bob, "Bob")):  # without a successor Carol would be the next
        join(page, url, name)
    a_preset_shows_its_controls(alice, bob)
    a_right_is_taken_from_one_member(alice, bob)
    alice = a_host_who_crashed_returns_in_time(alice, bob)
    alice = the_successor_takes_over_and_the_owner_returns(alice, bob, carol, server)
    without_a_successor_the_next_member_takes_over(alice, bob, carol, server)


def a_preset_shows_its_controls(alice: Page, bob: Page) -> None:
    expect(bob.get_by_role("button", name="Ask for control")).to_be_visible()
    expect(bob.get_by_role("button", name="Change media")).to_be_hidden()
    alice.get_by_role("button", name="Settings").click()
    expect(alice.locator("[data-cover-preview] svg")).to_be_attached()
    expect(alice.get_by_role("button", name="Choose an image")).to_be_hidden()  # guests send no images
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


def reopen(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def has_control(page: Page) -> None:
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ask for control")).to_be_hidden()


def only_watches(page: Page) -> None:
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Ask for control")).to_be_visible()


def a_host_who_crashed_returns_in_time(alice: Page, bob: Page) -> Page:
    alice.evaluate("watchium.room.say('set_right', { right: 'control', allowed: false, role: 'member' })")
    only_watches(bob)
    crash(alice)
    expect(bob.get_by_text("stays host for")).to_contain_text("Bob")  # who is next
    again = reopen(alice.context, bob.url)
    expect(bob.get_by_text("stays host for")).to_be_hidden()
    has_control(again)
    only_watches(bob)
    return again


def the_successor_takes_over_and_the_owner_returns(
    alice: Page, bob: Page, carol: Page, server: Server
) -> Page:
    crash(alice)
    expect(bob.get_by_text("stays host for")).to_be_visible()
    end_host_grace(server, bob)
    expect(bob.get_by_text("You are the host now.")).to_be_visible()
    has_control(bob)
    only_watches(carol)
    again = reopen(alice.context, bob.url)
    only_watches(again)
    again.get_by_role("button", name="Become host again").click()
    has_control(again)
    only_watches(bob)
    return again


def without_a_successor_the_next_member_takes_over(
    alice: Page, bob: Page, carol: Page, server: Server
) -> None:
    """The successor was named by a host who is one no more."""
    crash(alice)
    expect(carol.get_by_text("stays host for")).to_be_visible()
    end_host_grace(server, carol)
    expect(carol.get_by_text("You are the host now.")).to_be_visible()
    has_control(carol)
    only_watches(bob)


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
    dan.reload()
    expect(dan.get_by_role("button", name="Ask to join")).to_have_count(0)
    carol.get_by_role("button", name="Settings").click()
    carol.get_by_role("button", name="Leave the room").click()
    expect(carol.get_by_role("button", name="Create room")).to_be_visible()
    carol.goto(url)  # who was let in once is remembered, and opens the room at once
    expect(carol.get_by_role("textbox", name="Message")).to_be_enabled()
    expect(waiting).to_be_hidden()

"""Mute, ban, rules of the chat and their undoing, on the pages of those who act and of those whom it concerns."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.support.fixtures import join, make_room
from tests.servers import Server

MAKE_STAFF = """
from django.contrib.auth.models import User
User.objects.filter(username="root").exists() or User.objects.create_superuser("root", password="correct horse battery")
"""


def together(person: Any) -> tuple[Page, Page]:
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    return alice, bob


@pytest.fixture(scope="module")
def here(people) -> tuple[Page, Page]:
    """alice hosts and bob watches, for tests that leave the room without rules."""
    return together(people)


def card_of(page: Page, name: str) -> Locator:
    page.get_by_role("list", name="Members").get_by_role("button", name=re.compile(name)).click()
    return page.locator("#person")


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator("[data-log] .message", has_text=text)


def open_section(page: Page, name: str) -> Locator:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Room settings")
    dialog.get_by_role("tab", name=name).click()
    return dialog.get_by_role("tabpanel", name=name)


def test_the_host_mutes_deletes_and_bans_and_undoes_it(person):
    alice, bob = together(person)
    say(bob, "it was the butler")
    expect(message(alice, "butler")).to_be_visible()

    card_of(alice, "Bob").get_by_role("button", name="Mute", exact=True).click()
    dialog = alice.get_by_role("dialog", name="Mute Bob")
    dialog.get_by_label("How long").select_option("5 minutes")
    dialog.get_by_label("Reason").fill("spoilers")
    dialog.get_by_role("button", name="Mute").click()
    expect(bob.get_by_text("You are muted for another 5 minutes.")).to_be_visible()
    expect(bob.get_by_role("textbox", name="Message")).to_be_disabled()
    alice.locator("[data-notices]").get_by_role("button", name="Undo").click()
    expect(bob.get_by_role("textbox", name="Message")).to_be_enabled()

    message(alice, "butler").hover()
    message(alice, "butler").get_by_role("button", name="More").click()
    alice.locator("#person").get_by_role("button", name="Delete all messages").click()
    expect(message(bob, "butler")).to_have_count(0)
    alice.locator("[data-notices]").get_by_role("button", name="Undo").click()
    expect(message(bob, "butler")).to_be_visible()

    card_of(alice, "Bob").get_by_role("button", name="Ban", exact=True).click()
    alice.get_by_role("dialog", name="Ban Bob").get_by_role("button", name="Ban").click()
    expect(bob.get_by_role("heading", name="You were removed from this room")).to_be_visible()
    section = open_section(alice, "Moderation")
    bans = section.get_by_role("list", name="Bans").get_by_role("listitem")
    expect(bans).to_contain_text("Bob")
    acts = section.get_by_role("list", name="Acts").get_by_role("listitem")
    expect(acts).to_have_count(3)
    expect(acts.last).to_contain_text("spoilers · undone")
    bans.get_by_role("button", name=re.compile("Lift")).click()
    expect(bans).to_have_count(0)
    bob.goto(alice.url)
    bob.get_by_role("button", name="Join").click()
    expect(bob.get_by_role("textbox", name="Message")).to_be_enabled()


def test_rules_of_the_chat_bind_members(here):
    alice, bob = here
    section = open_section(alice, "Chat")
    section.get_by_label("Word filter").fill("spoil*")
    section.get_by_label("Word filter").blur()
    section.get_by_label("Slow mode").select_option("5 minutes")
    expect(bob.get_by_text("Slow mode: one message every 5 minutes.")).to_be_visible()
    say(bob, "No spoilers please")
    unsent = bob.get_by_role("list", name="Sending")
    expect(unsent).to_contain_text("This message has a word that is not allowed in this room.")
    unsent.get_by_role("button", name="Discard").click()
    say(bob, "good morning")
    expect(message(alice, "good morning")).to_be_visible()
    say(bob, "good morning again")
    expect(unsent).to_contain_text("Slow mode is on")
    unsent.get_by_role("button", name="Discard").click()
    section.get_by_label("Members may write").uncheck()
    expect(bob.get_by_text("The chat is off.")).to_be_visible()
    expect(bob.get_by_role("textbox", name="Message")).to_be_disabled()
    section.get_by_label("Members may write").check()
    expect(bob.get_by_role("textbox", name="Message")).to_be_enabled()
    section.get_by_label("Slow mode").select_option("Off")
    section.get_by_label("Word filter").fill("")
    section.get_by_label("Word filter").blur()
    alice.keyboard.press("Escape")


def test_newcomers_wait_and_a_quiet_mute_is_noticed_by_nobody_but_moderators(person):
    alice, bob = together(person)
    section = open_section(alice, "Chat")
    section.get_by_label("How long new members wait before they write").select_option("5 minutes")
    expect(section.get_by_text("Saved")).to_be_visible()
    alice.keyboard.press("Escape")
    carol = person()
    join(carol, alice.url, "Carol")
    expect(carol.get_by_text("New members wait before they write. You can in 5 minutes.")).to_be_visible()
    expect(carol.get_by_role("textbox", name="Message")).to_be_disabled()
    card_of(alice, "Carol").get_by_role("button", name="End the mute").click()
    say(carol, "may I")
    expect(message(bob, "may I")).to_be_visible()

    alice.keyboard.press("Escape")
    card_of(alice, "Bob").get_by_role("button", name="Mute", exact=True).click()
    dialog = alice.get_by_role("dialog", name="Mute Bob")
    dialog.get_by_label("Quietly").check()
    dialog.get_by_role("button", name="Mute").click()
    expect(dialog).to_be_hidden()
    say(bob, "is this thing on")
    expect(message(bob, "is this thing on")).to_be_visible()
    bob.get_by_role("button", name="Love").click()
    say(carol, "good evening")
    for page in (alice, carol):
        expect(message(page, "good evening")).to_be_visible()
        expect(message(page, "is this thing on")).to_have_count(0)
    bans = open_section(alice, "Moderation").get_by_role("list", name="Bans").get_by_role("listitem")
    expect(bans).to_contain_text("Bob is quietly muted until")
    bans.get_by_role("button", name=re.compile("Lift")).click()
    expect(bans).to_have_count(0)
    say(bob, "can you read me")
    expect(message(carol, "can you read me")).to_be_visible()
    expect(bob.get_by_role("list", name="Sending")).to_be_hidden()


def test_a_viewer_ignores_a_person_and_hides_who_comes_and_goes(here):
    alice, bob = here
    say(alice, "hello from the host")
    expect(message(bob, "hello from the host")).to_be_visible()
    card_of(bob, alice.evaluate("watchium.room.boot.you.username")).get_by_role(
        "button", name="Ignore"
    ).click()
    expect(message(bob, "hello from the host")).to_be_hidden()
    options = bob.get_by_role("button", name="Chat options")
    options.click()
    bob.get_by_label("Hide who joins and leaves").check()
    expect(bob.get_by_text("Bob joined").first).to_be_hidden()
    bob.reload()
    expect(bob.locator("[data-log] [data-note]").first).to_be_attached()
    expect(bob.get_by_text("Bob joined").first).to_be_hidden()
    expect(message(bob, "hello from the host")).to_be_hidden()
    options.click()
    bob.get_by_role("button", name=re.compile("Stop ignoring")).click()
    expect(message(bob, "hello from the host")).to_be_visible()
    bob.get_by_label("Hide who joins and leaves").uncheck()
    bob.keyboard.press("Escape")


def test_an_act_in_the_admin_shows_on_two_open_pages(person, server: Server):
    server.manage("shell", "-v", "0", "-c", MAKE_STAFF)
    alice, bob = together(person)
    staff = person()
    staff.goto("/admin/rooms/member/?q=Bob&o=-5")
    staff.get_by_label("Username").fill("root")
    staff.get_by_label("Password").fill("correct horse battery")
    staff.get_by_role("button", name="Sign in", exact=True).click()
    staff.wait_for_url("**/admin/**")
    staff.goto(f"/admin/rooms/member/?q={alice.evaluate('watchium.room.boot.room_id')}")
    staff.get_by_role("row", name=re.compile("Bob")).get_by_role("checkbox").check()
    staff.locator("select[name=action]").select_option("Mute for an hour")
    staff.locator("button[name=index]").click()
    expect(bob.get_by_text("You are muted for another 60 minutes.")).to_be_visible()
    expect(alice.locator("[data-notices]")).to_contain_text("The staff muted Bob")

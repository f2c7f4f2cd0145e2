from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.support.fixtures import (
    join,
    pause,
    play,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.servers import Server

LIMITED_MS = 10_000
POLLED_MS = 12_000


class Proxy:
    """A proxy that blocks WebSockets until `blocks` is false."""

    def __init__(self, page: Page) -> None:
        self.blocks = True
        page.route_web_socket("**/ws/**", self.connect)

    def connect(self, socket: WebSocketRoute) -> None:
        if self.blocks:
            socket.close()
        else:
            socket.connect_to_server()


def wait_until_polling(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-socket", "limited", timeout=LIMITED_MS)
    wait_until(page, "() => window.watchium.room.overHttp")


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def messages(page: Page):
    return page.locator("[data-log] [data-id] [data-text]")


@pytest.mark.early
def test_a_host_and_then_a_viewer_without_websockets_watch_and_chat(
    server: Server, person: Callable[..., Page]
):
    """First only alice, the host, is without WebSockets, then only bob."""
    alice, bob = person(), person()
    proxy = Proxy(alice)
    alice.goto("/")
    alice.get_by_role("button", name="Try it with a sample").click()
    alice.wait_for_url("**/rooms/*/")
    wait_until_polling(alice)
    expect(alice.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    wait_until_ready(alice)
    join(bob, alice.url, "Bob")
    wait_until_ready(bob)
    the_host_plays_chats_and_sees_the_members(alice, bob)
    the_host_reloads_pauses_and_changes_the_queue(alice, bob)
    proxy.blocks = False
    nothing_is_lost_or_doubled_when_sockets_come_back(alice, bob)
    Proxy(bob)
    bob.reload()
    expect(bob.get_by_text("limited", exact=True).first).to_be_visible(timeout=LIMITED_MS)
    wait_until_ready(bob)
    the_viewer_follows(alice, bob)
    the_viewer_sees_the_reason(bob)
    the_viewer_is_removed(alice, bob)


def the_host_plays_chats_and_sees_the_members(alice: Page, bob: Page) -> None:
    play(alice)
    wait_until_moving(bob)
    wait_until_moving(alice)
    expect(alice.get_by_role("list", name="Members").get_by_text("Bob")).to_be_attached(timeout=POLLED_MS)
    say(bob, "hello from bob")
    expect(messages(alice).get_by_text("hello from bob")).to_be_visible(timeout=POLLED_MS)
    assert alice.locator("[data-typing]").text_content() == ""
    say(alice, "hello from alice")
    expect(messages(bob).get_by_text("hello from alice")).to_be_visible()
    expect(messages(alice).get_by_text("hello from alice")).to_have_count(1)
    expect(alice.locator("[data-unsent]")).to_be_hidden()
    bob.get_by_role("button", name="Ask for control").click()
    expect(alice.get_by_text(re.compile("Bob .*control"))).to_be_visible(timeout=POLLED_MS)


def the_host_reloads_pauses_and_changes_the_queue(alice: Page, bob: Page) -> None:
    alice.reload()
    wait_until_polling(alice)
    wait_until_ready(alice)
    expect(messages(alice).get_by_text("hello from alice")).to_have_count(1)
    alice.get_by_role("tab", name="Queue").click()
    alice.get_by_role("textbox", name="Links").fill("films.example/next.mp4")
    alice.get_by_role("button", name="Add to queue").click()
    queue = alice.get_by_role("list", name="Queue").get_by_role("listitem")
    expect(queue).to_have_count(2, timeout=POLLED_MS)  # with what plays
    alice.get_by_role("tab", name="Chat").click()
    pause(alice)
    for page in (alice, bob):
        expect(page.locator("[data-media]")).to_have_js_property("paused", True)


def nothing_is_lost_or_doubled_when_sockets_come_back(alice: Page, bob: Page) -> None:
    say(alice, "sent while sockets come back")
    expect(alice.locator("body")).to_have_attribute("data-socket", "open", timeout=15_000)
    say(bob, "said to a socket")
    for page in (alice, bob):
        expect(messages(page).get_by_text("said to a socket")).to_have_count(1)
        expect(messages(page).get_by_text("sent while sockets come back")).to_have_count(1)


def the_viewer_follows(alice: Page, bob: Page) -> None:
    play(alice)
    wait_until_moving(alice)
    wait_until_moving(bob)
    pause(alice)
    expect(bob.locator("[data-media]")).to_have_js_property("paused", True, timeout=POLLED_MS)


def the_viewer_sees_the_reason(bob: Page) -> None:
    bob.get_by_role("button", name="Sync meter").click()
    expect(bob.get_by_text("The server answers, but live connections do not get through")).to_be_visible()
    bob.keyboard.press("Escape")
    bob.route("**/api/**", lambda route: route.abort())
    expect(bob.get_by_text("The server does not answer. Your player continues by itself")).to_be_visible(
        timeout=POLLED_MS
    )
    steps = bob.eval_on_selector_all("[data-step]", "members => members.map(one => one.dataset.step)")
    assert set(steps) == {"unknown"}
    bob.unroute("**/api/**")


def the_viewer_is_removed(alice: Page, bob: Page) -> None:
    bobs = alice.get_by_role("list", name="Members").get_by_text("Bob")
    expect(bobs).to_be_attached(timeout=POLLED_MS)
    alice.evaluate(
        """() => { const { room } = window.watchium
            const bob = [...room.state.members.values()].find(({ username }) => username === "Bob")
            return room.say("remove_member", { user_id: bob.user_id }) }"""
    )
    expect(bob.locator("body")).to_have_attribute("data-socket", "closed", timeout=POLLED_MS)
    expect(bobs).not_to_be_attached()


@pytest.mark.early
def test_a_player_without_websockets_plays_and_changes_its_queue(server: Server, person: Callable[..., Page]):
    alice = person()
    proxy = Proxy(alice)
    alice.goto("/player/")
    wait_until(alice, "() => window.watchium.player.overHttp")
    alice.get_by_role("button", name="Add Sample clip to queue").click()
    alice.get_by_role("button", name="Play Sample music", exact=True).click()
    wait_until(
        alice,
        "() => window.watchium.player.output.positionS > 1 && !window.watchium.player.pending.entries.length",
    )
    alice.evaluate("() => watchium.player.say('seek', { position: 30 })")
    wait_until(alice, "() => window.watchium.player.output.positionS > 31.5")
    alice.get_by_role("button", name="Pause", exact=True).click()
    other = alice.context.new_page()  # with WebSockets: it shows the server's state
    other.goto("/player/")
    wait_until(
        other,
        """() => { const { store } = window.watchium.player, { is_playing, position, entries } = store.state
            return store.known && !is_playing && position > 31 && entries.length === 2 }""",
    )
    other.get_by_role("button", name="Add Sample music to queue").click()
    wait_until(alice, "() => window.watchium.player.state.entries.length === 3")
    proxy.blocks = False
    expect(alice.locator("body")).to_have_attribute("data-socket", "open", timeout=15_000)
    assert alice.evaluate("() => window.watchium.player.state.entries.length") == 3


def test_a_lobby_without_websockets_shows_new_rooms(server: Server, person: Callable[..., Page]):
    alice, bob = person(), person()
    Proxy(bob)
    alice.goto("/")
    bob.goto("/")
    alice.get_by_text("Options", exact=True).click()
    alice.get_by_role("textbox", name="Title").fill("Found without a socket")
    alice.get_by_label(re.compile("Public")).check()
    alice.get_by_role("button", name="Create room").click()
    alice.wait_for_url("**/rooms/*/")
    expect(bob.get_by_text("Found without a socket")).to_be_visible(timeout=POLLED_MS)

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.scenes import join, make_room, play, wait_until_moving, wait_until_ready
from tests.services import Server

LIMITED_MS = 40_000  # five failures, each after a longer wait than the one before
POLLED_MS = 12_000


def stop_sockets(page: Page) -> None:
    """As a proxy does that knows no WebSockets."""
    page.route_web_socket("**/ws/**", lambda socket: socket.close())


def test_who_gets_no_socket_through_follows_over_http_and_is_told_why(
    server: Server, person: Callable[..., Page]
):
    alice, bob = person(), person()
    url = make_room(alice)
    wait_until_ready(alice)
    join(bob, url, "Bob")
    stop_sockets(bob)
    bob.reload()
    expect(bob.get_by_text("limited", exact=True).first).to_be_visible(timeout=LIMITED_MS)
    wait_until_ready(bob)
    play(alice)
    wait_until_moving(alice)
    wait_until_moving(bob)
    alice.get_by_role("button", name="Pause", exact=True).click()
    expect(bob.locator("[data-media]")).to_have_js_property("paused", True, timeout=POLLED_MS)
    bob.get_by_role("button", name="Sync meter").click()
    expect(bob.get_by_text("The server answers, but live connections do not get through")).to_be_visible()
    expect(alice.get_by_role("list", name="Members").get_by_text("Bob")).to_be_attached(timeout=POLLED_MS)

"""Requests from another port of the same host: browsers treat it as the same site and send cookies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.browser.support.fixtures import make_room
from tests.servers import Server

# Requests that another origin may send without a preflight.
SEND = """async ([host, type, body]) => {
    const blob = type === null ? new Blob([body]) : new Blob([body], { type })
    const paths = ["player/control/", "rooms/", "metrics/", `rooms/${location.hash.slice(1)}/leave/`]
    for (const path of paths) {
        const request = { method: "POST", mode: "no-cors", credentials: "include", body: blob }
        await fetch(`${host}/api/${path}`, request).catch(() => {})
    }
    await fetch(`${host}/api/rooms/${location.hash.slice(1)}/state/`, { mode: "no-cors", credentials: "include" })
}"""
READ = """async () => {
    const player = await (await fetch("/api/player/")).json()
    const room = await (await fetch(`/api/rooms/${location.pathname.split("/")[2]}/state/`)).json()
    return { revision: player.state.revision, members: room.members.length, events: room.revision }
}"""
COMMAND = '{"type": "set_rate", "event_id": "forged", "payload": {"rate": 2}, "title": "forged"}'


class Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another origin</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_port}"
        other.shutdown()


def test_a_page_of_another_port_changes_neither_the_player_nor_the_room_of_a_visitor(
    person: Callable[..., Page], server: Server, elsewhere: str
):
    page = person()
    page.goto("/player/")
    room_id = make_room(page).split("/")[4]
    before = page.evaluate(READ)
    other = page.context.new_page()
    other.goto(f"{elsewhere}/#{room_id}")
    sent = []
    other.on("request", lambda request: sent.append(request))
    for kind in (None, "text/plain", "application/x-www-form-urlencoded"):
        other.evaluate(SEND, [server.url, kind, COMMAND])
    # Without cookies a room would be created and its state refused: so the cookies were sent.
    statuses = [(request.method, request.response().status) for request in sent]
    assert statuses == [*[("POST", 403)] * 4, ("GET", 200)] * 3
    assert page.evaluate(READ) == before

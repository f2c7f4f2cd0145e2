from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, build_opener

import pytest
import websockets

from tests.servers import Server, watchium_server
from tests.watchium.web.cookie_client import Browser
from watchium.protocol.errors import CloseCode


@pytest.fixture(scope="module")
def server():
    with watchium_server() as running:
        yield running


@pytest.fixture(scope="module")
def victim(server: Server) -> tuple[Browser, str]:
    """The cookies of a browser whose user hosts a room."""
    browser = Browser(server)
    browser.get("/")
    return browser, browser.post("/").rstrip("/").rpartition("/")[2]


async def first_words(
    server: Server, room_id: str, cookies: str, name: str = "127.0.0.1", **headers: str
) -> tuple[dict[str, Any], int]:
    """Return the first event on a socket with these cookies, and its close code, 0 while it is open."""
    sent = {"Cookie": cookies, **{key.replace("_", "-"): value for key, value in headers.items()}}
    address = f"ws://{name}:{server.port}/ws/rooms/{room_id}/"
    # Connect to the test server, whatever host name the page uses.
    async with websockets.connect(
        address, additional_headers=sent, host="127.0.0.1", port=server.port
    ) as socket:
        said = json.loads(await socket.recv())
        if said["type"] == "error":
            await socket.wait_closed()
        return said, socket.close_code or 0


def cookies_of(browser: Browser) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)


# HERE stands for the server's host and port.
HOSTILE = {
    "no origin": {},
    "null": {"Origin": "null"},
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "no port": {"Origin": "http://127.0.0.1"},
    "another scheme": {"Origin": "https://HERE"},
    "no scheme": {"Origin": "HERE"},
    "our address as a user name": {"Origin": "http://HERE@evil.example"},
    "our address as a subdomain": {"Origin": "http://HERE.evil.example"},
    "a path": {"Origin": "http://HERE/"},
    "two origins": {"Origin": "http://HERE http://evil.example"},
    "a forwarded host": {"Origin": "http://evil.example", "X_Forwarded_Host": "evil.example"},
    "a name of theirs that leads here": {"Origin": "http://evil.example:PORT", "name": "evil.example"},
    "a bearer in other words": {"Origin": "http://evil.example", "Authorization": "Basic Bearer x"},
}


async def test_a_page_of_this_origin_connects(server: Server, victim: tuple[Browser, str]):
    browser, room_id = victim
    said, code = await first_words(server, room_id, cookies_of(browser), Origin=server.url)
    assert (said["type"], code) == ("welcome", 0)


@pytest.mark.parametrize("how", HOSTILE)
async def test_a_page_of_another_origin_cannot_use_the_cookies(
    server: Server, victim: tuple[Browser, str], how: str
):
    browser, room_id = victim
    here = f"127.0.0.1:{server.port}"
    headers = {
        key: value.replace("HERE", here).replace("PORT", str(server.port))
        for key, value in HOSTILE[how].items()
    }
    said, code = await first_words(server, room_id, cookies_of(browser), **headers)
    assert (said["type"], code) == ("error", CloseCode.NOT_A_MEMBER)
    assert room_id not in json.dumps(said["payload"])


async def test_a_bearer_token_needs_no_origin_and_ignores_cookies(
    server: Server, victim: tuple[Browser, str]
):
    browser, room_id = victim
    said, code = await first_words(
        server, room_id, cookies_of(browser), Origin="https://evil.example", Authorization="Bearer made-up"
    )
    assert (said["type"], code) == ("error", CloseCode.NOT_A_MEMBER)


def test_another_site_may_not_read_the_api(server: Server, victim: tuple[Browser, str]):
    browser, room_id = victim
    headers = {"Cookie": cookies_of(browser), "Origin": "https://evil.example"}
    with build_opener().open(Request(f"{server.url}/api/rooms/{room_id}/state/", headers=headers)) as answer:
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]

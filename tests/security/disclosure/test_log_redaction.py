from __future__ import annotations

import contextlib
import http.client
import json
import urllib.error

import websockets

from tests.client import Client
from tests.servers import Server, watchium_server
from tests.watchium.web.cookie_client import Browser
from watchium.client import ProblemError

PASSWORD = "horse-staple-battery"
PASSPHRASE = "open-sesame-please"
ADDRESS, LINE = "203.0.113.77", "2001:db8:aa:bb::77"


def everything_that_goes_wrong(server: Server) -> list[str]:
    """Make requests with secrets and addresses of all kinds; return the secrets."""
    browser = Browser(server)
    browser.opener.addheaders += [("X-Forwarded-For", ADDRESS)]
    browser.get("/")
    browser.post("/accounts/signup/", username="dana", password1=PASSWORD, password2=PASSWORD)
    browser.post("/accounts/logout/")
    for password in (PASSWORD + "x", PASSWORD):
        with contextlib.suppress(urllib.error.HTTPError):
            browser.post("/accounts/login/", username="dana", password=password)
    alice = Client(server.url)
    room_id = alice.create_room(username="Alice", visibility="private", passphrase=PASSPHRASE).room_id
    for token in (alice.token, "made-up-token-0123456789"):
        with contextlib.suppress(ProblemError):
            Client(server.url, token).join(room_id, "Eve", PASSPHRASE + "x")
    for path in (f"/nowhere/?token={alice.token}", "/%ff", "/rooms/x/?passphrase=" + PASSPHRASE):
        call(server, "GET", path)
    call(server, "POST", "/", f"passphrase={PASSPHRASE}")
    call(server, "POST", f"/api/rooms/{room_id}/join/", f'{{"passphrase": "{PASSPHRASE}"')
    call(server, "PUT", f"/api/rooms/{room_id}/join/", json.dumps({"passphrase": PASSPHRASE}))
    sessions = [str(cookie.value) for cookie in browser.cookies]
    return [str(alice.token), "made-up-token-0123456789", *sessions]


def call(server: Server, method: str, path: str, body: str = "") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {
        "X-Forwarded-For": LINE,
        "Content-Type": "application/json",
        "Cookie": "sessionid=planted-session-key",
    }
    connection.request(method, path, body, headers)
    connection.getresponse().read()
    connection.close()


async def test_the_log_contains_no_secret_and_no_address():
    with watchium_server({"WATCHIUM_BEHIND_PROXY": "1", "LOG_LEVEL": "DEBUG"}) as server:
        secrets = everything_that_goes_wrong(server)
        headers = {"Authorization": f"Bearer {secrets[0]}", "X-Forwarded-For": ADDRESS}
        for path in ("/ws/rooms/zzzzzzzzzz/", "/ws/lobby/", "/ws/nowhere/"):
            async with websockets.connect(server.ws_url + path, additional_headers=headers) as socket:
                # A rejected client may disconnect first.
                with contextlib.suppress(websockets.ConnectionClosed):
                    await socket.send("nonsense " + PASSPHRASE)
                    await socket.recv()
        log = server.log()
        key = (server.data_dir / "secret_key").read_text()
    for secret in (PASSWORD, PASSPHRASE, "planted-session-key", ADDRESS, LINE, "2001:db8:aa", key, *secrets):
        assert secret not in log, log

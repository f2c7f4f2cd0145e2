from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect

from tests.playback.library.media_files import mp3
from tests.servers import ROOT, Missing, unavailable
from tests.servers.nginx import ProxiedServer, proxied_server
from watchium.middleware.upload_limit import UPLOAD_PATH
from watchium.protocol.errors import CloseCode


@pytest.fixture(scope="module")
def proxied() -> Iterator[ProxiedServer]:
    try:
        with proxied_server() as proxied:
            yield proxied
    except Missing as missing:
        unavailable(missing)


class Visitor:
    """A minimal browser at the public address: cookies, forms and sockets."""

    def __init__(self, proxied: ProxiedServer) -> None:
        self.proxied = proxied
        self.cookies: dict[str, str] = {}
        self.post("/", self.get("/"))

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, page: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        pairs = {"csrfmiddlewaretoken": token[1], **fields}
        return self._ask("POST", path, "&".join(f"{name}={value}" for name, value in pairs.items()))[0] or ""

    def _ask(self, method: str, path: str, body: str = "") -> tuple[str | None, str]:
        connection = http.client.HTTPSConnection(
            "localhost", self.proxied.tls, timeout=10, context=self.proxied.trusting
        )
        headers = {
            "Cookie": self.cookie, "Origin": self.proxied.url, "Referer": self.proxied.url + path,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = response.read().decode()
        connection.close()
        assert response.status in (200, 302), (response.status, text)
        return response.headers["Location"], text

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def socket(self, path: str, origin: str | None = None):
        return connect(
            f"wss://localhost:{self.proxied.tls}{path}",
            ssl=self.proxied.trusting,
            origin=origin or self.proxied.url,
            additional_headers={"Cookie": self.cookie},
        )


async def wait_for(socket, kind: str) -> dict:
    while True:
        message = json.loads(await socket.recv())
        if message["type"] == kind:
            return message


async def test_two_members_watch_through_the_proxy(proxied: ProxiedServer):
    alice, bob = Visitor(proxied), Visitor(proxied)
    room = alice.post("/", alice.get("/"), title="film")
    bob.post(room, bob.get(room), username="Bob")
    async with alice.socket(f"/ws{room}") as hers, bob.socket(f"/ws{room}") as his:
        assert (await wait_for(hers, "welcome"))["payload"]["you"]["role"] == "host"
        await wait_for(his, "welcome")
        await hers.send(json.dumps({"type": "play", "event_id": "p", "payload": {}}))
        assert (await wait_for(his, "play"))["payload"]["is_playing"]
        await his.send(json.dumps({"type": "comment", "event_id": "c", "payload": {"text": "hello"}}))
        while (comment := (await wait_for(hers, "new_comment"))["payload"])["is_system_message"]:
            pass
        assert comment["text"] == "hello"


async def test_another_origin_gets_no_socket_through_the_proxy(proxied: ProxiedServer):
    alice = Visitor(proxied)
    for origin in (
        "https://evil.example",
        f"http://localhost:{proxied.tls}",
        f"http://127.0.0.1:{proxied.server.port}",
    ):
        async with alice.socket("/ws/lobby/", origin) as socket:
            await wait_for(socket, "error")
            await socket.wait_closed()
            assert socket.close_code == CloseCode.NOT_A_MEMBER


def test_media_ranges_are_served_through_the_proxy(proxied: ProxiedServer):
    whole = (ROOT / "static" / "samples" / "clip.webm").read_bytes()
    status, headers, body = proxied.get("/media/samples/clip.webm", Range="bytes=1000-1999")
    assert (status, body) == (206, whole[1000:2000])
    assert headers["Content-Range"] == f"bytes 1000-1999/{len(whole)}"
    status, headers, body = proxied.get("/media/samples/clip.webm", Range="bytes=0-")
    assert (status, len(body)) == (206, min(len(whole), 1024 * 1024))
    assert proxied.get("/media/samples/clip.webm", **{"If-None-Match": headers["ETag"]})[0] == 304
    assert proxied.get("/media/samples/clip.webm", Range=f"bytes={len(whole)}-")[0] == 416


def test_nginx_sends_library_files_to_authorised_clients(proxied: ProxiedServer):
    song = mp3("Song", frames=4000)
    path_of_song = proxied.server.data_dir / "library" / "Bø" / "a song & 100% #1?.mp3"
    path_of_song.parent.mkdir(parents=True)
    path_of_song.write_bytes(song)
    proxied.server.manage("scan_media")
    alice = Visitor(proxied)
    status, headers, body = proxied.get("/media/library/1", Cookie=alice.cookie, Range="bytes=10-19")
    assert (status, body, headers["Content-Type"]) == (206, song[10:20], "audio/mpeg")
    assert headers["Cache-Control"].startswith("private")
    assert (headers["X-Accel-Redirect"], headers["X-Content-Type-Options"]) == (None, "nosniff")
    # More than one of our ranges: nginx sent it.
    assert proxied.get("/media/library/1", Cookie=alice.cookie, Range="bytes=0-")[2] == song
    assert proxied.get("/media/library/1", Range="bytes=10-19")[0] == 404
    for path in (
        "B%C3%B8/a%20song%20&%20100%25%20%231%3F.mp3",
        "../secret_key",
        "..%2fsecret_key",
        "..%2F..%2Fetc/passwd",
    ):
        status, _, body = proxied.get(f"/protected-media/{path}", Cookie=alice.cookie)
        assert (status in (400, 404), song[:100] in body) == (True, False), path


def test_pages_know_that_the_proxy_terminates_tls(proxied: ProxiedServer):
    status, headers, _ = proxied.get("/")
    assert status == 200
    assert headers["Strict-Transport-Security"]
    assert "Secure" in headers["Set-Cookie"]
    connection = http.client.HTTPConnection("127.0.0.1", proxied.plain, timeout=10)
    connection.request("GET", "/rooms/abc/", headers={"Host": "evil.example"})
    assert connection.getresponse().headers["Location"] == f"{proxied.url}/rooms/abc/"
    connection.close()


def test_the_proxy_rejects_large_bodies(proxied: ProxiedServer):
    connection = http.client.HTTPSConnection("localhost", proxied.tls, timeout=10, context=proxied.trusting)
    connection.request("POST", "/api/rooms/", b"x" * 100_000, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 413
    connection.close()


def test_watchium_limits_uploads_of_other_users(proxied: ProxiedServer):
    connection = http.client.HTTPSConnection("localhost", proxied.tls, timeout=10, context=proxied.trusting)
    connection.request(
        "POST", UPLOAD_PATH, b"x" * 100_000, {"Content-Type": "multipart/form-data; boundary=x"}
    )
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (413, "too_long")
    connection.close()


def test_pieces_of_uploads_pass_the_proxy(proxied: ProxiedServer):
    data = mp3("Song", frames=4000)
    connection = http.client.HTTPSConnection("localhost", proxied.tls, timeout=10, context=proxied.trusting)

    def ask(method: str, path: str, body: bytes, **headers: str) -> http.client.HTTPResponse:
        connection.request(method, path, body, headers)
        return connection.getresponse()

    created = ask("POST", "/api/rooms/", b"{}", **{"Content-Type": "application/json"})
    room = json.loads(created.read())
    headers = {"Authorization": f"Bearer {room['token']}", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    headers |= {"Content-Type": "application/offset+octet-stream", "Upload-Length": str(len(data))}
    begun = ask("POST", f"/api/rooms/{room['room_id']}/uploads/", b"", **headers)
    begun.read()
    assert ask("PATCH", begun.headers["Location"], data, **headers).status == 204
    connection.close()


def test_a_forwarded_address_sent_by_the_client_is_replaced(proxied: ProxiedServer):
    """Attempts on many accounts, each with another X-Forwarded-For, count for one address."""
    statuses: list[int] = []
    while len(statuses) < 15 and 429 not in statuses:
        number = len(statuses)
        visitor = Visitor.__new__(Visitor)
        visitor.proxied, visitor.cookies = proxied, {}
        page = visitor.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        body = f"csrfmiddlewaretoken={token[1]}&username=nobody{number}&password=x"
        connection = http.client.HTTPSConnection(
            "localhost", proxied.tls, timeout=10, context=proxied.trusting
        )
        headers = {
            "Cookie": visitor.cookie, "Origin": proxied.url, "X-Forwarded-For": f"203.0.113.{number}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        connection.request("POST", "/accounts/login/", body, headers)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429

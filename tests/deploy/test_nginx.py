from __future__ import annotations

import http.client
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.playback.library.media_files import mp3
from tests.servers import ROOT, Missing, Server, Service, folder_for, free_port, unavailable, watchium_server
from watchium.middleware.upload_limit import UPLOAD_PATH
from watchium.protocol.errors import CloseCode

SAMPLE = ROOT / "deploy" / "proxy" / "nginx.conf"
NGINX_CONF = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
worker_processes 1;
{user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {sample}
}}
"""


def nginx_path() -> str:
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not found or not Path("/etc/nginx/mime.types").exists() or not shutil.which("openssl"):
        raise Missing("no nginx (or no openssl) here")
    return found


@dataclass
class ProxiedServer:
    server: Server
    plain: int
    tls: int
    trusting: ssl.SSLContext

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPSConnection("localhost", self.tls, timeout=10, context=self.trusting)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, response.headers, body

    @property
    def url(self) -> str:
        return f"https://localhost:{self.tls}"


def certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def adapt_sample(folder: Path, plain: int, tls: int, upstream: int, library: Path) -> str:
    """The sample with the ports, names and files of this test; nothing else is changed."""
    text = SAMPLE.read_text()
    text = re.sub(r"^\s*listen \[::\].*$", "", text, flags=re.MULTILINE)
    for sample, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "),
        ("https://watch.example.org$request_uri", f"https://localhost:{tls}$request_uri"),
        ("server_name watch.example.org", "server_name localhost"),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("/etc/letsencrypt/live/watch.example.org", str(folder)),
        ("/var/lib/watchium/library", str(library)),
    ):
        assert sample in text, f"{sample} is not in {SAMPLE.name} any more"
        text = text.replace(sample, here)
    return text


def is_listening(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 301
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture(scope="module")
def proxied() -> Iterator[ProxiedServer]:
    try:
        program = nginx_path()
    except Missing as missing:
        unavailable(missing)
    plain, tls = free_port(), free_port()
    with (
        folder_for("nginx") as folder,
        watchium_server(
            {"WATCHIUM_URL": f"https://localhost:{tls}", "WATCHIUM_ACCEL": "/protected-media/"}
        ) as server,
    ):
        certificate(folder)
        user = "user root;" if folder.owner() == "root" else ""
        sample = adapt_sample(folder, plain, tls, server.port, server.data_dir / "library")
        (folder / "nginx.conf").write_text(NGINX_CONF.format(folder=folder, user=user, sample=sample))
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        nginx = Service("nginx", f"https://localhost:{tls}", command, folder, lambda: is_listening(plain))
        try:
            nginx.start()
            trusting = ssl.create_default_context(cafile=folder / "fullchain.pem")
            yield ProxiedServer(server, plain, tls, trusting)
        finally:
            nginx.end()


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

"""A large upload costs the server little memory, whatever its readers and senders do."""

from __future__ import annotations

import http.client
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.servers import Server, watchium_server

SIZE = 300 * 1024 * 1024
MOST_GROWTH = 10 * 1024 * 1024
TINY = 4096  # of a reader's buffer
HEAD = b"RIFF" + (SIZE - 8).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
HEAD += b"\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data" + (SIZE - 44).to_bytes(4, "little")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


def memory_of(server: Server) -> int:
    """Return the resident memory of the server's process in bytes."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * 4096


class Host:
    def __init__(self, server: Server) -> None:
        self.server, self.client = server, Client(server.url)
        self.room_id = self.client.create_room(username="Host").room_id
        self.headers = {"Authorization": f"Bearer {self.client.token}", "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, **headers: str) -> http.client.HTTPMessage:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={**self.headers, **named})
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status in (200, 201), response.status
        return response.headers

    def begin(self) -> str:
        return str(
            self.ask("POST", f"/api/rooms/{self.room_id}/uploads/", Upload_Length=str(SIZE))["Location"]
        )

    def stalled(self, method: str, path: str, body: bytes = b"", **headers: str) -> socket.socket:
        """Send a request, or the beginning of one, and read nothing of its response."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)
        connection.connect(("127.0.0.1", self.server.port))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **named}.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection


@pytest.mark.long
def test_stalled_readers_and_senders_of_300_megabytes_cost_ten(server: Server):
    host = Host(server)
    address = host.begin()
    upload_id = address.rstrip("/").rpartition("/")[2]
    with (server.data_dir / "uploads" / upload_id).open("r+b") as file:
        file.write(HEAD)
        file.truncate(SIZE)  # a sparse file
    assert host.ask("HEAD", address)["Upload-Offset"] == str(SIZE)
    media = f"/media/uploads/{upload_id}"
    host.ask("HEAD", media)  # whatever the first request loads
    other = host.begin()
    before, most = memory_of(server), 0
    piece = {"Upload_Offset": "0", "Content_Type": "application/offset+octet-stream"}
    waiting = [
        host.stalled("GET", media),
        host.stalled("GET", media, Range="bytes=0-"),
        host.stalled("PATCH", other, bytes(4 << 20), Content_Length=str(8 << 20), **piece),
    ]
    until = time.monotonic() + 5
    while time.monotonic() < until:
        most = max(most, memory_of(server) - before)
        select.select(waiting[:0], [], [], 0.05)
    for connection in waiting:
        connection.close()
    print(f"grew by {most / 1e6:.1f} MB")
    assert most <= MOST_GROWTH, most

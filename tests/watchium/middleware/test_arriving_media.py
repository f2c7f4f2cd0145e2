"""Players wait for bytes of an upload that are still on their way, without a thread each."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.playback.uploads.fixtures import faststart_mp4
from tests.servers import Server, watchium_server

WAITING = 40
PAD = b"\0\0\0\x08free" * 40_000  # boxes without content, so that the file is longer than one answer


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


class Sender:
    """A host with an upload."""

    def __init__(self, server: Server, data: bytes) -> None:
        self.server, self.data = server, data
        self.host = Client(server.url)
        self.room_id = self.host.create_room(username="Host").room_id
        self.address = self.ask("POST", f"/api/rooms/{self.room_id}/uploads/", Upload_Length=str(len(data)))[
            1
        ]["Location"]
        self.media = f"/media/uploads/{self.address.rstrip('/').rpartition('/')[2]}"

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connection(method, path, body, **headers)
        response = connection.getresponse()
        found = response.status, response.headers, response.read()
        connection.close()
        return found

    def connection(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> http.client.HTTPConnection:
        """Send a request without waiting for its response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        every = {"Authorization": f"Bearer {self.host.token}", "Tus-Resumable": "1.0.0"}
        every |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, every)
        return connection

    def send(self, at: int, end: int) -> None:
        kind = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": str(at)}
        status, _, body = self.ask("PATCH", self.address, self.data[at:end], **kind)
        assert status == 204, body

    def part(self, first: int) -> http.client.HTTPConnection:
        return self.connection("GET", self.media, Range=f"bytes={first}-")


@pytest.fixture
def sender(server: Server) -> Sender:
    film = faststart_mp4()
    return Sender(server, film + PAD)


def threads(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def unread_requests(server: Server) -> int:
    """Return the number of connections to the server with bytes that it has not read."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{server.port:04X}") and not row[4].endswith(":00000000") for row in rows)


def test_players_wait_for_the_next_bytes_without_a_thread_each(server: Server, sender: Sender):
    half = len(sender.data) // 2
    sender.send(0, half)
    before = threads(server)
    waiting = [sender.part(half) for _ in range(WAITING)]
    until = time.monotonic() + 10
    while unread_requests(server):
        assert time.monotonic() < until
    assert sender.ask("GET", sender.media, Range="bytes=0-99")[0] == 206  # the server answers others
    assert threads(server) - before < WAITING / 2
    sender.send(half, len(sender.data))
    for connection in waiting:
        response = connection.getresponse()
        assert response.status == 206
        body = response.read()
        assert body == sender.data[half : half + len(body)]
        connection.close()


def test_an_answer_ends_at_what_is_here(sender: Sender):
    sender.send(0, 100_000)
    status, headers, body = sender.ask("GET", sender.media, Range="bytes=20000-")
    assert (status, body) == (206, sender.data[20_000:100_000])
    assert headers["Content-Range"] == f"bytes 20000-99999/{len(sender.data)}"


@pytest.mark.parametrize(
    ("asked", "first"), [({}, 0), ({"Range": "bytes=20000-", "Icy_MetaData": "1"}, 20_000)]
)
def test_a_player_that_reads_on_gets_bytes_as_they_arrive(sender: Sender, asked: dict[str, str], first: int):
    """WebKitGTK begins without a range, and takes the end of an answer for the end of the film."""
    sender.send(0, 100_000)
    connection = sender.connection("GET", sender.media, **asked)
    response = connection.getresponse()
    assert response.status == (206 if first else 200)
    assert response.headers["Content-Length"] == str(len(sender.data) - first)
    assert response.read(100_000 - first) == sender.data[first:100_000]
    sender.send(100_000, len(sender.data))
    assert response.read() == sender.data[100_000:]
    connection.close()


def test_an_upload_that_is_removed_breaks_off_what_is_being_read(sender: Sender):
    sender.send(0, 100_000)
    connection = sender.connection("GET", sender.media)
    response = connection.getresponse()
    assert response.read(100_000) == sender.data[:100_000]
    assert sender.ask("DELETE", sender.address)[0] == 204
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_an_upload_that_is_removed_ends_the_wait(sender: Sender):
    sender.send(0, 100_000)
    waiting = sender.part(100_000)
    assert sender.ask("DELETE", sender.address)[0] == 204
    assert waiting.getresponse().status == 404
    waiting.close()


def test_strangers_are_answered_at_once(server: Server, sender: Sender):
    sender.send(0, 100_000)
    stranger = Client(server.url)
    stranger.create_room(username="Stranger")
    sender.host = stranger
    assert sender.ask("GET", sender.media, Range="bytes=100000-")[0] == 404

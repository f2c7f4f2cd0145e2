from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect

from tests.security.transport.test_slowloris import AT_ONCE_S, hear_out, status, talk
from tests.servers import Server, redis_service, watchium_server
from watchium.server import http_protocol

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ROOMS = [f"/ws/rooms/{letter * 10}/" for letter in "abcdefgh"]  # owned by either of two processes


def handshake(*more: str, path: str = "/ws/lobby/", without: str = "", **changed: str) -> bytes:
    """Return a browser's handshake with lines added, removed or changed."""
    lines = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    method = changed.pop("method", "GET")
    version = changed.pop("version", "HTTP/1.1")
    lines |= {name.replace("_", "-"): value for name, value in changed.items()}
    kept = [f"{name}: {value}" for name, value in lines.items() if name != without]
    return "\r\n".join([f"{method} {path} {version}", *kept, *more, "", ""]).encode("latin-1")


REFUSED = {
    "a body with a length": (400, handshake("Content-Length: 1") + b"x"),
    "a length without a body": (400, handshake("Content-Length: 5")),
    "two lengths": (400, handshake("Content-Length: 0", "Content-Length: 5") + b"hello"),
    "a body in chunks": (400, handshake("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n"),
    "chunks that never come": (400, handshake("Transfer-Encoding: chunked")),
    "more headers than anybody has": (431, handshake(*(f"X-{number}: 1" for number in range(130)))),
    "more in its head than fits": (431, handshake(f"Cookie: {'c' * http_protocol.MAX_HEADER_BYTES}")),
    "a list of things to become": (400, handshake(Connection="Upgrade, " + "a, " * 8000)),
    "endless extensions": (400, handshake(f"Sec-WebSocket-Extensions: {'x; ' * 5000}")),
    "a bad key": (400, handshake(Sec_WebSocket_Key="xx")),
    "a key that is no base64": (400, handshake(Sec_WebSocket_Key="\xff" * 24)),
    "no key": (400, handshake(without="Sec-WebSocket-Key")),
    "no version": (400, handshake(without="Sec-WebSocket-Version")),
    "an older version": (400, handshake(Sec_WebSocket_Version="8")),
    "an older HTTP": (400, handshake(version="HTTP/1.0")),
    "another method": (405, handshake(method="POST")),
    "a control character in a header": (400, handshake("X: a\x01b")),
    "a header that goes on in the next line": (400, handshake("X: a", " b")),
    "a control character in the address": (400, handshake(path="/ws/lobby/\x01")),
}
# A plain request to a path that is no page.
NO_UPGRADE = {
    "nothing to become": handshake(without="Upgrade"),
    "something else to become": handshake(Upgrade="h2c"),
}


@pytest.fixture(scope="module")
def two_processes() -> Iterator[Server]:
    with (
        redis_service() as redis,
        watchium_server({"WATCHIUM_PROCESSES": "2", "REDIS_URL": redis.url}) as running,
    ):
        yield running


async def answer_to(server: Server, said: bytes) -> bytes:
    """Return everything until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(said)
        async with asyncio.timeout(AT_ONCE_S):
            return await hear_out(reader)
    finally:
        writer.close()


def silent_about_it(server: Server) -> bool:
    return not any(
        word in server.log() for word in ("Traceback", "Invalid HTTP", "Unsupported upgrade", "Error")
    )


async def all_refused(server: Server) -> None:
    answers = await asyncio.gather(*(answer_to(server, said) for _, said in REFUSED.values()))
    assert {name: status(answer) for name, answer in zip(REFUSED, answers, strict=True)} == {
        name: expected for name, (expected, _) in REFUSED.items()
    }
    others = await asyncio.gather(*(talk(server, said) for said in NO_UPGRADE.values()))
    assert [status(answer) // 100 for answer in others] == [4] * len(NO_UPGRADE)


async def test_a_malformed_handshake_gets_a_response_and_a_close(server: Server):
    await all_refused(server)
    assert silent_about_it(server)


async def test_malformed_handshakes_with_several_processes_and_rooms_of_another_process(
    two_processes: Server,
):
    await all_refused(two_processes)
    bad = [handshake("X: a\x01b", path=path) for path in ROOMS]
    answers = await asyncio.gather(*(answer_to(two_processes, said) for said in bad))
    assert [status(answer) for answer in answers] == [400] * len(ROOMS)
    assert silent_about_it(two_processes)


async def test_clients_with_many_cookies_can_connect(server: Server):
    cookies = "; ".join(f"c{number}={'v' * 400}" for number in range(60))
    headers = {"Cookie": cookies, "Authorization": "Bearer x"}
    path = "/ws/lobby/?" + "q" * 6000
    async with connect(server.ws_url + path, additional_headers=headers, open_timeout=AT_ONCE_S) as socket:
        assert "lobby" in await asyncio.wait_for(socket.recv(), AT_ONCE_S)

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect

from tests.security.support import BODY_TIMEOUT_S, DESCRIPTORS, HEADER_TIMEOUT_S
from tests.servers import Server, watchium_server
from watchium.middleware import body_limit
from watchium.server import http_protocol

HEAD = "Host: 127.0.0.1\r\n"
AT_ONCE_S = 8.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


@pytest.fixture(scope="module")
def impatient() -> Iterator[Server]:
    with watchium_server(program=("-m", "tests.security.support")) as running:
        yield running


async def talk(server: Server, *parts: str | bytes, answers: int = 1) -> bytes:
    """Send the parts and return this many complete responses, fewer if the server closes first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        for part in parts:
            writer.write(part if isinstance(part, bytes) else part.encode("latin-1"))
            try:
                await writer.drain()
            except ConnectionError:
                break
        async with asyncio.timeout(AT_ONCE_S):
            return b"".join([await hear_answer(reader) for _ in range(answers)])
    finally:
        writer.transport.abort()  # close() waits for the server to read the rest


async def hear_answer(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return head + await reader.readexactly(int(length[1]) if length else 0)
    except (ConnectionError, asyncio.IncompleteReadError):
        return b""


async def hear_out(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    try:
        while part := await reader.read(65536):
            heard += part
    except ConnectionError:
        pass  # the server closed while we were sending
    return heard


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


async def works(server: Server) -> bool:
    return status(await talk(server, f"GET /healthz/live HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")) == 200


def chunks(total: int, size: int = 8192) -> list[bytes]:
    one = b"%x\r\n" % size + b"x" * size + b"\r\n"
    return [one] * (total // size)


POST = f"POST /api/rooms/ HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"


class TestLarge:
    async def test_a_content_length_above_the_limit_is_refused_immediately(self, server: Server):
        answer = await talk(server, f"{POST}Content-Length: {10**9}\r\n\r\n")
        assert status(answer) == 413
        assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["code"] == "too_long"

    async def test_a_chunked_body_is_cut_off_at_the_limit(self, server: Server):
        for path in ("/api/rooms/", "/", "/accounts/login/", "/nowhere/"):
            head = f"POST {path} HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n"
            answer = await talk(server, head, *chunks(2 * body_limit.MAX_BODY_BYTES))
            assert status(answer) == 413, path
        assert await works(server)

    async def test_a_browser_with_a_large_form_gets_a_page_in_its_language(self, server: Server):
        wants = "Accept: text/html,*/*;q=0.8\r\nAccept-Language: de\r\nConnection: close\r\n"
        sizes = f"Content-Length: {10**9}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"
        for size, body in zip(sizes, ([], chunks(2 * body_limit.MAX_BODY_BYTES)), strict=True):
            head = f"POST /accounts/login/ HTTP/1.1\r\n{HEAD}{wants}{size}"
            answer = (await talk(server, head, *body, answers=2)).decode()  # until the server closes
            assert status(answer.encode()) == 413
            assert 'lang="de"' in answer and "65536" in answer
            assert "content-security-policy" in answer.lower()
        for_program = await talk(server, f"{POST}{wants}{sizes[0]}")
        assert json.loads(for_program.rpartition(b"\r\n\r\n")[2])["code"] == "too_long"
        assert await works(server)

    async def test_a_chunked_body_of_a_gigabyte_uses_no_memory(self, server: Server):
        before = resident(server)
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"{POST}Transfer-Encoding: chunked\r\n\r\n".encode())
        for part in chunks(64 * 1024 * 1024, 1024 * 1024):
            writer.write(part)
            try:
                await writer.drain()
            except ConnectionError:
                break
        writer.transport.abort()
        assert resident(server) - before < 16 * 1024 * 1024

    async def test_bodies_within_the_limit_are_accepted(self, server: Server):
        body = json.dumps({"title": "x" * 80}).encode()
        whole = await talk(server, f"{POST}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n", body)
        assert status(whole) == 201
        parts = [b"%x\r\n" % 1 + body[at : at + 1] + b"\r\n" for at in range(len(body))]
        head = f"{POST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        drip = await talk(server, head, *parts, b"0\r\n\r\n")
        assert status(drip) == 201

    async def test_endless_headers_are_cut_off(self, server: Server):
        many = [f"X-{number}: {'y' * 1000}\r\n" for number in range(100)]
        one = ["X: ", *["y" * 10_000] * 10]
        address = ["/?", *["q" * 10_000] * 10]
        for head in (["GET / HTTP/1.1\r\n", *many], ["GET / HTTP/1.1\r\n", *one], ["GET ", *address]):
            assert status(await talk(server, *head)) in (0, 431)
        assert await works(server)

    async def test_complete_but_too_large_headers_get_431(self, server: Server):
        long_name = f"GET /?{'q' * http_protocol.MAX_HEADER_BYTES} HTTP/1.1\r\n{HEAD}\r\n"
        assert status(await talk(server, long_name)) == 431
        cookies = f"GET / HTTP/1.1\r\n{HEAD}Cookie: {'c' * http_protocol.MAX_HEADER_BYTES}\r\n\r\n"
        assert status(await talk(server, cookies)) == 431
        upgrade = f"{HEAD}Upgrade: websocket\r\nConnection: upgrade\r\n"
        handshake = f"GET /ws/lobby/ HTTP/1.1\r\n{upgrade}X: {'c' * http_protocol.MAX_HEADER_BYTES}\r\n\r\n"
        assert status(await talk(server, handshake)) == 431

    async def test_a_long_query_string_is_accepted(self, server: Server):
        query = "&".join(f"a{number}={'x' * 20}" for number in range(500))
        answer = await talk(server, f"GET /?{query} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")
        assert status(answer) == 200

    async def test_each_request_of_a_connection_has_its_own_limits(self, server: Server):
        body = b'{"title": "%s"}' % (b"x" * 10)
        request = f"{POST}X: {'y' * 20_000}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        last = request.replace(b"X: ", b"Connection: close\r\nX: ", 1)
        answer = await talk(server, request, request, last, answers=3)
        assert answer.count(b"HTTP/1.1 201") == 3

    async def test_thousands_of_pipelined_requests_are_not_all_parsed(self, server: Server):
        answer = await talk(server, f"GET /healthz/live HTTP/1.1\r\n{HEAD}\r\n" * 5000, answers=5000)
        assert b"HTTP/1.1 429" in answer
        assert answer.count(b"HTTP/1.1 200") <= http_protocol.MAX_PIPELINED + 1
        unread = []
        for number in (2, 5, 5000) * 10:  # and the server does not wait for it
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"GET / HTTP/1.1\r\n{HEAD}\r\n".encode() * number)
            writer.transport.abort() if number == 5 else writer.close()
            unread.append(writer)
        assert await works(server)
        for writer in unread:  # those that the server did not read to the end
            writer.transport.abort()
        assert "Traceback" not in server.log()

    async def test_a_few_pipelined_requests_get_responses_in_order(self, server: Server):
        asked = f"GET /api/nowhere HTTP/1.1\r\n{HEAD}\r\n" * 10
        answer = await talk(server, asked, answers=10)
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"404"] * 10

    async def test_a_form_of_a_thousand_and_one_fields_is_refused(self, server: Server):
        body = "&".join(f"{number}=" for number in range(2000))
        head = f"POST / HTTP/1.1\r\n{HEAD}Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        assert status(await talk(server, f"{head}Content-Length: {len(body)}\r\n\r\n{body}")) in (400, 403)


class TestSlow:
    """Requests that never end, in parallel, because each lasts until its timeout."""

    async def test_slow_clients_time_out_and_delay_no_other_client(self, impatient: Server):
        await self.dawdle(impatient, HEADER_TIMEOUT_S, BODY_TIMEOUT_S)

    @pytest.mark.long
    async def test_slow_clients_time_out_as_documented(self, server: Server):
        await self.dawdle(server, http_protocol.HEADER_TIMEOUT_S, body_limit.BODY_TIMEOUT_S)

    async def dawdle(self, server: Server, *patience_s: float) -> None:
        dawdlers = [
            (408, self.drip(server, "")),
            (408, self.drip(server, f"GET / HTTP/1.1\r\n{HEAD}")),
            (408, self.drip(server, f"GET /ws/lobby/ HTTP/1.1\r\n{HEAD}Upgrade: websocket\r\n", "X: y\r\n")),
            (408, self.drip(server, f"{POST}Content-Length: 60\r\n\r\n", " ")),
            (408, self.drip(server, f"{POST}Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")),
            # After a complete request: the next one stays incomplete.
            (200, self.drip(server, f"GET /healthz/live HTTP/1.1\r\n{HEAD}\r\n", "\r\n")),
            (200, self.drip(server, f"GET /healthz/live HTTP/1.1\r\n{HEAD}\r\n", "G")),
        ]
        async with asyncio.TaskGroup() as group, asyncio.timeout(max(patience_s) + AT_ONCE_S):
            running = [(expected, group.create_task(drip)) for expected, drip in dawdlers]
            assert await works(server)
            headers = {"Authorization": "Bearer x"}
            async with connect(f"{server.ws_url}/ws/lobby/", additional_headers=headers) as socket:
                assert json.loads(await socket.recv())["type"] == "lobby"
        for number, (expected, task) in enumerate(running):
            assert status(task.result()) in (expected, 0), number
        assert "Traceback" not in server.log()

    async def test_a_crowd_of_silent_connections_leaves_descriptors_for_others(self, impatient: Server):
        begun = ["", "GET / HTTP/1.1\r\n", f"{POST}Content-Length: 60\r\n\r\n"]
        silent = []
        for number in range(2 * DESCRIPTORS):
            _, writer = await asyncio.open_connection("127.0.0.1", impatient.port)
            writer.write(begun[number % len(begun)].encode())
            silent.append(writer)
        assert await works(impatient)
        headers = {"Authorization": "Bearer x"}
        async with connect(f"{impatient.ws_url}/ws/lobby/", additional_headers=headers) as socket:
            assert json.loads(await socket.recv())["type"] == "lobby"
        assert status(await talk(impatient, f"GET / HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")) == 200
        for writer in silent:
            writer.transport.abort()
        assert "Traceback" not in impatient.log()

    async def drip(self, server: Server, begun: str, drop: str = "") -> bytes:
        """Send a beginning, then a byte twice a second until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(begun.encode())
        hearing = asyncio.create_task(hear_out(reader))
        while not hearing.done():
            await asyncio.wait([hearing], timeout=0.5)
            if not hearing.done():
                writer.write(drop.encode())
        writer.transport.abort()
        return hearing.result()


def resident(server: Server) -> int:
    with open(f"/proc/{server.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096

"""Send fuzz inputs to a running server and record each outcome: response, close, or timeout."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import websockets

from tests.security.hostile_input.fuzz_inputs import FuzzInput

WITHIN_S = 12.0
AT_ONCE = 48
BROKEN = ("Traceback", "Internal Server Error", "did not answer", "a call failed")


@dataclass(frozen=True)
class Outcome:
    """`status` is that of the first response, 0 if the connection was closed without one, -1 on timeout."""

    fuzz_input: FuzzInput
    status: int
    took_s: float
    closed: bool = True  # with `until_closed`: whether the server closed in time

    @property
    def in_time(self) -> bool:
        return self.status >= 0 and self.closed

    @property
    def broke_the_server(self) -> bool:
        return self.status >= 500


async def send_all(port: int, inputs: Sequence[FuzzInput], *, until_closed: bool = False) -> list[Outcome]:
    """Send each on its own connection, 48 at a time; with `until_closed`, wait for the close, except of WebSockets."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(fuzz_input: FuzzInput) -> Outcome:
        async with gate:
            return await _send(port, fuzz_input, until_closed)

    return list(
        await asyncio.gather(*(one(fuzz_input) for fuzz_input in inputs if fuzz_input.kind != "comment"))
    )


async def _send(port: int, fuzz_input: FuzzInput, until_closed: bool) -> Outcome:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status, closed = -1, True
    try:
        async with asyncio.timeout(WITHIN_S):
            status = await _first_status(reader, writer, fuzz_input.sent)
        took_s = loop.time() - began_s
        if until_closed and status not in (0, 101):
            async with asyncio.timeout(WITHIN_S):
                await _end_of(reader)
    except TimeoutError:
        took_s = loop.time() - began_s
        closed = False
    finally:
        writer.transport.abort()  # close() waits for the server to read the rest
    return Outcome(fuzz_input, status, took_s, closed)


async def _first_status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> int:
    """Return the status, or 0 if the connection closes without a response, even while sending."""
    writer.write(sent)
    while True:
        try:
            line = await reader.readline()
        except (ConnectionError, ValueError):
            return 0
        if not line:
            return 0
        if line.startswith(b"HTTP/1.1 ") and not line.startswith(b"HTTP/1.1 100"):
            return int(line.split(b" ", 2)[1])


async def _end_of(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(65536):
            pass


async def say_all(url: str, room_id: str, token: str, inputs: Sequence[FuzzInput]) -> list[Outcome]:
    """Post the comments among the inputs one after the other as a member; reconnect closed sockets."""
    waiting = [fuzz_input for fuzz_input in inputs if fuzz_input.kind == "comment"]
    outcomes: list[Outcome] = []
    while waiting:
        headers = {"Authorization": f"Bearer {token}"}
        async with websockets.connect(f"{url}/ws/rooms/{room_id}/", additional_headers=headers) as socket:
            while waiting:
                fuzz_input = waiting.pop(0)
                outcome = await _say(socket, fuzz_input)
                outcomes.append(outcome)
                if outcome.status <= 0:
                    break
    return outcomes


async def _say(socket: websockets.ClientConnection, fuzz_input: FuzzInput) -> Outcome:
    """Return status 200 for an acknowledged comment, 400 for a refused one."""
    loop = asyncio.get_running_loop()
    began_s, event_id, status = loop.time(), f"input{fuzz_input.number}", -1
    command = {"type": "comment", "event_id": event_id, "payload": {"text": fuzz_input.text}}
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN_S):
            try:
                await socket.send(json.dumps(command, ensure_ascii=bool(fuzz_input.number % 2)))
                status = await _answer_to(socket, event_id)
            except websockets.ConnectionClosed:
                status = 0
    return Outcome(fuzz_input, status, loop.time() - began_s)


async def _answer_to(socket: websockets.ClientConnection, event_id: str) -> int:
    while True:
        said = json.loads(await socket.recv())
        if said["type"] == "ack" and said["payload"]["event_id"] == event_id:
            return 200
        if said["type"] == "error" and said["payload"].get("event_id") in (None, event_id):
            return 500 if said["payload"]["code"] in ("internal", "unavailable") else 400


def descriptors(pid: int) -> int:
    """Count descriptors of the process and its children, without the SQLite files that stay open."""
    count = 0
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            count += ".sqlite3" not in str(fd.readlink())
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return count + sum(descriptors(int(child)) for child in children)

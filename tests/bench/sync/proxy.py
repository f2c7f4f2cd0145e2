"""Proxies between the browser and the server: one for pages, and one delaying link per player for its socket.

The page proxy gives every frame the identity in its URL (`?who=`), and removes headers that forbid framing: for this
benchmark only, so that all players share one page and one clock. The links add delay, and can be cut.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.sync.network_profiles import Line

PAGES = Path(__file__).parent / "page"
OURS = "/__bench/"
CHUNK = 16 * 1024
AT_ONCE = 100_000  # bytes of slow media sent at full speed: about five seconds of the clip
# Headers that forbid frames, or would give all frames one identity.
DROPPED = {"x-frame-options", "content-security-policy", "set-cookie", "connection", "keep-alive"}
CACHED = {"cache-control", "etag", "last-modified"}  # of media: frames share a cache, users do not
WHO = re.compile(r"[?&]who=([\w-]+)")

Headers = list[tuple[str, str]]


@dataclass
class Player:
    """One frame's path to the server."""

    name: str
    token: str
    up: Line
    down: Line
    port: int = 0
    media_bytes_per_s: float | None = None  # slow media
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    medium: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.connected.set()
        self.medium.set()


@dataclass
class Head:
    """The head of an HTTP message."""

    first: str
    headers: Headers

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def without(self, *names: str) -> Head:
        return Head(self.first, [(key, value) for key, value in self.headers if key.lower() not in names])

    def adding(self, **headers: str) -> Head:
        return Head(self.first, [*self.headers, *headers.items()])

    def encode(self) -> bytes:
        lines = [self.first, *(f"{key}: {value}" for key, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def read_head(reader: asyncio.StreamReader) -> Head:
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = text.rstrip("\r\n").split("\r\n")
    return Head(first, [(key, value.strip()) for key, _, value in (line.partition(":") for line in lines)])


def as_person(head: Head, host: str, token: str | None) -> Head:
    """Return the request with this user's identity for this server."""
    asked = head.without("cookie", "origin", "host", "authorization").adding(Host=host)
    return asked.adding(Authorization=f"Bearer {token}") if token else asked


class Network:
    """All proxies in front of one server."""

    def __init__(self, server_port: int, players: list[Player]) -> None:
        self.server_port = server_port
        self.players = {player.name: player for player in players}
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Network]:
        doors = [await _listen(self._page)]
        self.port = _port(doors[0])
        for player in self.players.values():
            doors.append(await _listen(lambda r, w, p=player: self._socket(p, r, w)))
            player.port = _port(doors[-1])
        try:
            yield self
        finally:
            for door in doors:
                door.close()

    # ---------------------------------------------------------------- sockets

    async def _socket(
        self, player: Player, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = as_person(await read_head(reader), self.host, player.token)
        await player.connected.wait()
        there, away = await asyncio.open_connection("127.0.0.1", self.server_port)
        away.write(head.encode())
        await _first_done(
            _delayed(reader, away, player.up, player.connected),
            _delayed(there, writer, player.down, player.connected),
        )
        away.close()

    # ---------------------------------------------------------------- pages, calls, media

    async def _page(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        path = head.first.split(" ")[1]
        if path.startswith(OURS):
            writer.write(_own_file(path))
            return
        player = self._who(path, head.get("referer"))
        if player and path.startswith("/api/"):
            await player.connected.wait()
        there, away = await asyncio.open_connection("127.0.0.1", self.server_port)
        asked = as_person(head, self.host, player.token if player else None)
        away.write(asked.without("connection").adding(Connection="close").encode())
        if length := int(head.get("content-length") or 0):
            away.write(await reader.readexactly(length))
        medium = path.startswith("/media/")
        writer.write(_as_shown(await read_head(there), medium).encode())
        slow = player if player and medium else None
        await _first_done(_poured(there, writer, slow), _until_gone(reader))
        away.close()

    def _who(self, path: str, referer: str) -> Player | None:
        found = WHO.search(path) or WHO.search(referer)
        return self.players.get(found[1]) if found else None


async def _listen(serve: Callable[..., object]) -> asyncio.Server:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):  # closed, or the benchmark has ended
            await serve(reader, writer)  # type: ignore[misc]
            await writer.drain()
        writer.close()

    return await asyncio.start_server(served, "127.0.0.1", 0)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def _first_done(*parts: object) -> None:
    tasks = [asyncio.ensure_future(part) for part in parts]  # type: ignore[arg-type]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _delayed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line, connected: asyncio.Event
) -> None:
    """Forward until one end closes. Data in transit during a cut arrives after it, as TCP retransmits."""
    loop = asyncio.get_running_loop()
    underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            due_s, data = await underway.get()
            await asyncio.sleep(due_s - loop.time())
            await connected.wait()
            if not data or writer.is_closing():
                return
            writer.write(data)

    async def enter() -> None:
        while True:
            data = await reader.read(CHUNK)
            underway.put_nowait((line.due_s(loop.time()), data))
            if not data:
                await asyncio.Event().wait()  # the other direction ends this one after delivering the rest

    await _first_done(enter(), arrive())


async def _poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slow: Player | None) -> None:
    poured = 0
    while data := await reader.read(CHUNK):
        if slow:
            await slow.medium.wait()
        writer.write(data)
        await writer.drain()
        poured += len(data)
        if slow and slow.media_bytes_per_s and poured > AT_ONCE:
            await asyncio.sleep(len(data) / slow.media_bytes_per_s)


def _as_shown(answer: Head, medium: bool) -> Head:
    shown = answer.without(*DROPPED).adding(Connection="close")
    return shown.without(*CACHED).adding(**{"Cache-Control": "no-store"}) if medium else shown


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(CHUNK):
        pass


def _own_file(path: str) -> bytes:
    file = PAGES / Path(path.split("?")[0]).name
    body = file.read_bytes() if file.is_file() else b""
    kind = mimetypes.guess_type(file.name)[0] or "text/plain"
    status = "200 OK" if body else "404 Not Found"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body

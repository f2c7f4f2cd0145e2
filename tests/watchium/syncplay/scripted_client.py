"""A client of Syncplay for tests: real TCP, the rules of the real program, and a player that is arithmetic."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

TIMEOUT_S = 10.0


class ScriptedClient:
    """`name`, `lines` and the others are what the real program would show. `player` is at `position`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
        self.reader, self.writer, self.name = reader, writer, name
        self.paused = True
        self._position, self._since = 0.0, time.monotonic()
        self.chat: list[tuple[str, str]] = []
        self.playlist: list[str] = []
        self.index: int | None = None
        self.members: dict[str, Any] = {}
        self.lists = 0
        self.notices: list[tuple[str, str]] = []  # joined, left
        self.room = ""
        self.error: str | None = None
        self.closed = self.silent = False
        self.instead = b""  # what it sends where it is silent
        self.seeks = 0
        self.states = 0
        self.answered_s = 0.0
        self._own_counter = 0
        self._server_counter = 0
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    # ------------------------------------------------------------ the player

    @property
    def position(self) -> float:
        return self._position if self.paused else self._position + time.monotonic() - self._since

    def _set(self, position: float, paused: bool) -> None:
        self._position, self._since, self.paused = position, time.monotonic(), paused

    def press(self, *, paused: bool | None = None, seek: float | None = None) -> None:
        """As a person does in the player's window."""
        self._set(self.position if seek is None else seek, self.paused if paused is None else paused)
        self._own_counter += 1
        self.send(State=self._state(seek=seek is not None))

    def open(self, name: str = "film.mkv", duration: float = 600.0, size: int = 1000) -> None:
        self.send(Set={"file": {"name": name, "duration": duration, "size": size}})

    # ------------------------------------------------------------ the wire

    def send(self, **message: Any) -> None:
        self.send_raw(json.dumps(message).encode())

    def send_raw(self, line: bytes) -> None:
        self.writer.write(line + b"\r\n")

    def hello(self, room: str, password: str = "", **more: Any) -> None:
        content = {
            "username": self.name,
            "room": {"name": room},
            "version": "1.2.255",
            "realversion": "1.6.9",
        }
        if password:
            content["password"] = password
        self.send(Hello={**content, "features": {"chat": True}, **more})

    def edit(self, *files: str) -> None:
        """As a person changes the list in the program's window."""
        self.playlist = list(files)
        self.send(Set={"playlistChange": {"files": self.playlist}})

    def choose(self, index: int) -> None:
        self.index = index
        self.send(Set={"playlistIndex": {"index": index}})

    async def until(self, condition: Callable[[ScriptedClient], Any]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not condition(self):
                if self.closed and not self.error:
                    raise ConnectionError("the server closed the connection")
                self._news.clear()
                await self._news.wait()

    async def until_closed_or(self, condition: Callable[[ScriptedClient], Any]) -> None:
        await self.until(lambda client: client.closed or condition(client))

    async def until_closed(self) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            await asyncio.wait([self._task])

    async def until_here(self) -> None:
        """Until its presses count: with its file, where the room is."""
        await self.until(lambda client: client.room)
        self.open()
        lists = self.lists
        self.send(List=None)
        await self.until(lambda client: client.lists > lists)
        # The server has the file. It takes it to be open after 1.5 s; then a reply has to show where the player is.
        opens_s = time.monotonic() + 1.6
        await self.until(lambda client: client.answered_s > opens_s)

    async def leave(self) -> None:
        self.writer.close()
        await self.until_closed()

    def _state(self, *, seek: bool = False, stamp: float | None = None) -> dict[str, Any]:
        state: dict[str, Any] = {"ping": {"clientRtt": 0, "clientLatencyCalculation": time.time()}}
        if stamp is not None:
            state["ping"]["latencyCalculation"] = stamp
        if not self._own_counter or stamp is None or self._server_counter:
            state["playstate"] = {"position": self.position, "paused": self.paused}
            if seek:
                state["playstate"]["doSeek"] = True
        counters = {"server": self._server_counter, "client": self._own_counter}
        if any(counters.values()):
            state["ignoringOnTheFly"] = {key: value for key, value in counters.items() if value}
        self._server_counter = 0
        return state

    async def _listen(self) -> None:
        try:
            while line := await self.reader.readline():
                for word, content in self._messages(line):
                    self._on(word, content)
                self._news.set()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.closed = True
            self._news.set()

    def _messages(self, line: bytes) -> list[tuple[str, Any]]:
        return list(json.loads(line).items())

    def _on(self, word: str, content: Any) -> None:
        match word:
            case "Hello":
                self.name, self.room = content["username"], content["room"]["name"]
            case "State":
                self._on_state(content)
            case "Chat":
                self.chat.append((content["username"], content["message"]))
            case "Error":
                self.error = content["message"]
            case "List":
                (self.members,) = content.values()
                self.lists += 1
            case "Set" if "playlistChange" in content:
                self.playlist = content["playlistChange"]["files"]
                assert content["playlistChange"]["user"] not in (None, self.name)
            case "Set" if "playlistIndex" in content:
                self.index = content["playlistIndex"]["index"]
                assert content["playlistIndex"]["user"] not in (None, self.name)
            case "Set" if "user" in content:
                for name, about in content["user"].items():
                    self.notices += [(kind, name) for kind in about.get("event", {})]

    def _on_state(self, content: dict[str, Any]) -> None:
        counters = content.get("ignoringOnTheFly", {})
        if "server" in counters:
            self._server_counter, self._own_counter = counters["server"], 0
        elif counters.get("client") == self._own_counter:
            self._own_counter = 0
        if not self._own_counter:
            self._follow(content["playstate"])
        self.states += 1
        self.answered_s = time.monotonic()
        if not self.silent:
            self.send(State=self._state(stamp=content["ping"]["latencyCalculation"]))
        elif not self.writer.is_closing():
            self.writer.write(self.instead)

    def _follow(self, play: dict[str, Any]) -> None:
        assert isinstance(play["setBy"], str) and play["setBy"]
        if play["setBy"] == self.name:
            assert not play["doSeek"], "under its own name a client corrects nothing"
            return
        if play["doSeek"]:
            self.seeks += 1
        moved = play["doSeek"] or (play["paused"] and not self.paused)
        self._set(play["position"] if moved else self.position, play["paused"])


Client = TypeVar("Client", bound=ScriptedClient)


async def encrypted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
) -> None:
    """Encrypt as the program does. Raises OSError, and ValueError without a line."""
    writer.write(b'{"TLS": {"startTLS": "send"}}\r\n')
    assert json.loads(await reader.readline())["TLS"]["startTLS"] == "true"
    await writer.start_tls(context, server_hostname="localhost")


@asynccontextmanager
async def connected(
    port: int,
    name: str = "Tom",
    room: str = "",
    context: ssl.SSLContext | None = None,
    local_address: str = "127.0.0.1",
    header: bytes = b"",
    kind: type[Client] = ScriptedClient,  # type: ignore[assignment]
) -> AsyncIterator[Client]:
    """`context`: with which it encrypts. `header`: what it sends first."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, limit=2**20, local_addr=(local_address, 0)
    )
    writer.write(header)
    if context is not None:
        await encrypted(reader, writer, context)
    client = kind(reader, writer, name)
    if room:
        client.hello(room)
    try:
        yield client
    finally:
        writer.close()
        client._task.cancel()
        await asyncio.wait([client._task])

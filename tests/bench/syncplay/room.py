"""A server with a room whose host is a program, and real clients of Syncplay in it."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playback.domain.timeline import Timeline
from tests.bench.syncplay.clients import RealClient, delayed, make_film
from tests.bench.syncplay.figures import Errors
from tests.client import Client, RoomClient
from tests.servers import Server, folder_for, free_port, watchium_server
from watchium.syncplay.session import timeline_of

FILM_S = 300
COMES_S = 40.0
SETTLES_S = 4.0  # a player that has just opened its file answers late
EXCHANGES = 15


class BenchRoom:
    """Commands are those of its host. `timelines`: all that the room had, with their instants."""

    def __init__(self, server: Server, syncplay_port: int, folder: Path) -> None:
        self.server, self.port, self.folder = server, syncplay_port, folder
        self.film = make_film(folder / "film.mp4", FILM_S)
        self.host = Client(server.url)
        self.room_id = self.host.create_room(username="Mira", title="Bench").room_id
        self.timelines: list[Timeline] = []
        self.clients: dict[str, RealClient] = {}
        self._stack = ExitStack()
        self._offset_s = 0.0

    # ------------------------------------------------------------ the host

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[RoomClient]:
        """Be in the room as its host."""
        async with self.host.enter(self.room_id) as self.socket:
            offsets = []
            for _ in range(EXCHANGES):
                offset_ms, delay_ms = await self.socket.ping()
                offsets.append((delay_ms, offset_ms / 1000 + time.time() - time.monotonic()))
            self._offset_s = min(offsets)[1]
            self._note()
            yield self.socket

    async def load(self) -> None:
        content = self.film.read_bytes()
        sha256 = hashlib.sha256(content[:65536] + content[-65536:]).hexdigest()
        own = {"size": len(content), "sha256": sha256, "duration": float(FILM_S), "title": self.film.name}
        await self.do("load", own=own)

    async def do(self, kind: str, **payload: Any) -> None:
        await self.socket.request(kind, **payload)
        self._note()

    async def rest(self, seconds: float) -> None:
        """Wait, and follow the room meanwhile."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            await asyncio.sleep(min(left_s, 0.1))
            self._note()

    def _note(self) -> None:
        state = self.socket.timeline
        if state is not None and (not self.timelines or state.revision > self.timelines[-1].revision):
            self.timelines.append(timeline_of(state))

    def server_s(self, monotonic_s: float) -> float:
        return monotonic_s + self._offset_s

    # ------------------------------------------------------------ clients

    async def add(self, name: str, delay_ms: float = 0.0, film: Path | None = None) -> RealClient:
        """Start a client and wait until its player has the file."""
        port = self._stack.enter_context(delayed(self.port, delay_ms))
        client = RealClient(self.folder, name, port, self.room_id, film or self.film)
        self._stack.callback(client.stop)
        self.clients[name] = client
        until_s = time.monotonic() + COMES_S
        while not client.recorder.samples:
            if time.monotonic() > until_s or client.process.poll() is not None:
                raise RuntimeError(f"{name} did not come: {client.log()[-2000:]}")
            await self.rest(0.2)
        return client

    def errors(self, name: str) -> Errors:
        """How far its player was from the room, at each sample."""
        return Errors.of(self.timelines, self.clients[name].recorder.samples, self.server_s)

    def error_s(self, name: str) -> float | None:
        """The same now; None if it does not play, or stands, as the room does."""
        samples = self.clients[name].recorder.samples
        if not samples:
            return None
        last = Errors.of(self.timelines, samples[-1:], self.server_s).errors
        fresh = last and time.monotonic() - samples[-1].at_s < 1.0
        return last[-1].error_s if fresh and last[-1].paused != self.timelines[-1].playing else None

    async def in_step(self, name: str, within_s: float, most_s: float) -> float | None:
        """Wait until its player is within `within_s` of the room for a second; return how long that took."""
        began_s = time.monotonic()
        since_s: float | None = None
        while time.monotonic() < began_s + most_s:
            error_s = self.error_s(name)
            if error_s is None or abs(error_s) > within_s:
                since_s = None
            elif since_s is None:
                since_s = time.monotonic()
            elif time.monotonic() > since_s + 1.0:
                return since_s - began_s
            await self.rest(0.05)
        return None

    def close(self) -> None:
        self._stack.close()


@asynccontextmanager
async def bench_room() -> AsyncIterator[BenchRoom]:
    """A server, and a room with a film of which every member brings a copy."""
    port = free_port()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(folder_for("syncplay"))
        server = stack.enter_context(watchium_server({"WATCHIUM_SYNCPLAY": f"127.0.0.1:{port}"}))
        room = await asyncio.to_thread(BenchRoom, server, port, Path(folder))
        stack.callback(room.close)
        yield room

"""A client of Syncplay that costs little: it answers each State, with a player that is where the room is."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class LightClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._position_s, self._paused, self._since_s = 0.0, True, time.monotonic()
        self.states = 0

    @classmethod
    @asynccontextmanager
    async def connected(cls, port: int, room_id: str, name: str) -> AsyncIterator[LightClient]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = cls(reader, writer)
        hello = {"username": name, "room": {"name": room_id}, "version": "1.2.255", "realversion": "1.6.9"}
        client.send(Hello={**hello, "features": {"chat": True}})
        client.send(Set={"file": {"name": "film.mkv", "duration": 7200.0, "size": 10**9}})
        answering = asyncio.create_task(client._answer())
        try:
            yield client
        finally:
            writer.close()
            answering.cancel()
            await asyncio.wait([answering])

    def send(self, **message: Any) -> None:
        self._writer.write(json.dumps(message).encode() + b"\r\n")

    async def _answer(self) -> None:
        while line := await self._reader.readline():
            message = json.loads(line)
            if "State" in message:
                self._on_state(message["State"])

    def _on_state(self, state: dict[str, Any]) -> None:
        play, now_s = state["playstate"], time.monotonic()
        if play["doSeek"] or play["paused"] != self._paused:
            self._position_s, self._paused, self._since_s = play["position"], play["paused"], now_s
        position_s = self._position_s + (0.0 if self._paused else now_s - self._since_s)
        self.states += 1
        self.send(
            State={
                "ping": {
                    "latencyCalculation": state["ping"]["latencyCalculation"],
                    "clientLatencyCalculation": time.time(),
                    "clientRtt": 0.001,
                },
                "playstate": {"position": position_s, "paused": self._paused},
                **({"ignoringOnTheFly": counters} if (counters := _counters(state)) else {}),
            }
        )


def _counters(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.get("ignoringOnTheFly", {}).items() if key == "server"}

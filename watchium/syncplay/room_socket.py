"""A member's socket without a browser: the room's own consumer, fed and read inside this process.

So a client is a member like any other: its presence, its rights, all limits and the order of events are those of a
page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from rooms.access import Identity
from watchium.client.room_state import AnyEvent, decode
from watchium.consumers.room import RoomConsumer
from watchium.db.thread_pool import in_database
from watchium.protocol.errors import Unavailable
from watchium.syncplay.joining import Joined

WAITING_COMMANDS = 128


class _Consumer(RoomConsumer):
    def __init__(self, identity: Identity, joined: Joined) -> None:
        self.identity = identity
        self.joined = joined

    async def _identity(self) -> Identity:
        """Asked again once the lease is taken: a code that ends later ends the lease. Raises Unavailable."""
        if self.joined.code_md5 and not await in_database(lambda: self.joined.is_current):
            raise Unavailable  # the client connects again, without the code
        return self.identity


class RoomSocket:
    """`on_event` gets the events; `run` ends with the code that the room closes it with."""

    def __init__(self, identity: Identity, joined: Joined, on_event: Callable[[AnyEvent], None]) -> None:
        self._consumer: _Consumer | None = _Consumer(identity, joined)
        self._scope = {
            "type": "websocket",
            "headers": [],
            "query_string": b"",
            "client": (identity.address, 0),
            "url_route": {"kwargs": {"room_id": joined.room_id}},
        }
        self._on_event = on_event
        self._commands: asyncio.Queue[dict[str, Any]] = asyncio.Queue(WAITING_COMMANDS)
        self._commands.put_nowait({"type": "websocket.connect"})
        self._closed_with = 0

    async def run(self) -> int:
        consumer, self._consumer = (
            self._consumer,
            None,
        )  # it refers back to this object; garbage collection is rare
        assert consumer is not None
        await consumer(self._scope, self._commands.get, self._send)
        return self._closed_with

    def command(self, kind: str, payload: dict[str, Any], event_id: str | None = None) -> None:
        """Send a command as the member. Dropped if too many wait: clients send again what they still want."""
        content = {"type": kind, "payload": payload}
        if event_id is not None:
            content["event_id"] = event_id
        if not self._commands.full():
            text = msgspec.json.encode(content).decode()
            self._commands.put_nowait({"type": "websocket.receive", "text": text})

    def close(self) -> None:
        """The client is gone."""
        if self._commands.full():
            self._commands.get_nowait()
        self._commands.put_nowait({"type": "websocket.disconnect"})

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            self._on_event(decode(message["text"]))
        elif message["type"] == "websocket.close":
            self._closed_with = message["code"]
            self.close()

"""Watchium for programs: its calls over HTTP, its rooms and the person's own player over a socket.

Needs `websockets` and `msgspec` only. It is part of the checkout: run your program with `PYTHONPATH` naming it.

    import asyncio
    from watchium.client import Client

    async def main():
        client = Client("http://127.0.0.1:8000")
        room_id = client.create_room(username="Robot").room_id
        async with client.enter(room_id) as room:
            await room.say("load", media_url="/media/samples/clip.webm")
            await room.say("play")
            paused = await room.hear("pause", timeout=60)

    asyncio.run(main())

A refusal is a ProblemError with the code of the protocol; its `problem.retry_after_ms` says how long to wait where that
helps. Calls over HTTP wait; from a coroutine they belong into `asyncio.to_thread`.
"""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

from watchium.client.clock_offset import offset_and_delay
from watchium.client.connection import ProblemError
from watchium.client.player import PlayerClient
from watchium.client.room import RoomClient
from watchium.client.room_state import Resume
from watchium.protocol.events import Accepted, LobbyRoom, LobbyState, Problem
from watchium.protocol.player import Item
from watchium.protocol.types import CommentState, MemberState, RoomState, TimelineState

__all__ = [
    "Client",
    "Entered",
    "PlayerClient",
    "ProblemError",
    "Resume",
    "RoomClient",
    "WholeState",
    "offset_and_delay",
]

T = TypeVar("T")


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    room_id: str
    url: str
    user_id: str
    username: str
    role: str
    token: str | None = None


class WholeState(msgspec.Struct, frozen=True, kw_only=True):
    room: RoomState
    timeline: TimelineState
    members: list[MemberState]
    revision: int
    comment_seq: int
    timestamp: float
    clock_id: str


class Comments(msgspec.Struct, frozen=True, kw_only=True):
    comments: list[CommentState]
    more: bool


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """`events` are envelopes as a socket hears them."""

    events: list[dict[str, Any]]
    revision: int
    more: bool


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A page of it; `next` asks for the one behind, null where that was the last."""

    items: list[Item]
    next: str | None


def new_event_id() -> str:
    return uuid4().hex


class Client:
    """One person. Without a token a guest, from the first room made or joined on."""

    def __init__(self, base_url: str, token: str | None = None, *, timeout_s: float = 10) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self.user_id: str | None = None
        self.timeout_s = timeout_s

    # ------------------------------------------------------------ rooms

    def rooms(self) -> list[LobbyRoom]:
        return self._call("GET", "/api/rooms/", LobbyState).rooms

    def create_room(self, **fields: Any) -> Entered:
        """`title`, `visibility`, `passphrase`, `media_url`, `username`, all optional."""
        return self._enter("/api/rooms/", fields)

    def join(self, room_id: str, username: str = "", passphrase: str = "") -> Entered:
        return self._enter(f"/api/rooms/{room_id}/join/", {"username": username, "passphrase": passphrase})

    def leave(self, room_id: str) -> None:
        self._call("POST", f"/api/rooms/{room_id}/leave/", None, {})

    def change_room(self, room_id: str, **fields: Any) -> RoomState:
        return self._call("PATCH", f"/api/rooms/{room_id}/", RoomState, fields)

    def close_room(self, room_id: str) -> None:
        self._call("DELETE", f"/api/rooms/{room_id}/", None)

    def state(self, room_id: str) -> WholeState:
        return self._call("GET", f"/api/rooms/{room_id}/state/", WholeState)

    def events(self, room_id: str, since: int = 0) -> Log:
        return self._call("GET", f"/api/rooms/{room_id}/events/?since={since}", Log)

    # ------------------------------------------------------------ playback and chat

    def control(self, room_id: str, action: str, *, event_id: str | None = None, **fields: Any) -> Accepted:
        """`current_time`, `at`, `rate`, `media_url` and `title`, as the action needs them."""
        body = {"action": action, "event_id": event_id or new_event_id(), **fields}
        return self._call("POST", f"/api/rooms/{room_id}/sync/control/", Accepted, body)

    def comments(self, room_id: str, before: int | None = None, limit: int = 100) -> Comments:
        query = urlencode({"limit": limit} | ({} if before is None else {"before": before}))
        return self._call("GET", f"/api/rooms/{room_id}/comments/?{query}", Comments)

    def comment(
        self, room_id: str, text: str, *, reply_to: int | None = None, event_id: str | None = None
    ) -> Accepted:
        body = {"text": text, "reply_to": reply_to, "event_id": event_id or new_event_id()}
        return self._call("POST", f"/api/rooms/{room_id}/comments/", Accepted, body)

    def delete_comment(self, room_id: str, comment_id: int) -> None:
        self._call("DELETE", f"/api/rooms/{room_id}/comments/{comment_id}/", None)

    def broadcast(self, room_id: str, kind: str, payload: dict[str, Any]) -> None:
        body = {"type": kind, "payload": payload}
        self._call("POST", f"/api/rooms/{room_id}/broadcast/", None, body)

    # ------------------------------------------------------------ the library

    def library(
        self, words: str = "", after: str | None = None, *, album: str = "", order: str = "title"
    ) -> Library:
        """`order`: "title", "artist", "album" or "newest"."""
        asked = {"q": words, "album": album, "order": order}
        query = urlencode(asked if after is None else asked | {"after": after})
        return self._call("GET", f"/api/library/?{query}", Library)

    # ------------------------------------------------------------ sockets

    @contextlib.asynccontextmanager
    async def enter(self, room_id: str, *, resume: Resume | None = None) -> AsyncIterator[RoomClient]:
        """A socket in a room, welcomed.

        Raises:
            ProblemError: the room turns us away.
            OSError: the server cannot be reached, or goes before it has answered.
        """
        query = f"?{urlencode(resume._asdict())}" if resume else ""
        async with self._line(f"/ws/rooms/{room_id}/{query}") as socket:
            room = RoomClient(socket, resume or Resume())
            try:
                await room.start()
                yield room
            finally:
                await room.stop()

    @contextlib.asynccontextmanager
    async def player(self, tab: str = "program", *, sounding: bool = False) -> AsyncIterator[PlayerClient]:
        """A tab of this person's own player, welcomed. Raises what `enter` raises."""
        query = urlencode({"tab": tab, "sounding": int(sounding)})
        async with self._line(f"/ws/player/?{query}") as socket:
            player = PlayerClient(socket)
            try:
                await player.start()
                yield player
            finally:
                await player.stop()

    @contextlib.asynccontextmanager
    async def _line(self, path: str) -> AsyncIterator[ClientConnection]:
        address = f"ws{self.base_url.removeprefix('http')}{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            socket = await connect(address, additional_headers=headers, compression=None, max_size=None)
        except InvalidHandshake as error:
            raise ConnectionError(f"{address} gave no socket: {error}") from None
        async with socket:
            yield socket

    # ------------------------------------------------------------ how it calls

    def _enter(self, path: str, fields: dict[str, Any]) -> Entered:
        entered = self._call("POST", path, Entered, fields)
        self.user_id = entered.user_id
        self.token = entered.token or self.token
        return entered

    def _call(self, method: str, path: str, kind: type[T] | None, body: object = None) -> T:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:  # noqa: S310
                said = response.read()
        except urllib.error.HTTPError as error:
            raise _problem(error) from None
        return msgspec.json.decode(said, type=kind) if kind else None  # type: ignore[return-value]


def _problem(error: urllib.error.HTTPError) -> ProblemError:
    try:
        with error:
            problem = msgspec.json.decode(error.read(), type=Problem)
    except msgspec.MsgspecError:
        problem = Problem(code="internal", message=f"The server answered {error.code}.")
    return ProblemError(problem, error.code)

"""A Python client: the HTTP API, and the sockets of rooms and of the personal player.

Needs `websockets` and `msgspec` only. It is part of the checkout: set `PYTHONPATH` to it and run your program.

    import asyncio
    from watchium.client import Client

    async def main():
        client = Client("http://127.0.0.1:8000")
        room_id = client.create_room(username="Robot").room_id
        async with client.enter(room_id) as room:
            await room.request("load", media_url="/media/samples/clip.webm")
            await room.request("play")
            print(await room.wait_for("play", timeout=10))

    asyncio.run(main())

An error of the server is raised as a ProblemError with the protocol's code; `problem.retry_after_ms` says how long to
wait if a retry helps. HTTP calls block; from a coroutine, run them with `asyncio.to_thread`.
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
from watchium.protocol.events import LobbyRoom, LobbyState
from watchium.protocol.moderation.events import ModerationState
from watchium.protocol.player_types import Item
from watchium.protocol.queue import QueueState
from watchium.protocol.replies import Accepted, Problem
from watchium.protocol.types import CommentState, MemberState, RoomState, SharedCaptions, TimelineState

__all__ = [
    "Client",
    "JoinedRoom",
    "PlayerClient",
    "ProblemError",
    "Resume",
    "RoomClient",
    "RoomSnapshot",
    "offset_and_delay",
]

T = TypeVar("T")


class JoinedRoom(msgspec.Struct, frozen=True, kw_only=True):
    room_id: str
    url: str
    user_id: str
    username: str
    role: str
    token: str | None = None


class RoomSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    room: RoomState
    timeline: TimelineState
    members: list[MemberState]
    revision: int
    comment_seq: int
    timestamp: float
    clock_id: str


class CommentPage(msgspec.Struct, frozen=True, kw_only=True):
    comments: list[CommentState]
    more: bool


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """`events` are the envelopes that a socket receives."""

    events: list[dict[str, Any]]
    revision: int
    more: bool


class FileFingerprint(msgspec.Struct, frozen=True, kw_only=True):
    size: int
    sha256: str


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is the `after` of the following page, None on the last page."""

    items: list[Item]
    next: str | None


def new_event_id() -> str:
    return uuid4().hex


class Client:
    """One user: that of the token; without a token a guest, created with the first room created or joined."""

    room_client: type[RoomClient] = RoomClient
    player_client: type[PlayerClient] = PlayerClient

    def __init__(self, base_url: str, token: str | None = None, *, timeout_s: float = 10) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self.user_id: str | None = None
        self.timeout_s = timeout_s

    # ------------------------------------------------------------ rooms

    def rooms(self) -> list[LobbyRoom]:
        return self._call("GET", "/api/rooms/", LobbyState).rooms

    def create_room(self, **fields: Any) -> JoinedRoom:
        """`title`, `visibility`, `passphrase`, `media_url`, `username`, all optional."""
        return self._join("/api/rooms/", fields)

    def join(self, room_id: str, username: str = "", passphrase: str = "") -> JoinedRoom:
        return self._join(f"/api/rooms/{room_id}/join/", {"username": username, "passphrase": passphrase})

    def leave(self, room_id: str) -> None:
        self._call("POST", f"/api/rooms/{room_id}/leave/", None, {})

    def change_room(self, room_id: str, **fields: Any) -> RoomState:
        return self._call("PATCH", f"/api/rooms/{room_id}/", RoomState, fields)

    def close_room(self, room_id: str) -> None:
        self._call("DELETE", f"/api/rooms/{room_id}/", None)

    def state(self, room_id: str) -> RoomSnapshot:
        return self._call("GET", f"/api/rooms/{room_id}/state/", RoomSnapshot)

    def events(self, room_id: str, since: int = 0) -> EventPage:
        return self._call("GET", f"/api/rooms/{room_id}/events/?since={since}", EventPage)

    # ------------------------------------------------------------ playback

    def control(self, room_id: str, action: str, *, event_id: str | None = None, **fields: Any) -> Accepted:
        """`current_time`, `at`, `rate`, `media_url`, `title`, `ms` and `chapters`, as the action needs them."""
        body = {"action": action, "event_id": event_id or new_event_id(), **fields}
        return self._call("POST", f"/api/rooms/{room_id}/sync/control/", Accepted, body)

    def shift_captions(self, room_id: str, ms: int) -> Accepted:
        """Show captions this much later to everyone; earlier if negative."""
        return self.control(room_id, "shift_captions", ms=ms)

    def set_chapters(self, room_id: str, chapters: list[dict[str, Any]]) -> Accepted:
        """Set the chapters of the room's media for everyone: each with a `start` in seconds and a `title`."""
        return self.control(room_id, "set_chapters", chapters=chapters)

    def share_captions(self, room_id: str, **fields: Any) -> SharedCaptions:
        """Give captions to everyone: `text`, the content of a file, or its `url`; also `label` and `language`."""
        return self._call("POST", f"/api/rooms/{room_id}/captions/", SharedCaptions, fields)

    def withdraw_captions(self, room_id: str, captions_id: str) -> None:
        self._call("DELETE", f"/api/rooms/{room_id}/captions/{captions_id}/", None)

    # ------------------------------------------------------------ the queue

    def queue(self, room_id: str) -> QueueState:
        return self._call("GET", f"/api/rooms/{room_id}/queue/", QueueState)

    def queue_add(
        self, room_id: str, *media_urls: str, first: bool = False, event_id: str | None = None
    ) -> Accepted:
        """Add media at the end of the room's queue, or (`first`) after what plays."""
        items = [{"media_url": url} for url in media_urls]
        body = {"items": items, "next": first, "event_id": event_id or new_event_id()}
        return self._call("POST", f"/api/rooms/{room_id}/queue/", Accepted, body)

    def queue_remove(self, room_id: str, entry_id: str, *, event_id: str | None = None) -> Accepted:
        query = urlencode({"event_id": event_id or new_event_id()})
        return self._call("DELETE", f"/api/rooms/{room_id}/queue/{entry_id}/?{query}", Accepted)

    def queue_change(
        self, room_id: str, entry_id: str, *, event_id: str | None = None, **change: Any
    ) -> Accepted:
        """`before` (an entry, or None for the end), `play=True`, or `vote`."""
        body = {"event_id": event_id or new_event_id(), **change}
        return self._call("PATCH", f"/api/rooms/{room_id}/queue/{entry_id}/", Accepted, body)

    def command(self, room_id: str, kind: str, *, event_id: str | None = None, **payload: Any) -> Accepted:
        """Any acknowledged command of the room's socket, such as `queue_shuffle`, `vote_skip` and `set_queue`."""
        body = {"type": kind, "event_id": event_id or new_event_id(), "payload": payload}
        return self._call("POST", f"/api/rooms/{room_id}/commands/", Accepted, body)

    # ------------------------------------------------------------ chat

    def comments(self, room_id: str, before: int | None = None, limit: int = 100) -> CommentPage:
        query = urlencode({"limit": limit} | ({} if before is None else {"before": before}))
        return self._call("GET", f"/api/rooms/{room_id}/comments/?{query}", CommentPage)

    def comment(
        self, room_id: str, text: str, *, reply_to: int | None = None, event_id: str | None = None
    ) -> Accepted:
        body = {"text": text, "reply_to": reply_to, "event_id": event_id or new_event_id()}
        return self._call("POST", f"/api/rooms/{room_id}/comments/", Accepted, body)

    def delete_comment(self, room_id: str, comment_id: int) -> None:
        self._call("DELETE", f"/api/rooms/{room_id}/comments/{comment_id}/", None)

    def moderation(self, room_id: str) -> ModerationState:
        """Mutes and bans in force, the latest acts and the words of the filter, for moderators."""
        return self._call("GET", f"/api/rooms/{room_id}/moderation/", ModerationState)

    def broadcast(self, room_id: str, kind: str, payload: dict[str, Any]) -> None:
        body = {"type": kind, "payload": payload}
        self._call("POST", f"/api/rooms/{room_id}/broadcast/", None, body)

    # ------------------------------------------------------------ the library

    def library(
        self, query: str = "", after: str | None = None, *, album: str = "", order: str = "title"
    ) -> LibraryPage:
        """`order`: "title", "artist", "album" or "newest"."""
        parameters = {"q": query, "album": album, "order": order}
        if after is not None:
            parameters["after"] = after
        return self._call("GET", f"/api/library/?{urlencode(parameters)}", LibraryPage)

    def fingerprint(self, item_id: int) -> FileFingerprint:
        """The size of an item's file and the SHA-256 of its first and last 64 KiB, to compare a copy."""
        return self._call("GET", f"/api/library/{item_id}/fingerprint/", FileFingerprint)

    # ------------------------------------------------------------ sockets

    @contextlib.asynccontextmanager
    async def enter(self, room_id: str, *, resume: Resume | None = None) -> AsyncIterator[RoomClient]:
        """Connect a socket to a room and wait for the welcome.

        Raises:
            ProblemError: the server rejects the connection.
            OSError: the server cannot be reached, or closes the connection before it has replied.
        """
        query = f"?{urlencode(resume._asdict())}" if resume else ""
        async with self._connect(f"/ws/rooms/{room_id}/{query}") as socket:
            room = self.room_client(socket, resume or Resume())
            try:
                await room.start()
                yield room
            finally:
                await room.stop()

    @contextlib.asynccontextmanager
    async def player(self, tab: str = "program", *, sounding: bool = False) -> AsyncIterator[PlayerClient]:
        """Connect a tab to the user's personal player and wait for the welcome. Raises as `enter`."""
        query = urlencode({"tab": tab, "sounding": int(sounding)})
        async with self._connect(f"/ws/player/?{query}") as socket:
            player = self.player_client(socket)
            try:
                await player.start()
                yield player
            finally:
                await player.stop()

    @contextlib.asynccontextmanager
    async def _connect(self, path: str) -> AsyncIterator[ClientConnection]:
        address = f"ws{self.base_url.removeprefix('http')}{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            socket = await connect(address, additional_headers=headers, compression=None, max_size=None)
        except InvalidHandshake as error:
            raise ConnectionError(f"{address} did not accept a socket: {error}") from None
        async with socket:
            yield socket

    # ------------------------------------------------------------ HTTP

    def _join(self, path: str, fields: dict[str, Any]) -> JoinedRoom:
        answer = self._call("POST", path, dict[str, Any], fields)
        self.token = answer.get("token") or self.token
        if answer.get("code") == "waiting":  # the room asks its host: join again once it has answered
            raise ProblemError(Problem(code="waiting", message=answer["message"]), 202)
        joined = msgspec.convert(answer, JoinedRoom)
        self.user_id = joined.user_id
        return joined

    def _call(self, method: str, path: str, kind: type[T] | None, body: object = None) -> T:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:  # noqa: S310
                content = response.read()
        except urllib.error.HTTPError as error:
            raise _problem(error) from None
        return msgspec.json.decode(content, type=kind) if kind else None  # type: ignore[return-value]


def _problem(error: urllib.error.HTTPError) -> ProblemError:
    try:
        with error:
            problem = msgspec.json.decode(error.read(), type=Problem)
    except msgspec.MsgspecError:
        problem = Problem(code="internal", message=f"The server responded with {error.code}.")
    return ProblemError(problem, error.code)

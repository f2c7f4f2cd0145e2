"""A client as those on phones are, where they differ from Syncplay's own program.

They decode each line by types, and read its first key only. They keep the room's name as it was typed, and look under
that name only. They act on a State if it differs from the one before, not from their player.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from msgspec import Struct

from tests.watchium.syncplay.scripted_client import ScriptedClient


class Camel(Struct, rename="camel"):
    pass


class Room(Camel):
    name: str


class Features(Camel):
    isolate_rooms: bool
    readiness: bool
    managed_rooms: bool
    chat: bool
    shared_playlists: bool
    max_chat_message_length: int
    max_username_length: int
    max_room_name_length: int
    max_filename_length: int


class Hello(Camel):
    username: str
    room: Room
    version: str
    realversion: str
    motd: str
    features: Features


class Ping(Camel):
    latency_calculation: float
    server_rtt: float


class Playstate(Camel):
    position: float
    paused: bool
    do_seek: bool
    set_by: str


class State(Camel):
    ping: Ping
    playstate: Playstate
    ignoring_on_the_fly: dict[str, int] = {}


class File(Camel):
    name: str = ""
    duration: float = 0.0
    size: int = 0


class Listed(Camel):
    position: float
    file: File
    controller: bool
    is_ready: bool | None


class User(Camel):
    room: Room
    event: dict[str, bool]


class Ready(Camel):
    username: str
    is_ready: bool | None
    manually_initiated: bool


class ControllerAuth(Camel):
    user: str
    room: str
    success: bool


class PlaylistChange(Camel):
    user: str
    files: list[str]


class PlaylistIndex(Camel):
    user: str
    index: int | None


class Chat(Camel):
    username: str
    message: str


class Error(Camel):
    message: str


WORDS: dict[str, Any] = {
    "Hello": Hello,
    "List": dict[str, dict[str, Listed]],
    "State": State,
    "Chat": Chat,
    "Error": Error,
    "TLS": dict[str, str],
}
SETTINGS: dict[str, Any] = {
    "user": dict[str, User],
    "ready": Ready,
    "room": Room,
    "controllerAuth": ControllerAuth,
    "playlistChange": PlaylistChange,
    "playlistIndex": PlaylistIndex,
}


def is_readable(content: dict[str, Any]) -> bool:
    """Whether the first key, and of a `Set` the first one inside, is all that there is, and of the expected types."""
    types = WORDS
    if "Set" in content:
        content, types = content["Set"], SETTINGS
    ((word, value), *rest) = content.items()
    try:
        msgspec.convert(value, types[word])
    except (msgspec.ValidationError, KeyError):
        return False
    return not rest


class PhoneClient(ScriptedClient):
    """`unreadable`: lines that it skips, or reads only in part."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
        super().__init__(reader, writer, name)
        self.typed_room = ""
        self.unreadable: list[bytes] = []
        self._last_paused: bool | None = None

    def send(self, **message: Any) -> None:
        self.send_raw(json.dumps(message, separators=(",", ":")).encode())

    def hello(self, room: str, password: str = "", **more: Any) -> None:
        self.typed_room = room
        super().hello(room, password, realversion="1.7.5", **more)

    def _messages(self, line: bytes) -> list[tuple[str, Any]]:
        content = json.loads(line)
        if not is_readable(content):
            self.unreadable.append(line)
        return list(content.items())[:1]

    def _on(self, word: str, content: Any) -> None:
        if word == "List":
            self.members = content.get(self.typed_room, {})
            self.lists += 1
        elif word == "Set" and "user" in content:
            here = {
                name: about
                for name, about in content["user"].items()
                if about["room"]["name"] == self.typed_room
            }
            super()._on(word, {"user": here})
        else:
            super()._on(word, content)

    def _follow(self, play: dict[str, Any]) -> None:
        changes = play["paused"] != self._last_paused
        self._last_paused = play["paused"]
        if play["setBy"] != self.name:
            super()._follow({**play, "paused": play["paused"] if changes else self.paused})

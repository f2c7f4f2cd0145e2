"""Decodes the lines of Syncplay's clients: lenient with what its versions send, bounded for all others. Pure.

A line is one JSON object; each of its keys is a message. Unknown keys are ignored, and so are values of a wrong
type: clients differ, and those in Python write `NaN` and `Infinity`, which are no JSON.
"""

from __future__ import annotations

import json
import math
from typing import Any

from msgspec import Struct

MAX_POSITION_S = 7 * 86400.0
MAX_FILES = 250
NAME_CHARS, ROOM_CHARS, FILE_CHARS, CHAT_CHARS = 150, 500, 500, 4000
ITEM_CHARS = 8001  # of a playlist: an address that is longer than the room takes stays so


class BadLine(Exception):
    """The line is no JSON object, or nests too deeply."""


class StartTls(Struct, frozen=True):
    """The client asks whether it may encrypt the connection, and waits for the answer."""


class Hello(Struct, frozen=True, kw_only=True):
    """`password`: the hexadecimal MD5 of the typed password, or empty. `room`: as it was typed.

    `looks_original`: written as Syncplay's own program writes JSON.
    """

    username: str
    room: str
    password: str = ""
    features: frozenset[str] = frozenset()
    looks_original: bool = False


class ClientState(Struct, frozen=True, kw_only=True):
    """What a client reports of its player. The position is None while the client keeps it back.

    `stamp`: of the State that it answers; None if it was sent unasked. `server_counter`: the forced change that it has
    applied. `client_counter`: a change of its own, such as a pressed pause.
    """

    position_s: float | None = None
    paused: bool | None = None
    seek: bool = False
    stamp: float | None = None
    server_counter: int = 0
    client_counter: int = 0


class SetFile(Struct, frozen=True, kw_only=True):
    """The file in the player. Duration and size (in bytes) are 0 if unknown, or hidden by a hash."""

    name: str
    duration_s: float = 0.0
    size: int = 0


class SetReady(Struct, frozen=True):
    is_ready: bool


class SetRoom(Struct, frozen=True):
    name: str


class ControllerAuth(Struct, frozen=True):
    """The client asks to control the playback, or sends a password for that."""


class SetPlaylist(Struct, frozen=True):
    files: tuple[str, ...]


class SetPlaylistIndex(Struct, frozen=True):
    index: int | None


class ListRequest(Struct, frozen=True):
    """The client asks for the members."""


class Chat(Struct, frozen=True):
    text: str


class ClientError(Struct, frozen=True):
    """The client gives up and says why."""

    text: str


Message = (
    StartTls
    | Hello
    | ClientState
    | SetFile
    | SetReady
    | SetRoom
    | ControllerAuth
    | SetPlaylist
    | SetPlaylistIndex
    | ListRequest
    | Chat
    | ClientError
)


def decode(line: bytes) -> list[Message]:
    """The messages of a line, in order; empty if none of them is known. Raises BadLine."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine from None
    if not isinstance(content, dict):
        raise BadLine
    looks_original = b'": ' in line
    return [
        message
        for word, value in content.items()
        for message in _messages(word, value, looks_original)
        if message is not None
    ]


def _messages(word: str, value: Any, looks_original: bool) -> list[Message | None]:
    match word, value:
        case "TLS", dict():
            return [StartTls()]
        case "Hello", dict():
            return [_hello(value, looks_original)]
        case "State", dict():
            return [_state(value)]
        case "Set", dict():
            return [_setting(key, inner) for key, inner in value.items()]
        case "List", _:
            return [ListRequest()]
        case "Chat", str():
            return [Chat(_text(value, CHAT_CHARS))]
        case "Error", _:
            return [ClientError(_text(_object(value).get("message"), CHAT_CHARS))]
    return []


def _hello(value: dict[str, Any], looks_original: bool) -> Hello:
    features = _object(value.get("features"))
    return Hello(
        username=_text(value.get("username"), NAME_CHARS),
        room=_text(_object(value.get("room")).get("name"), ROOM_CHARS),
        password=_text(value.get("password"), 64),
        features=frozenset(_text(name, 40) for name, on in list(features.items())[:40] if on is True),
        looks_original=looks_original,
    )


def _state(value: dict[str, Any]) -> ClientState:
    ping, play = _object(value.get("ping")), _object(value.get("playstate"))
    counters = _object(value.get("ignoringOnTheFly"))
    position_s, paused = _number(play.get("position")), play.get("paused")
    return ClientState(
        position_s=position_s if position_s is not None and 0 <= position_s <= MAX_POSITION_S else None,
        # 1.7.6 sends 0.0 before its player runs.
        paused=bool(paused) if isinstance(paused, bool | int | float) else None,
        seek=play.get("doSeek") is True,
        stamp=_number(ping.get("latencyCalculation")),
        server_counter=_counter(counters.get("server")),
        client_counter=_counter(counters.get("client")),
    )


def _setting(key: str, value: Any) -> Message | None:
    match key, value:
        case "file", dict():
            return _file(value)
        case "ready", {"isReady": bool(is_ready)} if "username" not in value:
            return SetReady(is_ready)
        case "room", {"name": str(name)}:
            return SetRoom(_text(name, ROOM_CHARS))
        case "controllerAuth", dict():
            return ControllerAuth()
        case "playlistChange", {"files": list(files)}:
            names = (_text(name, ITEM_CHARS) for name in files[:MAX_FILES] if isinstance(name, str))
            return SetPlaylist(tuple(filter(None, names)))
        case "playlistIndex", {"index": index} if not isinstance(index, bool):
            return SetPlaylistIndex(index if isinstance(index, int) and 0 <= index < MAX_FILES else None)
    return None


def _file(value: dict[str, Any]) -> SetFile | None:
    name = _text(value.get("name"), FILE_CHARS)
    size, duration_s = value.get("size"), _number(value.get("duration"))
    if not name:
        return None
    return SetFile(
        name=name,
        duration_s=duration_s if duration_s is not None and 0 < duration_s <= MAX_POSITION_S else 0.0,
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 < size < 2**53 else 0,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, most: int) -> str:
    """At most so many characters. JSON may name half a surrogate pair, which nothing can encode again."""
    return value[:most].encode(errors="replace").decode() if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _counter(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0

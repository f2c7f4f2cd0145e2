"""Encodes messages for Syncplay's clients. Pure.

A line carries one key, because clients on phones read only the first, and has fewer than 16,384 bytes, because longer
ones end the connection of every client.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from watchium.confusables import look_alike_keys
from watchium.syncplay.timing import StateMessage

MAX_LINE_BYTES = 15_000
CHAT_CHARS = 500
SERVER_VERSION = "1.7.6"  # what clients of this version understand is supported here
SERVER_NAME = "Watchium"
CLIENT_VERSION = "1.2.255"
NO_SERVER = "@"  # in front of the name of a member that looks like that of the server

Line = dict[str, Any]


class ListedMember(Struct, frozen=True, kw_only=True):
    """A member as clients list it. `is_ready`: None delays no start."""

    name: str
    may_control: bool = False
    is_ready: bool | None = None


def encode(message: Line) -> bytes:
    """The line with its end. Raises ValueError if it is too long for the clients."""
    line = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        errors="replace"
    )
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"a line of {len(line)} bytes would end the client's connection")
    return line + b"\r\n"


def tls(accepted: bool) -> Line:
    return {"TLS": {"startTLS": "true" if accepted else "false"}}


def error(text: str) -> Line:
    """The client shows the text and does not come back by itself."""
    return {"Error": {"message": text}}


def hello(name: str, room: str, welcome: str, *, has_ready_check: bool, mirrors_queue: bool) -> Line:
    features = {
        "isolateRooms": True,
        "readiness": has_ready_check,
        "managedRooms": True,
        "persistentRooms": False,
        "chat": True,
        "setOthersReadiness": False,
        "sharedPlaylists": mirrors_queue,
        "maxChatMessageLength": CHAT_CHARS,
        "maxUsernameLength": 40,
        "maxRoomNameLength": 60,
        "maxFilenameLength": 250,
    }
    return {
        "Hello": {
            "username": name,
            "room": {"name": room},
            "version": CLIENT_VERSION,
            "realversion": SERVER_VERSION,
            "motd": welcome,
            "features": features,
        }
    }


def state(message: StateMessage, by: str) -> Line:
    """`by`: who changed the playback. A client corrects nothing under its own name, or under none."""
    content: Line = {
        "ping": {"latencyCalculation": message.stamp, "serverRtt": message.round_trip_s},
        "playstate": {
            "position": message.position_s,
            "paused": message.paused,
            "doSeek": message.seek,
            "setBy": by,
        },
    }
    counters = {
        key: counter
        for key, counter in (("server", message.server_counter), ("client", message.client_counter))
        if counter
    }
    if counters:
        content["ignoringOnTheFly"] = counters
    return {"State": content}


def shown_name(name: str) -> str:
    """A member's name as clients show it: never that under which the server speaks."""
    return NO_SERVER + name if look_alike_keys(name) & look_alike_keys(SERVER_NAME) else name


def chat(name: str, text: str) -> Line:
    return {"Chat": {"username": name, "message": text[:CHAT_CHARS]}}


def joined(name: str, room: str) -> Line:
    return {"Set": {"user": {name: {"room": {"name": room}, "event": {"joined": True}}}}}


def left(name: str, room: str) -> Line:
    return {"Set": {"user": {name: {"room": {"name": room}, "event": {"left": True}}}}}


def room(name: str) -> Line:
    return {"Set": {"room": {"name": name}}}


def may_control(name: str, room: str, success: bool) -> Line:
    return {"Set": {"controllerAuth": {"user": name, "room": room, "success": success}}}


def playlist(files: Sequence[str]) -> Line:
    """Never without a name: a client takes that for its own change and sends the list back."""
    return {"Set": {"playlistChange": {"user": SERVER_NAME, "files": list(files)}}}


def playlist_index(index: int | None) -> Line:
    """Even without an index: only now a client opens the file that it was started with."""
    return {"Set": {"playlistIndex": {"user": SERVER_NAME, "index": index}}}


def members(room: str, listed: Sequence[ListedMember]) -> Line:
    """The list of all members, the first ones that fit into a line; the others are counted in a last entry."""
    entries: dict[str, Any] = {}
    left_bytes = MAX_LINE_BYTES - 200 - len(encode({"": room}))
    left_out = 0
    for index, member in enumerate(listed):
        entry = _entry(member)
        size = len(json.dumps({member.name: entry}, ensure_ascii=False).encode(errors="replace"))
        if size > left_bytes:
            left_out = len(listed) - index
            break
        left_bytes -= size
        entries[member.name] = entry
    if left_out:
        entries[f"and {left_out} more"] = _entry(ListedMember(name=""))
    return {"List": {room: entries}}


def _entry(member: ListedMember) -> Line:
    return {
        "position": 0,
        # Required, even if there is none: without it clients of 1.6.9 end the connection.
        "file": {},
        "controller": member.may_control,
        "isReady": member.is_ready,
    }

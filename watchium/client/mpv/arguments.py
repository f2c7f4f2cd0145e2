"""The command line: which room, which file, which mpv."""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOM = re.compile(r"^(?P<below>.*)/rooms/(?P<room_id>[A-Za-z0-9_-]{1,40})/?$")
ENVIRONMENT = "WATCHIUM_TOKEN"


class BadRoomAddress(ValueError):
    """The address is not that of a room."""


@dataclass(frozen=True)
class RoomAddress:
    base_url: str
    room_id: str


def room_address(text: str) -> RoomAddress:
    """Take apart the address of a room's page, as the invitation has it."""
    parts = urlsplit(text.strip())
    found = ROOM.match(parts.path)
    if parts.scheme not in ("http", "https") or not parts.netloc or found is None:
        raise BadRoomAddress(
            f"{text!r} is not the address of a room, such as https://watch.example/rooms/k7m2p9x4wd/"
        )
    return RoomAddress(f"{parts.scheme}://{parts.netloc}{found['below']}", found["room_id"])


@dataclass(frozen=True)
class Options:
    room: RoomAddress
    file: Path | None
    name: str
    passphrase: str
    token: str | None
    mpv: str
    mpv_socket: Path | None
    shift_s: float
    mpv_options: tuple[str, ...] = ()


def parse(words: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m watchium.client.mpv",
        description="Watch in mpv together with a room.",
        epilog="Options of mpv follow after --, for example: -- --fullscreen --alang=ja",
    )
    parser.add_argument("room", metavar="ROOM_URL", help="the address of the room's page")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="your own copy of the film")
    parser.add_argument("--name", default="", help="how the others see you")
    parser.add_argument("--passphrase", default="", help="of a private room")
    parser.add_argument("--token", help=f"join as its user; or set {ENVIRONMENT}, which others cannot see")
    parser.add_argument("--mpv", metavar="PROGRAM", default="mpv", help="the mpv to start")
    parser.add_argument(
        "--mpv-socket", metavar="PATH", type=Path, help="use the mpv that has this --input-ipc-server"
    )
    parser.add_argument(
        "--shift",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="how much later your file shows the same scene than the room's",
    )
    words = sys.argv[1:] if words is None else words
    end = words.index("--") if "--" in words else len(words)
    found, mpv_options = parser.parse_args(words[:end]), tuple(words[end + 1 :])
    try:
        room = room_address(found.room)
    except BadRoomAddress as bad:
        parser.error(str(bad))
    if found.file is not None and not found.file.is_file():
        parser.error(f"There is no file {found.file}")
    if found.mpv_socket and mpv_options:
        parser.error("an mpv that runs already takes no options")
    return Options(
        room=room,
        file=found.file,
        name=found.name,
        passphrase=found.passphrase,
        token=found.token or os.environ.get(ENVIRONMENT) or None,
        mpv=found.mpv,
        mpv_socket=found.mpv_socket,
        shift_s=found.shift,
        mpv_options=mpv_options,
    )

"""The person's own file beside the room's media: its fingerprint, how they compare, and which of them is opened.

`static/js/core/own_copy/` and `playback/sources/own_copy.py` have the same rules; `tests/vectors/fingerprint.json`
tests all three. Pure but for `read_own`.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

from watchium.protocol.types import Media

EDGE_BYTES = 64 * 1024
SAME_DURATION_S = 2.5
AUDIO = {".aac", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"}


class Likeness(StrEnum):
    """As a heartbeat names it. `unknown`: one of the durations is not known."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OwnFile:
    path: Path
    size: int
    sha256: str
    duration_s: float | None = None

    @property
    def kind(self) -> str:
        return "audio" if self.path.suffix.lower() in AUDIO else "video"


def read_own(path: Path) -> OwnFile:
    """Raises OSError if the file cannot be read."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        return OwnFile(path.absolute(), size, sha256_of(file, size))


def sha256_of(file: BinaryIO, size: int) -> str:
    """The digest of a file's first and last 64 KiB."""
    edges = b""
    for at in (0, max(0, size - EDGE_BYTES)):
        file.seek(at)
        edges += file.read(EDGE_BYTES)
    return hashlib.sha256(edges).hexdigest()


@dataclass(frozen=True)
class RoomCopy:
    """What is known of the room's media."""

    size: int | None = None
    sha256: str | None = None
    duration_s: float | None = None


def compare(own: OwnFile, room: RoomCopy) -> Likeness:
    """A different file is a warning, never a refusal."""
    if room.sha256 is not None and (own.sha256, own.size) == (room.sha256, room.size):
        return Likeness.SAME
    if not (_is_duration(own.duration_s) and _is_duration(room.duration_s)):
        return Likeness.UNKNOWN
    apart_s = abs((own.duration_s or 0.0) - (room.duration_s or 0.0))
    return Likeness.SIMILAR if apart_s <= SAME_DURATION_S else Likeness.DIFFERENT


def _is_duration(seconds: float | None) -> bool:
    """Streams and damaged files have none."""
    return seconds is not None and math.isfinite(seconds) and seconds > 0


@dataclass(frozen=True)
class Choice:
    """What mpv opens: an address or a path; None if there is nothing. `copy`: what a heartbeat says of it."""

    opens: str | None
    copy: str | None = None
    with_token: bool = False

    @property
    def is_own(self) -> bool:
        return self.copy not in (None, "missing")


def choose(media: Media, own: OwnFile | None, likeness: Likeness, *, insists: bool, base_url: str) -> Choice:
    """Choose between the person's file and the room's address.

    `insists`: the person named the file for these media, so it plays even if it seems to be another film.
    """
    if own and (insists or likeness in (Likeness.SAME, Likeness.SIMILAR)):
        return Choice(str(own.path), likeness)
    if media.source == "own":
        return Choice(None, "missing")
    address = urljoin(f"{base_url}/", media.url)
    return Choice(address, with_token=_origin(address) == _origin(base_url))


def _origin(address: str) -> tuple[str, str]:
    """The token goes to the server of the room and to no other."""
    parts = urlsplit(address)
    return parts.scheme.lower(), parts.netloc.lower()

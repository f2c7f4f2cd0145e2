"""What a file says of itself: tinytag reads sound; ffprobe, where there is one, film and what that leaves open."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinytag import TinyTag, TinyTagException

from playback.library import probing
from playback.library.kinds import HEAD_BYTES, begins_as, kind_of
from playback.library.probing import Damaged

# What tinytag reads by itself; for the others it knows of nothing.
_TINYTAG = frozenset(("mp3", "ogg", "oga", "opus", "flac", "wav", "m4a", "mp4", "m4v"))
LONGEST_READ = 32 * 1024 * 1024
LONGEST_S = 7 * 86400.0  # as positions go on the wire


@dataclass(frozen=True)
class Tags:
    """Empty where the file says nothing; `duration_s` None where nobody could tell."""

    title: str = ""
    artist: str = ""
    album: str = ""
    duration_s: float | None = None
    picture: bytes | None = None

    def beside(self, other: Tags) -> Tags:
        """These, and of the other what these leave open."""
        return Tags(
            self.title or other.title,
            self.artist or other.artist,
            self.album or other.album,
            self.duration_s or other.duration_s,
            self.picture or other.picture,
        )


def read(place: Path, extension: str) -> Tags:
    """Raises Damaged with a reason for whoever looks after the files, OSError where one cannot be read."""
    with _opened(place) as file:
        if not begins_as(file.read(HEAD_BYTES), extension):
            raise Damaged(f"it does not begin as a .{extension} file does")
    sound = kind_of(extension) == "audio"
    return _read((_by_tinytag, _by_ffprobe) if sound else (_by_ffprobe, _by_tinytag), place, extension)


def _read(readers: Sequence[Callable[[Path, str], Tags | None]], place: Path, extension: str) -> Tags:
    """The first that can tell how long it is; damaged only where nobody who looked could read it."""
    found, problem = None, None
    for reader in readers:
        try:
            tags = reader(place, extension)
        except Damaged as damaged:
            problem = problem or damaged
            continue
        if tags is not None:
            found = tags if found is None else found.beside(tags)
        if found is not None and found.duration_s:
            return found
    if found is None and problem is not None:
        raise problem
    return found or Tags()


def _by_tinytag(place: Path, extension: str) -> Tags | None:
    if extension not in _TINYTAG:
        return None
    with _opened(place) as file:
        try:
            tag = TinyTag.get(filename=f"file.{extension}", file_obj=file, image=True)
        except (TinyTagException, MemoryError) as error:
            raise Damaged(f"its tags cannot be read ({error})") from None
    image = tag.images.any
    return Tags(
        tag.title or "",
        tag.artist or tag.albumartist or "",
        tag.album or "",
        seconds(tag.duration),
        image.data if image is not None else None,
    )


def _by_ffprobe(place: Path, extension: str) -> Tags | None:
    probed = probing.probe(place)
    if probed is None:
        return None
    words = probed.words
    return Tags(
        words.get("title", ""), words.get("artist", ""), words.get("album", ""), seconds(probed.duration)
    )


def seconds(said: float | str | None) -> float | None:
    try:
        found = float(said or 0)
    except ValueError:
        return None
    return round(found, 3) if math.isfinite(found) and 0 < found <= LONGEST_S else None


class _Sparing(io.BufferedReader):
    """A damaged file may say of one of its parts that it is a gigabyte long."""

    def read(self, size: int | None = -1, /) -> bytes:
        asked = LONGEST_READ if size is None or size < 0 else min(size, LONGEST_READ)
        return super().read(asked)


def _opened(place: Path) -> _Sparing:
    """Never through a link, and without waiting for what is no file at all."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

    def opener(path: str, mode: int) -> int:
        return os.open(path, mode | flags)

    return _Sparing(io.FileIO(os.fspath(place), "rb", opener=opener))

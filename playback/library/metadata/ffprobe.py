"""Asking ffprobe, a program of its own that may be there or not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

PROBE_S = 20.0
# A file may pretend to be a list of other files, or of addresses: nothing but the file itself is opened, and only
# as what a browser plays.
_FORMATS = "matroska,webm,mov,mp4,m4a,ogg,mp3,flac,wav,w64,aac"
_WORDS = "title,artist,album,album_artist,compilation"
_ASKED = f"format=duration:format_tags={_WORDS}:stream=codec_type,codec_name:stream_disposition=attached_pic"
_LINE = 200
_MOST = 1024 * 1024  # bytes of an answer


class UnreadableFile(Exception):
    """This file cannot be played: the message says why to whoever looks after the files."""


class _Format(msgspec.Struct):
    duration: str = ""
    tags: dict[str, str] = {}


class _Stream(msgspec.Struct):
    codec_type: str = ""
    codec_name: str = ""
    disposition: dict[str, int] = {}

    @property
    def plays(self) -> bool:
        """Sound, or pictures that move: no cover, no subtitles, no data."""
        return self.codec_type in ("audio", "video") and not self.disposition.get("attached_pic")


class Probed(msgspec.Struct):
    format: _Format = msgspec.field(default_factory=_Format)
    streams: list[_Stream] = []

    @property
    def duration(self) -> str:
        return self.format.duration

    @property
    def words(self) -> dict[str, str]:
        """Some kinds of file write their names large."""
        return {name.lower(): value for name, value in self.format.tags.items()}

    @property
    def codecs(self) -> list[str]:
        return [stream.codec_name or "an unknown codec" for stream in self.streams if stream.plays]

    @property
    def film(self) -> bool:
        return any(stream.plays and stream.codec_type == "video" for stream in self.streams)


def probe(place: Path) -> Probed | None:
    """None where there is no ffprobe here, or it cannot work here. Raises Damaged for what it cannot read."""
    program = shutil.which("ffprobe")
    if program is None:
        return None
    command = [program, "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", _FORMATS]
    command += ["-show_entries", _ASKED, "-of", "json", "-i", f"file:{place}"]
    with TemporaryFile() as answer, TemporaryFile() as problem:  # a tag of a gigabyte fills no memory
        try:
            done = subprocess.run(  # noqa: S603  # no shell, and words of our own but for the path
                command, stdin=subprocess.DEVNULL, stdout=answer, stderr=problem, timeout=PROBE_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFile(f"ffprobe came to no end with it within {PROBE_S:.0f} s") from None
        except OSError:
            return None
        if done.returncode < 0:
            return None
        if done.returncode:
            raise UnreadableFile(f"ffprobe cannot read it{_reason(_begin(problem))}")
        return _understood(_begin(answer))


def _begin(said: IO[bytes]) -> bytes:
    said.seek(0)
    return said.read(_MOST)


def _understood(answer: bytes) -> Probed:
    try:
        probed = msgspec.json.decode(answer, type=Probed)
    except (msgspec.MsgspecError, UnicodeError):
        raise UnreadableFile("what ffprobe says of it makes no sense") from None
    if not probed.codecs:
        raise UnreadableFile("there is neither sound nor film in it")
    return probed


def _reason(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f" ({lines[-1].rpartition(': ')[2][:_LINE]})" if lines else ""

"""Read media files with ffprobe, if it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

PROBE_S = 20.0
# A file may claim to be a list of other files or addresses: open only the file itself, and only in formats that
# browsers play.
_FORMATS = "matroska,webm,mov,mp4,m4a,ogg,mp3,flac,wav,w64,aac"
_TAGS = "title,artist,album,album_artist,compilation"
_ENTRIES = f"format=duration:format_tags={_TAGS}:stream=codec_type,codec_name:stream_disposition=attached_pic"
_MAX_REASON = 200
_MAX_OUTPUT = 1024 * 1024  # bytes


class UnreadableFile(Exception):
    """This file cannot be played. The message gives the operator the reason."""


class _Format(msgspec.Struct):
    duration: str = ""
    tags: dict[str, str] = {}


class _Stream(msgspec.Struct):
    codec_type: str = ""
    codec_name: str = ""
    disposition: dict[str, int] = {}

    @property
    def plays(self) -> bool:
        """Audio or video, but no cover, subtitles or data."""
        return self.codec_type in ("audio", "video") and not self.disposition.get("attached_pic")


class Probed(msgspec.Struct):
    format: _Format = msgspec.field(default_factory=_Format)
    streams: list[_Stream] = []

    @property
    def duration(self) -> str:
        return self.format.duration

    @property
    def tags(self) -> dict[str, str]:
        """By lower-case name: some formats write the names in capitals."""
        return {name.lower(): value for name, value in self.format.tags.items()}

    @property
    def codecs(self) -> list[str]:
        return [stream.codec_name or "an unknown codec" for stream in self.streams if stream.plays]

    @property
    def film(self) -> bool:
        return any(stream.plays and stream.codec_type == "video" for stream in self.streams)


def probe(path: Path) -> Probed | None:
    """Return None if ffprobe is not installed or cannot run here. Raises UnreadableFile if it cannot read the file."""
    program = shutil.which("ffprobe")
    if program is None:
        return None
    command = [program, "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", _FORMATS]
    command += ["-show_entries", _ENTRIES, "-of", "json", "-i", f"file:{path}"]
    with TemporaryFile() as output, TemporaryFile() as errors:  # a tag of a gigabyte must not fill the memory
        try:
            done = subprocess.run(  # noqa: S603  # no shell, and constant arguments except the path
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, timeout=PROBE_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFile(f"ffprobe did not finish within {PROBE_S:.0f} s") from None
        except OSError:
            return None
        if done.returncode < 0:
            return None
        if done.returncode:
            raise UnreadableFile(f"ffprobe cannot read it{_reason(_start_of(errors))}")
        return _parse(_start_of(output))


def _start_of(output: IO[bytes]) -> bytes:
    output.seek(0)
    return output.read(_MAX_OUTPUT)


def _parse(output: bytes) -> Probed:
    try:
        probed = msgspec.json.decode(output, type=Probed)
    except (msgspec.MsgspecError, UnicodeError):
        raise UnreadableFile("the output of ffprobe makes no sense") from None
    if not probed.codecs:
        raise UnreadableFile("it has neither audio nor video")
    return probed


def _reason(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return f" ({lines[-1].rpartition(': ')[2][:_MAX_REASON]})" if lines else ""

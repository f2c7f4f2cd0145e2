"""Which files are media here, and whether a file begins as its kind does; pure."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from playback.sources import MIMES

HEAD_BYTES = 16

_OGG = rb"OggS"
_MP4 = rb".{4}(ftyp|moov|mdat|wide|free|skip|pnot)"
_BEGINNINGS = {
    "webm": rb"\x1a\x45\xdf\xa3",
    **dict.fromkeys(("mp4", "m4v", "mov", "m4a"), _MP4),
    **dict.fromkeys(("ogv", "ogg", "oga", "opus"), _OGG),
    "flac": rb"fLaC|ID3",
    "wav": rb"(RIFF|RF64).{4}WAVE",
    # Its tags, or the first frame: eleven ones, a version and a layer that exist.
    "mp3": rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]",
    "aac": rb"ID3|ADIF|\xff[\xf0\xf1\xf8\xf9]",
}
_begins = {extension: re.compile(beginning, re.DOTALL) for extension, beginning in _BEGINNINGS.items()}


def extension_of(name: str) -> str | None:
    """In lower case and without its dot, where it is one of ours."""
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    return extension if extension in MIMES else None


def mime_of(extension: str) -> str:
    return MIMES[extension]


def kind_of(extension: str) -> str:
    return MIMES[extension].partition("/")[0]


def begins_as(head: bytes, extension: str) -> bool:
    """Whether these are the first bytes of such a file, as far as the first bytes can tell."""
    return _begins[extension].match(head) is not None

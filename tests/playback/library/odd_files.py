"""Odd and damaged files, generated from a seed so that a failure can be reproduced."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.conf import settings

from tests.playback.library.media_files import JPEG, flac, id3, mp3, png, wav

SONG = Path(settings.SAMPLES_DIR) / "music.ogg"
# Times of change found on disks: before 1970, before 1902, in 2038, after 2106, after 2262, at the end.
TIMES_S = (-(2**33), -(2**31), -1, 0, 1, 2**31 + 5, 2**32 + 5, 9_223_372_036, 9_223_372_037, 10_413_792_000)
LETTERS = (
    "aB9 .-_",
    "\n\t\r\x01\x1f\x7f\\/:*?\"<>|'`$%#&;",
    "\u202e\u2066\u200b\ufeff\u0301\u0000",
    "äßÞ¿é\u0085\u0090",
    "夜ガ한ΩЖא",
    "\U0001f469\u200d\U0001f467\U0001f3fd\U0010ffff\ue000",
)
SKIPPED = ("mkv", "avi", "wma", "m3u8", "srt", "jpg", "txt", "nfo", "cue", "part", "")


@dataclass(frozen=True)
class Made:
    path: str
    good: bool


class OddFiles:
    def __init__(self, folder: Path, seed: int):
        self.folder = folder
        self.random = Random(seed)
        self.number = 0

    def make(self, count: int) -> list[Made]:
        return [self.one() for _ in range(count)]

    def one(self) -> Made:
        """Make a file. A third of them are valid and must be found."""
        self.number += 1
        make = self.random.choice((self.good, self.good, self.mutated, self.cut, self.nothing, self.other))
        extension, data, good = make()
        path = f"{self.some_folder()}{self.number} {self.name()}.{extension}"
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        when = self.random.choice(TIMES_S)
        if self.random.random() < 0.5:
            with suppress(OSError, OverflowError):  # the disk does not support this time
                os.utime(place, (when, when))
        return Made(path, good)

    def text(self, limit: int = 40) -> str:
        letters = "".join(self.random.sample(LETTERS, 3))
        length = self.random.choice((0, 1, 2, limit // 2, limit, 900))
        return "".join(self.random.choices(letters, k=length))

    def name(self) -> str:
        kept = (letter for letter in self.text(30) if letter not in "/\0")
        return "".join(kept).encode()[:180].decode(errors="ignore")

    def some_folder(self) -> str:
        return self.random.choice(("", "", "CD 1/", "Ünter/Ordner/", "a # % ? +/", "album.mp3/"))

    def media(self) -> tuple[str, bytes]:
        words = (self.text(), self.text(), self.text())
        picture = self.random.choice((b"", png(self.number % 7), JPEG, b"<svg/>", bytes(9)))
        return self.random.choice(
            (
                lambda: ("mp3", mp3(*words, picture=picture, frames=6)),
                lambda: ("mp3", self.marked_latin_1(words)),
                lambda: ("flac", flac(*words, picture=picture, seconds=self.random.choice((0.1, 3, 90_000)))),
                lambda: ("wav", wav(0.01)),
                lambda: ("ogg", SONG.read_bytes()[:9000]),
            )
        )()

    def marked_latin_1(self, words: tuple[str, ...]) -> bytes:
        encoding = self.random.choice(("utf-8", "cp932", "gbk", "cp1251", "latin-1", "utf-16"))
        tags = [
            (name, b"\0" + word.encode(encoding, "replace"))
            for name, word in zip((b"TIT2", b"TPE1"), words[:2], strict=True)
        ]
        tags += [
            (b"TRCK", b"\0" + self.text().encode(errors="replace")),
            (b"TYER", b"\0-99999999999999999999"),
        ]
        return id3(tags) + mp3(frames=6)

    def good(self) -> tuple[str, bytes, bool]:
        extension, data = self.media()
        if extension == "mp3":
            data = self.random.choice((b"", bytes(1024), b"junk of a ripper " * 30)) + data
        if self.random.random() < 0.2:
            extension = self.random.choice(("mp3", "m4a", "ogg", "flac", "MP3", "wav"))
        return extension, data, True

    def mutated(self) -> tuple[str, bytes, bool]:
        extension, data = self.media()
        changed = bytearray(data)
        for _ in range(self.random.choice((1, 3, 30))):
            at = self.random.randrange(min(len(changed), 400))
            changed[at] = self.random.choice((0, 0x7F, 0xFF, self.random.randrange(256)))
        return extension, bytes(changed), False

    def cut(self) -> tuple[str, bytes, bool]:
        extension, data = self.media()
        return extension, data[: self.random.randrange(200)], False

    def nothing(self) -> tuple[str, bytes, bool]:
        extension = self.random.choice(
            ("mp3", "flac", "ogg", "m4a", "webm", "mp4", "aac", "wav", "mka", "3gp")
        )
        data = self.random.choice(
            (
                b"",
                b"<!DOCTYPE html><title>404</title>",
                self.random.randbytes(3000),
                bytes(3000),
                b"#EXTM3U\n/etc/passwd",
            )
        )
        return extension, data, False

    def other(self) -> tuple[str, bytes, bool]:
        return self.random.choice(SKIPPED), self.random.choice((mp3("x"), b"text", b"")), False


def endless_ogg(pages: int) -> bytes:
    """Empty pages of a stream that claims to be Vorbis."""
    head = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 2, 44100, 0, 128000, 0, 0xB8, 1)
    first = b"OggS\0\x02" + struct.pack("<qIII", 0, 7, 0, 0) + bytes((1, len(head))) + head
    return first + (b"OggS\0\0" + struct.pack("<qIII", 5, 7, 1, 0) + b"\0") * pages

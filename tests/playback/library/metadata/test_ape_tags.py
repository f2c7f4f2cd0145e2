"""MP3s whose only tags are APEv2."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.library.metadata import ape_tags
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import id3, mp3
from tests.playback.library.test_scan import without_ffprobe


def ape(items: dict[str, str], *, header: bool = True) -> bytes:
    body = b""
    for key, text in items.items():
        body += struct.pack("<II", len(text.encode()), 0) + key.encode() + b"\0" + text.encode()

    def mark(flags: int) -> bytes:
        return struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(body) + 32, len(items), flags)

    return (mark(0xA000_0000) if header else b"") + body + mark(0x8000_0000 if header else 0)


TAGS = {
    "Cover": "x",
    "TITLE": "Jóga",
    "Artist": "Björk\0Guy Sigsworth",
    "Album": "Homogenic",
    "Album Artist": "Björk",
}
FOUND = {"title": "Jóga", "artist": "Björk, Guy Sigsworth", "album": "Homogenic", "album_artist": "Björk"}
V1 = b"TAG" + bytes(125)


@pytest.mark.parametrize(
    "data",
    [mp3() + ape(TAGS), mp3() + ape(TAGS, header=False), mp3() + ape(TAGS) + V1, ape(TAGS) + mp3()],
    ids=["end", "no header", "before ID3v1", "beginning"],
)
def test_they_are_found(data: bytes):
    assert ape_tags.read(io.BytesIO(data)) == FOUND


@given(st.binary(max_size=40), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_any_tag_has_an_end(items: bytes, length: int, count: int):
    ape_tags.read(io.BytesIO(items + struct.pack("<8sIIII8x", b"APETAGEX", 2000, length, count, 0)))


@pytest.mark.once
class InTheLibrary(LibraryCase):
    def test_they_count_where_there_is_no_other_title(self):
        self.put("ape.mp3", mp3() + ape(TAGS))
        self.put("first.mp3", ape(TAGS) + mp3())
        self.put("both.mp3", id3([(b"TIT2", b"\0Other")]) + mp3() + ape(TAGS))
        with without_ffprobe():
            assert self.scan().new == 3
        for name in ("ape", "first"):
            item = self.item(f"{name}.mp3")
            assert (item.title, item.artist, item.album) == ("Jóga", FOUND["artist"], "Homogenic")
        assert (self.item("both.mp3").title, self.item("both.mp3").artist) == ("Other", "")

"""Unusual MP4s: their boxes determine the type, wherever the index is."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.library.metadata.mp4_boxes import Outline, outline
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.test_scan import without_ffprobe


def box(kind: bytes, *inner: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, inner)), kind) + b"".join(inner)


def track(handler: bytes) -> bytes:
    return box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(13))))


HEAD = box(b"ftyp", b"isom", bytes(4))
SOUND = box(b"moov", box(b"mvhd", bytes(100)), track(b"soun"))
FILM = box(b"moov", box(b"mvhd", bytes(100)), track(b"soun"), track(b"vide"))
DATA = box(b"mdat", bytes(40_000))
LONGER_THAN_ANY_FILE = struct.pack(">I4sQ", 1, b"free", 2**64 - 100) + bytes(40)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((HEAD, SOUND, DATA), Outline(True, False)),
        ((HEAD, FILM, DATA), Outline(True, True)),
        ((HEAD, DATA, FILM), Outline(True, True)),
        ((HEAD, struct.pack(">I4sQ", 1, b"mdat", 16 + 99), bytes(99), FILM), Outline(True, True)),
        ((HEAD, DATA), Outline(False, False)),
        ((HEAD, DATA[:20_000]), Outline(False, False)),
        ((HEAD, SOUND, DATA[:20_000]), Outline(True, False)),
        ((HEAD, b"\xff" * 90), Outline(True, False)),
        ((HEAD, DATA, SOUND, b"junk"), Outline(True, False)),
        ((HEAD, bytes(40)), Outline(False, False)),
        ((HEAD, LONGER_THAN_ANY_FILE), Outline(False, False)),
        ((HEAD, struct.pack(">I4s", 0, b"moov"), LONGER_THAN_ANY_FILE), Outline(True, False)),
    ],
)
def test_an_outline(parts: tuple[bytes, ...], expected: Outline):
    assert outline(io.BytesIO(b"".join(parts))) == expected


@given(
    st.lists(
        st.sampled_from(
            [HEAD, SOUND, FILM, LONGER_THAN_ANY_FILE, b"\0\0\0\1", b"moov", bytes(8), b"\xff" * 8]
        )
    ).map(b"".join)
)
def test_any_boxes_have_an_end(data: bytes):
    assert isinstance(outline(io.BytesIO(data)), Outline)


@pytest.mark.once
class InTheLibrary(LibraryCase):
    def test_a_video_with_a_wrong_extension_is_a_video_wherever_its_index_is(self):
        self.put("film.mp3", HEAD + DATA + FILM)
        self.put("sound.mp3", HEAD + DATA + SOUND)
        self.put("first.mp4", box(b"uuid", bytes(30)) + HEAD + SOUND + DATA)
        with without_ffprobe():
            assert self.scan().new == 3
        assert [self.item(f"{name}.mp3").kind for name in ("film", "sound")] == ["video", "audio"]

    def test_one_that_is_still_being_written_waits_for_its_index(self):
        self.put("film.mp4", HEAD + DATA)
        with without_ffprobe():
            assert self.scan().damaged == 1
            assert "its index, which is written last, is missing" in self.said[0]
            self.put("film.mp4", HEAD + DATA + FILM)
            assert self.scan().new == 1

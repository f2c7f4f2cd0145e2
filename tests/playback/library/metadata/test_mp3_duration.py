"""The duration of an MP3 is that of its frames, whatever its header states or omits."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.library.metadata.mp3_duration import measured_s
from playback.library.metadata.tags import read
from tests.playback.library.media_files import id3

LOUD = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s
QUIET = b"\xff\xfb\x10\x00" + bytes(100)  # 32 kbit/s
FRAME_S = 1152 / 44100
TAG = b"TAG" + bytes(125)


def header(frames: int, size: int, name: bytes = b"Xing") -> bytes:
    return (LOUD[:36] + name + struct.pack(">III", 3, frames, size)).ljust(len(LOUD), b"\0")


@given(st.lists(st.sampled_from([LOUD, QUIET]), min_size=2, max_size=60), st.sampled_from([b"", TAG]))
def test_a_bit_rate_that_varies_without_a_header(frames: list[bytes], trailer: bytes):
    found = measured_s(BytesIO(b"".join(frames) + trailer))
    assert found == round(len(frames) * FRAME_S, 3) or (found is None and len(set(frames)) == 1)


def test_a_constant_bit_rate_needs_no_counting():
    file = BytesIO(LOUD * 20_000)
    read, file.read = file.read, lambda size: taken.append(size) or read(size)  # type: ignore[assignment, method-assign, misc]
    taken: list[int] = []
    assert measured_s(file) is None
    assert sum(taken) < 300_000


def test_a_file_of_several_blocks():
    data = id3([(b"TIT2", b"\0x")]) + LOUD * 40 + QUIET * 40_000 + LOUD * 3000
    assert measured_s(BytesIO(data)) == round(43_040 * FRAME_S, 3)


def test_a_header_about_a_file_of_another_size_is_not_believed():
    frames = QUIET * 2000
    for said, size in ((100, len(frames) // 9), (99_999, len(frames) * 9)):
        assert measured_s(BytesIO(header(said, size) + frames)) == round(2000 * FRAME_S, 3)


def test_a_header_that_is_right_is_enough():
    assert measured_s(BytesIO(header(2000, 417 + 2000 * len(QUIET), b"Info") + QUIET * 2000 + TAG)) is None


def test_junk_between_frames_is_no_end():
    assert measured_s(BytesIO(LOUD * 9 + b"junk" * 300 + QUIET * 9)) == round(18 * FRAME_S, 3)


@given(st.binary(max_size=3000))
def test_any_bytes_have_a_duration_or_none(data: bytes):
    found = measured_s(BytesIO(data))
    assert found is None or found > 0


@pytest.mark.parametrize("lead", [b"", bytes(1024), b"junk of a ripper" * 9])
def test_reading_the_file_counts_its_frames(tmp_path: Path, lead: bytes):
    place = tmp_path / "x.mp3"
    place.write_bytes(lead + LOUD * 100 + QUIET * 900)
    assert read(place, "mp3").duration_s == round(1000 * FRAME_S, 3)

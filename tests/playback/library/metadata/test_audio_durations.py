"""WAVs and Ogg files whose headers do not state the duration."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from playback.library.metadata import wav_chunks
from playback.library.metadata.legacy_encodings import UNDECODED
from playback.library.metadata.ogg_duration import chained_s
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import wav
from tests.playback.library.test_scan import without_ffprobe

OGG = (Path(settings.SAMPLES_DIR) / "music.ogg").read_bytes()
WAV = wav(2)
DATA = WAV.index(b"data")


def page(serial: int, granule: int, packet: bytes = b"", *, flags: int = 0) -> bytes:
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, 0, 0, 1)
    return head + bytes([len(packet)]) + packet


def stream(serial: int, head: bytes, samples: int) -> bytes:
    return page(serial, 0, head, flags=2) + page(serial, samples // 2) + page(serial, samples, flags=4)


VORBIS = b"\x01vorbis" + struct.pack("<IBI", 0, 2, 44_100) + bytes(14)
OPUS = b"OpusHead\1\2" + struct.pack("<H", 312) + bytes(7)


def wav_with(said: int, *, form: bytes = b"RIFF") -> bytes:
    return form + WAV[4 : DATA + 4] + struct.pack("<I", said) + WAV[DATA + 8 :]


def info(encoding: str, **words: str) -> bytes:
    body = b"INFO"
    for name, text in words.items():
        data = text.encode(encoding) + b"\0"
        body += name.encode() + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"LIST" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        (stream(1, VORBIS, 441_000), None),
        (stream(1, VORBIS, 441_000) + stream(2, VORBIS, 220_500), 15.0),
        (stream(1, VORBIS, 441_000) + stream(2, OPUS, 480_312) + stream(3, VORBIS, 44_100), 21.0),
        (stream(1, VORBIS, 441_000) + stream(2, b"unknown", 1), None),
        (stream(1, VORBIS, 441_000) + stream(2, VORBIS, 220_500) + bytes(900), 15.0),
        (b"OggS", None),
    ],
)
def test_streams_in_a_row_are_added_up(data: bytes, seconds: float | None):
    assert chained_s(io.BytesIO(data)) == seconds


@given(
    st.lists(st.sampled_from([stream(1, VORBIS, 9), stream(2, OPUS, 400), b"OggS\0", bytes(30)])).map(
        b"".join
    )
)
def test_any_pages_have_a_duration_or_none(data: bytes):
    found = chained_s(io.BytesIO(data))
    assert found is None or found >= 0


@pytest.mark.parametrize("said", [0, 0xFFFFFFFF, 16_000, 99_999])
def test_a_wav_is_as_long_as_its_data(said: int):
    assert wav_chunks.read(io.BytesIO(wav_with(said))).duration_s == 2.0


def test_the_rate_of_compressed_audio_gives_no_duration():
    adpcm = WAV[:20] + b"\x11\0" + WAV[22:]
    assert wav_chunks.read(io.BytesIO(adpcm)).duration_s is None


@given(st.binary(max_size=99))
def test_any_wav_has_an_end(rest: bytes):
    wav_chunks.read(io.BytesIO(WAV[:12] + rest))


def test_the_tags_of_a_wav_are_returned_undecoded():
    words = wav_chunks.read(io.BytesIO(WAV + info("cp1251", INAM="Осень", ICMT="x", IART="ДДТ"))).tags
    assert words == {
        "title": "Осень".encode("cp1251").decode(UNDECODED),
        "artist": "ДДТ".encode("cp1251").decode(UNDECODED),
    }


@pytest.mark.once
class InTheLibrary(LibraryCase):
    def test_durations_and_tags_are_read_without_another_program(self):
        self.put("recorded.wav", wav_with(0xFFFFFFFF) + b"")
        self.put("long.wav", wav_with(0xFFFFFFFF, form=b"RF64"))
        self.put("words.wav", WAV + info("cp1251", INAM="Осень", IART="ДДТ"))
        self.put("plain.wav", WAV + info("latin-1", INAM="Jóga", IART="Björk"))
        self.put("two.ogg", OGG + OGG)
        self.put("one.ogg", OGG)
        with without_ffprobe():
            assert self.scan().new == 6
        assert {self.item(f"{name}.wav").duration for name in ("recorded", "long", "words")} == {2.0}
        assert (self.item("words.wav").title, self.item("words.wav").artist) == ("Осень", "ДДТ")
        assert (self.item("plain.wav").title, self.item("plain.wav").artist) == ("Jóga", "Björk")
        assert self.item("two.ogg").duration == pytest.approx(
            2 * (self.item("one.ogg").duration or 0), abs=0.1
        )

"""Content sniffing: the type of a file by its first bytes, as browsers decide it, whatever its extension.

Decodes nothing, and reads a bounded amount: it skips leading tags by their own length, zeros up to `MAX_ZEROS` and
other junk up to `MAX_JUNK`. Audio without a container needs several frames in sequence: the header of a single frame
is too short to distinguish it from other bytes.
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from playback.library.metadata.mp4_boxes import outline

MAX_JUNK = 64 * 1024
MAX_ZEROS = 1024 * 1024
_MAX_TAGS = 4
_LONGEST_FRAME = 8192  # an ADTS frame; MP3 has at most 2,881
_FRAMES_AFTER_JUNK = 4
_FRAMES_AT_START = 2
_HEAD = 16 * 1024

_SIGNATURES = {
    "flac": re.compile(rb"fLaC"),
    "ogg": re.compile(rb"OggS"),
    "wav": re.compile(rb"(RIFF|RF64).{4}WAVE", re.DOTALL),
    "mp4": re.compile(rb".{4}(ftyp|moov|mdat|wide|free|skip|pnot|styp|sidx|uuid)", re.DOTALL),
    "matroska": re.compile(rb"\x1a\x45\xdf\xa3"),
    "aac": re.compile(rb"ADIF"),
    "avi": re.compile(rb"RIFF.{4}AVI", re.DOTALL),
    "asf": re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    "mpeg": re.compile(rb"\x00\x00\x01[\xba\xb3]"),
    "flv": re.compile(rb"FLV\x01"),
    "rm": re.compile(rb"\.RMF|\.ra\xfd"),
    "ac3": re.compile(rb"\x0b\x77|\x77\x0b"),
    "dts": re.compile(rb"\x7f\xfe\x80\x01|\xfe\x7f\x01\x80|\x1f\xff\xe8\x00|\xff\x1f\x00\xe8|DTSHDHDR"),
    "truehd": re.compile(rb".{4}\xf8\x72\x6f[\xba\xbb]", re.DOTALL),
    "ape": re.compile(rb"MAC "),
    "wv": re.compile(rb"wvpk"),
    "tta": re.compile(rb"TTA[12]"),
    "tak": re.compile(rb"tBaK"),
    "mpc": re.compile(rb"MPCK|MP\+"),
    "caf": re.compile(rb"caff"),
    "aiff": re.compile(rb"FORM.{4}AIF[FC]", re.DOTALL),
    "au": re.compile(rb"\.snd"),
    "amr": re.compile(rb"#!AMR"),
    "dsf": re.compile(rb"DSD "),
    "w64": re.compile(rb"riff\x2e\x91\xcf\x11"),
}
_TS_PACKETS = 5
_TS_LENGTHS = (188, 192, 204)  # plain, with a time in front (Blu-ray), with a checksum behind
_DTS = re.compile(rb"\x7f\xfe\x80\x01|\xfe\x7f\x01\x80|\x1f\xff\xe8\x00|\xff\x1f\x00\xe8")
_WAV_FORMAT = re.compile(rb"fmt .{4}(.{28})", re.DOTALL)
_WAV_CODECS = {  # by the tag of their format and the bits of a sample
    (1, 8): "pcm_u8",
    (1, 16): "pcm_s16le",
    (1, 24): "pcm_s24le",
    (1, 32): "pcm_s32le",
    (3, 32): "pcm_f32le",
    (6, 8): "pcm_alaw",
    (7, 8): "pcm_mulaw",
}
_OGG_CODECS = {b"\x01vorbis": "vorbis", b"OpusHead": "opus", b"\x7fFLAC": "flac"}
_WAV_WITH_MP3 = re.compile(rb"fmt .{4}\x55\0", re.DOTALL)
_VIDEO = {
    "ogg": re.compile(rb"\x80theora"),
    "matroska": re.compile(rb"V_[A-Z]"),
}
_SYNC = re.compile(rb"\xff[\xe0-\xff]")

# Kilobits a second of MPEG 1 and of MPEG 2 and 2.5, by layer; samples a second by version (bits 2.5, none, 2, 1).
_RATES_1 = {
    3: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_RATES_2 = {
    3: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class Content:
    """`start`: where the media begins, after zeros or junk; `film`: there is video.

    `complete`: False for an MP4 without its index, which is written last. `codec`: the only codec in the file, where
    its first bytes say so, as those of most songs do; otherwise empty.
    """

    family: str
    start: int = 0
    film: bool = False
    complete: bool = True
    codec: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of MP3, MP2 or ADTS. Frames of the same stream have the same `stream`."""

    family: str
    stream: tuple[int, int, int]
    length: int  # in bytes
    samples: int
    rate: int


def sniff(file: BinaryIO) -> Content | None:
    """Return None for an unknown type. Reads at most a few hundred kilobytes in all."""
    size = file.seek(0, io.SEEK_END)
    start = _after_zeros(file)
    offset = after_tags(file, start)
    head = _read(file, offset, _HEAD)
    family = _container(head)
    if family == "wav" and _WAV_WITH_MP3.search(head[:256]):
        return _after_junk(file, offset, size)
    if family is not None and family != "mpegts" and start:
        return None
    if family == "mp4":
        complete, film = outline(file)
        return Content(family, 0, film, complete)
    if family is not None:
        return Content(family, 0, _has_video(family, head), codec=_codec(family, head))
    family = _frames(head, 0, size - offset, _FRAMES_AT_START)
    if family is not None:
        return Content(family, start, codec=_codec(family, head))
    if offset == start:
        return _after_junk(file, start, size)
    # Tags may also claim to be longer than they are.
    found = _after_junk(file, offset, size) or _after_junk(file, start + 10, size)
    return Content(found.family, start, codec=found.codec) if found is not None else None


def after_tags(file: BinaryIO, start: int = 0) -> int:
    """Return the offset after the ID3v2 tags, by their stated length."""
    for _ in range(_MAX_TAGS):
        head = _read(file, start, 10)
        if len(head) < 10 or not head.startswith(b"ID3") or head[3] == 0xFF or max(head[6:10]) > 0x7F:
            break
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        start += 10 + length + (10 if head[5] & 0x10 else 0)
    return start


def frame_at(data: bytes, at: int) -> Frame | None:
    """Return the frame at this offset, or None."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    return _mp3_frame(data, at) or _adts_frame(data, at)


def _mp3_frame(data: bytes, at: int) -> Frame | None:
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    bits, rate, padding = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version == 1 or layer == 0 or bits in (0, 15) or rate == 3:
        return None
    hertz = _SAMPLE_RATES[version][rate]
    kilobits = (_RATES_1 if version == 3 else _RATES_2)[layer][bits]
    samples = 384 if layer == 3 else 576 if layer == 1 and version != 3 else 1152
    slot = 4 if layer == 3 else 1
    length = (samples // 8 * 1000 * kilobits // slot // hertz + padding) * slot
    return Frame("mp3" if layer == 1 else "mp2", (version, layer, rate), length, samples, hertz)


def _adts_frame(data: bytes, at: int) -> Frame | None:
    if at + 6 > len(data) or data[at + 1] & 0xF6 != 0xF0:
        return None
    rate, length = data[at + 2] >> 2 & 15, (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    if rate > 12 or length < 8:
        return None
    return Frame("aac", (data[at + 1] & 0xF9, rate, 0), length, 1024, 0)


def _frames(data: bytes, at: int, left: int, wanted: int) -> str | None:
    """Return the family of `wanted` frames in sequence, or of fewer up to the end of the file, in `left` bytes."""
    first = frame_at(data, at)
    frame, found = first, 0
    while frame is not None and first is not None and frame.stream == first.stream:
        found += 1
        at += frame.length
        if found == wanted or at == left or (at > left and found > 1):
            return first.family
        frame = frame_at(data, at)
    return None


def _after_junk(file: BinaryIO, offset: int, size: int) -> Content | None:
    head = _read(file, offset, MAX_JUNK + _FRAMES_AFTER_JUNK * _LONGEST_FRAME)
    for sync in _SYNC.finditer(head, 0, MAX_JUNK):
        at = sync.start()
        first = frame_at(head, at)
        if first is None or at + first.length * 2 > size - offset:  # a last frame alone proves nothing
            continue
        if family := _frames(head, at, size - offset, _FRAMES_AFTER_JUNK):
            return Content(family, offset + at, codec=_codec(family, head))
    return None


def _container(head: bytes) -> str | None:
    family = next((family for family, signature in _SIGNATURES.items() if signature.match(head)), None)
    if family is None and _is_transport_stream(head):
        return "mpegts"
    return "webm" if family == "matroska" and b"\x42\x82\x84webm" in head[:4096] else family


def _is_transport_stream(head: bytes) -> bool:
    """Whether each of the first packets begins with its mark. A recording may begin within a packet."""
    for length in _TS_LENGTHS:
        for start in range(length):
            marks = head[start : start + length * _TS_PACKETS : length]
            if len(marks) == _TS_PACKETS and marks.count(b"\x47") == _TS_PACKETS:
                return True
    return False


def _codec(family: str, head: bytes) -> str:
    """Return the file's codec if these bytes show that it is the only one."""
    if family in ("mp3", "aac", "flac"):
        return family
    if family == "wav":
        return _wav_codec(head)
    return _ogg_codec(head) if family == "ogg" else ""


def _wav_codec(head: bytes) -> str:
    """PCM, unless DTS is stored as if it were: players that do not know this play noise."""
    format_chunk = _WAV_FORMAT.search(head[:512])
    if format_chunk is None or _DTS.search(head):
        return ""
    tag, _, _, _, _, bits, extension = struct.unpack_from("<HHIIHH10x2s", format_chunk[1])
    tag = int.from_bytes(extension, "little") if tag == 0xFFFE else tag
    return _WAV_CODECS.get((tag, bits), "")


def _ogg_codec(head: bytes) -> str:
    """The codec of a file with a single stream: each stream begins with a page of its own, before all other pages."""
    found = []
    at = 0
    while head[at : at + 4] == b"OggS" and len(head) > at + 27 and head[at + 5] & 2:
        body = at + 27 + head[at + 26]
        codecs = (codec for mark, codec in _OGG_CODECS.items() if head.startswith(mark, body))
        found.append(next(codecs, ""))
        at = body + sum(head[at + 27 : body])
    return found[0] if len(found) == 1 else ""


def _has_video(family: str, head: bytes) -> bool:
    pattern = _VIDEO.get("matroska" if family == "webm" else family)
    return pattern is not None and pattern.search(head) is not None


def _after_zeros(file: BinaryIO) -> int:
    """Return the offset of the first nonzero byte; 0 if it is too far away."""
    for start in range(0, MAX_ZEROS, MAX_JUNK):
        block = _read(file, start, MAX_JUNK)
        rest = block.lstrip(b"\0")
        if rest:
            # An MP4 begins with a length, whose first bytes are zeros.
            return 0 if start == 0 and len(block) - len(rest) < 4 else start + len(block) - len(rest)
        if not block:
            break
    return 0


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)

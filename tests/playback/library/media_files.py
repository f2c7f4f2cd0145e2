"""Generate small audio files without other programs."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Iterable

RATE = 44100
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)


def png(shade: int = 0) -> bytes:
    """An image of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes([0, shade]))) + chunk(b"IEND", b"")
    )


def wav(seconds: float = 0.1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(int(8000 * seconds)))
    return file.getvalue()


def mp3(
    title: str = "",
    artist: str = "",
    album: str = "",
    *,
    picture: bytes = b"",
    frames: int = 40,
    album_artist: str = "",
) -> bytes:
    """Silence of `frames` / 38.28 seconds, with ID3 2.3 tags."""
    words = {b"TIT2": title, b"TPE1": artist, b"TALB": album, b"TPE2": album_artist}
    tags = [(name, b"\x01" + text.encode("utf-16")) for name, text in words.items() if text]
    if picture:
        tags.append((b"APIC", b"\0image/png\0\x03\0" + picture))
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s
    return id3(tags) + frame * frames


def id3(frames: Iterable[tuple[bytes, bytes]]) -> bytes:
    """ID3 2.3 tags; the first byte of a text is its encoding."""
    body = b"".join(name + struct.pack(">IH", len(data), 0) + data for name, data in frames)
    return b"ID3\x03\0\0" + bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0)) + body


def flac(
    title: str = "", artist: str = "", album: str = "", *, picture: bytes = b"", seconds: float = 1.5
) -> bytes:
    """Only the header, which states the duration."""
    words = [
        f"{name}={text}" for name, text in (("TITLE", title), ("ARTIST", artist), ("ALBUM", album)) if text
    ]
    stream = struct.pack(">HH", 4096, 4096) + bytes(6)
    stream += ((RATE << 44) | (1 << 41) | (15 << 36) | int(RATE * seconds)).to_bytes(8, "big") + bytes(16)
    comment = struct.pack("<I", 4) + b"test" + struct.pack("<I", len(words))
    comment += b"".join(struct.pack("<I", len(word.encode())) + word.encode() for word in words)
    shown = (
        struct.pack(">II9sI", 3, 9, b"image/png", 0)
        + struct.pack(">IIIII", 1, 1, 8, 0, len(picture))
        + picture
    )
    blocks = [(0, stream), (4, comment), *([(6, shown)] if picture else [])]
    metadata = b"".join(
        bytes([kind | (0x80 if number == len(blocks) - 1 else 0)]) + len(data).to_bytes(3, "big") + data
        for number, (kind, data) in enumerate(blocks)
    )
    return b"fLaC" + metadata

"""Re-encodes images of members in the sandbox, which leaves nothing but the picture. Few at a time.

The largest picture, of 16 bits a colour, takes 220 MB of memory and 1.3 seconds of a core.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Semaphore

from chat.models import EncodedImage
from playback import sandbox
from watchium.process_state import process_state
from watchium.protocol.errors import BadMessage, RateLimited, Unavailable

MAX_ENCODED_BYTES = 300 * 1024
MAX_SIDE_PX = 1280
MAX_PIXELS = 20_000_000  # as the file claims, before anything of it is decoded
MAX_MEMORY = 512 * 1024**2  # of ffmpeg's addresses; its libraries take 350 MB of them
ENCODE_S = 5.0
AT_ONCE = 2  # in this process
MOST_WAITING = 4
WAIT_S = 5.0
TRY_AGAIN_MS = 3000

# By the first bytes, because senders of any type may call it by another one.
_DECODERS = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "mjpeg", b"RIFF": "webp", b"GIF8": "gif"}


@dataclass
class _State:
    lock: Lock = field(default_factory=Lock)
    senders: set[str] = field(default_factory=set)
    places: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))


_state = process_state(_State)


@contextmanager
def place_of(sender: str) -> Iterator[None]:
    """Wait for a place among the few images that are encoded at a time, and have it while the block runs.

    Raises RateLimited if an image of the same sender is being encoded, or if too many others wait.
    """
    with _state.lock:
        if sender in _state.senders:
            raise RateLimited("Your last image is still being read.", retry_after_ms=TRY_AGAIN_MS)
        if len(_state.senders) >= AT_ONCE + MOST_WAITING:
            raise _too_many()
        _state.senders.add(sender)
    try:
        if not _state.places.acquire(timeout=WAIT_S):
            raise _too_many()
        try:
            yield
        finally:
            _state.places.release()
    finally:
        with _state.lock:
            _state.senders.discard(sender)


def _too_many() -> RateLimited:
    return RateLimited(
        "The server reads many images just now. Try again in a moment.", retry_after_ms=TRY_AGAIN_MS
    )


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def encode(data: bytes, sender: str, *, side_px: int = MAX_SIDE_PX) -> EncodedImage:
    """Decode the image in the sandbox and encode its first frame as WebP. `sender`: whose it is.

    Raises BadMessage if it is no image, RateLimited as `place_of`, Unavailable.
    """
    decoder = next((name for magic, name in _DECODERS.items() if data.startswith(magic)), None)
    program = sandbox.ffmpeg()
    if decoder is None:
        raise BadMessage("This is no image that can be sent: PNG, JPEG, WebP or GIF.")
    if program is None:
        raise Unavailable
    with TemporaryDirectory() as folder:
        path = Path(folder, "image")
        path.write_bytes(data)
        try:
            with place_of(sender):
                command = _command(program, decoder, path, side_px)
                done = sandbox.run(command, ENCODE_S, MAX_ENCODED_BYTES, MAX_MEMORY)
        except (subprocess.TimeoutExpired, OSError):
            raise BadMessage("This image takes too long to read.") from None
    size = size_of(done.output) if done.code == 0 else None
    if size is None:
        raise BadMessage("This image cannot be read, or is too large.")
    return EncodedImage(done.output, *size, digest_of(data))


def _command(program: str, decoder: str, path: Path, side_px: int) -> list[str]:
    demuxer = "gif" if decoder == "gif" else "image2"
    pattern = ["-pattern_type", "none"] if demuxer == "image2" else []
    side = f"'max(1,round(%s*min(1,{side_px}/max(iw,ih))))'"  # a line stays a pixel wide
    one_thread = ["-threads", "1"]  # each further one has buffers of its own
    return [
        *(program, "-nostdin", "-v", "error", "-protocol_whitelist", "file"),
        *("-max_pixels", str(MAX_PIXELS), "-filter_threads", "1", *one_thread),
        *("-f", demuxer, *pattern, "-c:v", decoder, "-i", f"file:{path}"),
        *("-frames:v", "1", "-map_metadata", "-1"),
        *("-vf", f"scale={side % 'iw'}:{side % 'ih'}"),
        *("-c:v", "libwebp", "-quality", "80", *one_thread, "-f", "webp", "pipe:1"),
    ]


def size_of(webp: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP file in pixels; None if it is none."""
    if len(webp) < 30 or webp[:4] != b"RIFF" or webp[8:12] != b"WEBP":
        return None
    number = int.from_bytes
    match webp[12:16]:
        case b"VP8 ":
            return number(webp[26:28], "little") & 0x3FFF, number(webp[28:30], "little") & 0x3FFF
        case b"VP8L":
            bits = number(webp[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return number(webp[24:27], "little") + 1, number(webp[27:30], "little") + 1
    return None

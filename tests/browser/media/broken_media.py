"""A media server with the faults of real ones, and broken files, generated without external programs."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "static" / "samples"
FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # of silence, 128 kbit/s
FRAMES_PER_S = 44100 / 1152
STREAM_STEP_S = 0.25
WITHDRAWN_WITHIN_S = 30.0
STREAM_BURST_S = 4.0
ENDS_S = 6.0  # of data, in the files that claim CLAIMED_S
CLAIMED_S = 300.0
CLIP_S = 96.0


def lying_mp3() -> bytes:
    """Return an MP3 whose Xing header claims `CLAIMED_S`, with data for `ENDS_S`."""
    data = FRAME * round(ENDS_S * FRAMES_PER_S)
    claimed = round(CLAIMED_S * FRAMES_PER_S)
    xing = b"Xing" + struct.pack(">III", 3, claimed, claimed * len(FRAME))
    return (FRAME[:36] + xing).ljust(len(FRAME), b"\0") + data


def cut_flac() -> bytes:
    """Return an interrupted download: the header claims `CLAIMED_S`, frames for `ENDS_S` follow."""
    rate, size = 8000, 4000
    head = struct.pack(">HH", size, size) + bytes(6)
    head += ((rate << 44) | (15 << 36) | int(rate * CLAIMED_S)).to_bytes(8, "big") + bytes(16)
    frames = [_silent_flac_frame(number, size) for number in range(round(ENDS_S * rate / size))]
    return b"fLaC" + bytes([0x80]) + len(head).to_bytes(3, "big") + head + b"".join(frames)


def _silent_flac_frame(number: int, size: int) -> bytes:
    """One constant subframe, 8 kHz, mono, 16 bits; a frame number below 128 is one byte."""
    head = b"\xff\xf8" + bytes([0x74, 0x08, number]) + struct.pack(">H", size - 1)
    frame = head + bytes([_crc(head, 8, 0x07)]) + bytes([0x00, 0x00, 0x00])
    return frame + _crc(frame, 16, 0x8005).to_bytes(2, "big")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << (bits - 8)
        for _ in range(8):
            crc = (crc << 1) ^ polynomial if crc >> (bits - 1) else crc << 1
            crc &= (1 << bits) - 1
    return crc


def damaged_webm() -> bytes:
    """Return the sample clip with a video track that cannot be decoded from `ENDS_S` on."""
    data = bytearray((SAMPLES / "clip.webm").read_bytes())
    pictures = [
        (at, size) for at, size in _blocks(data, 0, len(data)) if data[at] == 0x81
    ]  # of the first track
    for at, size in pictures[round(ENDS_S / CLIP_S * len(pictures)) :]:
        data[at + 4 : at + size] = bytes(size - 4)
    return bytes(data)


def cut_webm(ends_s: float = ENDS_S) -> bytes:
    """Return the first seconds of the sample clip's data."""
    data = (SAMPLES / "clip.webm").read_bytes()
    pictures = [at for at, _ in _blocks(data, 0, len(data)) if data[at] == 0x81]
    return data[: pictures[round(ends_s / CLIP_S * len(pictures))]]


def _blocks(data: bytes | bytearray, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield offset and size of each SimpleBlock's content."""
    while at < end:
        width = 9 - data[at].bit_length()
        name = bytes(data[at : at + width])
        size, width_of_size = _number(data, at + width)
        at += width + width_of_size
        if name in (b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"):  # Segment, Cluster
            yield from _blocks(data, at, min(end, at + size))
        elif name == b"\xa3":
            yield at, size
        at += size


def _number(data: bytes | bytearray, at: int) -> tuple[int, int]:
    width = 9 - data[at].bit_length()
    return int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1), width


def soundless_webm() -> bytes:
    """Return the sample clip with an unknown audio codec."""
    return (SAMPLES / "clip.webm").read_bytes().replace(b"A_OPUS", b"A_NONE", 1)


FILES = {
    "clip.webm": lambda: (SAMPLES / "clip.webm").read_bytes(),
    "lying.mp3": lying_mp3,
    "cut.flac": cut_flac,
    "cut.webm": cut_webm,
    "damaged.webm": damaged_webm,
    "soundless.webm": soundless_webm,
}


class _Manners(BaseHTTPRequestHandler):
    """`/MANNER/NAME`: `ranges` is an ordinary server, `norange` sends the whole file always, `stream` sends it in real
    time and never says how much there is, `away` refuses all requests while the server's `away` is set, `page` answers
    with a page, `withdrawn` stops in the middle; once the event of that name is set, it breaks off and refuses the
    address. None lets pages of other sites read its answers.
    """

    protocol_version = "HTTP/1.1"
    server: MediaServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        manner, name = self.path.split("?")[0].split("/")[1:]
        if manner == "away" and self.server.away:
            self._send(503, b"")
            return
        if manner == "page":
            self._send(200, b"<!doctype html><title>Log in</title><p>Log in", "text/html")
            return
        data = self.server.files[name]
        try:
            if manner == "stream":
                self._stream(data)
            elif manner == "withdrawn":
                self._withdraw(data)
            elif manner == "norange":
                self._send(200, data)
            else:
                self._range(data)
        except OSError:
            pass  # the browser closed the connection

    def _send(self, code: int, data: bytes, mime: str = "application/octet-stream", **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", mime)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _range(self, data: bytes) -> None:
        first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0] or 0)
        if first >= len(data):
            self._send(416, b"", Content_Range=f"bytes */{len(data)}")
            return
        said = f"bytes {first}-{len(data) - 1}/{len(data)}"
        self._send(206, data[first:], Accept_Ranges="bytes", Content_Range=said)

    def _withdraw(self, data: bytes) -> None:
        if self.server.withdrawn.is_set():
            self._send(403, b"")
            return
        self.close_connection = True
        self.send_response(206)
        self.send_header("Content-Type", "video/webm")
        self.send_header("Content-Range", f"bytes 0-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(cut_webm())])
        self.server.withdrawn.wait(WITHDRAWN_WITHIN_S)

    def _stream(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        at = round(STREAM_BURST_S * FRAMES_PER_S) * len(FRAME)
        self.wfile.write((data * 2)[:at])
        step = round(STREAM_STEP_S * FRAMES_PER_S * len(FRAME))
        while not self.server.closing.wait(STREAM_STEP_S):
            self.wfile.write((data * 2)[at % len(data) : at % len(data) + step])
            at += step


class MediaServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Manners)
        self.files = {name: make() for name, make in FILES.items()}
        self.files["live.mp3"] = FRAME * round(30 * FRAMES_PER_S)
        self.closing = threading.Event()
        self.away = False
        self.withdrawn = threading.Event()

    def address(self, manner: str, name: str) -> str:
        """Return a new URL each time, so that nothing comes from the browser's cache."""
        return f"http://127.0.0.1:{self.server_port}/{manner}/{name}?{time.monotonic_ns()}"


@contextmanager
def media_server() -> Iterator[MediaServer]:
    server = MediaServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.withdrawn.set()
        server.shutdown()
        thread.join()
        server.server_close()

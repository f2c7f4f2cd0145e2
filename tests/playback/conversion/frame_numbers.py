"""Read the number that each generated picture shows as boxes along its lower edge."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.media.recipes import BITS, BOX, HEIGHT, WIDTH

WHITE = 128


def numbers_in(media: Path | str) -> list[int]:
    """Decode a film and return the number of each of its pictures, in order."""
    command = ["ffmpeg", "-v", "error", "-i", str(media), "-map", "0:v:0", "-vsync", "passthrough"]
    command += ["-vf", f"scale={WIDTH}:{HEIGHT},format=gray", "-f", "rawvideo", "-"]
    data = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    size = WIDTH * HEIGHT
    return [_number(data[at : at + size]) for at in range(0, len(data), size)]


def _number(picture: bytes) -> int:
    row = (HEIGHT - BOX // 2) * WIDTH
    return sum((picture[row + bit * BOX + BOX // 2] > WHITE) << bit for bit in range(BITS))

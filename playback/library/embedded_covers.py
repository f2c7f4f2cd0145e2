"""The cover picture inside a film or song, copied out by ffmpeg without decoding it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playback import sandbox
from playback.domain.media_facts import MediaFacts
from playback.domain.media_types import ONLY_THE_FILE

COPY_S = 10.0
# What browsers show as a picture. An SVG may hold a script and is never used.
_CODECS = frozenset(("mjpeg", "png", "webp"))


def read(path: Path, facts: MediaFacts | None, max_bytes: int) -> bytes | None:
    """Return the first cover; None if there is none, it is too large, or ffmpeg is not installed."""
    covers = [stream for stream in facts.streams if stream.cover and stream.codec in _CODECS] if facts else []
    program = sandbox.ffmpeg()
    if not covers or program is None:
        return None
    command = [program, "-nostdin", "-v", "error", *ONLY_THE_FILE]
    command += ["-i", f"file:{path}", "-map", f"0:{covers[0].index}", "-c", "copy", "-frames:v", "1"]
    command += ["-f", "image2pipe", "pipe:1"]
    try:
        done = sandbox.run(command, COPY_S, max_bytes)
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.output if done.code == 0 else None

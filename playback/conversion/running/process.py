"""One run of ffmpeg: start it, report its progress, stop it. Its output is bounded."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playback import sandbox
from playback.conversion.running.progress_lines import ProgressReader

MEMORY_BYTES = 4 * 1024**3  # 1080p needs 1.5 GiB of address space, 768 MiB are not enough
FILE_BYTES = 8 * 1024**3
WATCH_S = 0.5  # between two calls of `watch` without a progress line
CHUNK = 64 * 1024
MAX_ERROR_LINES = 20
MAX_LINE = 1000


@dataclass(frozen=True)
class Outcome:
    """`code` is negative for a signal. `stopped`: `watch` ended the run. `errors`: the last lines of the log."""

    code: int
    stopped: bool
    errors: tuple[str, ...]


def run(
    arguments: list[str],
    folder: Path,
    *,
    cpu_s: int,
    watch: Callable[[ProgressReader], bool],
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Run ffmpeg in `folder` until it ends or `watch` returns False.

    That is called at each report and at least twice a second. Raises OSError if it cannot be started.
    """
    program = sandbox.ffmpeg()
    if program is None:
        raise FileNotFoundError("ffmpeg is not installed")
    limits = sandbox.Limits(cpu_s, FILE_BYTES, MEMORY_BYTES)
    process = sandbox.start([program, *arguments], limits, urgency=sandbox.LATER, folder=folder)
    try:
        return _follow(process, watch, clock)
    finally:
        sandbox.stop(process)


class _Lines:
    """The lines of a pipe; the end of a very long one is dropped."""

    def __init__(self, pipe: IO[bytes]):
        self.descriptor = pipe.fileno()
        self._rest = b""

    def read(self) -> list[str] | None:
        """Return the lines that are there, or None at the end."""
        data = os.read(self.descriptor, CHUNK)
        if not data:
            return None
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:MAX_LINE]
        return [line[:MAX_LINE].decode("utf-8", "replace") for line in whole]


def _follow(
    process: subprocess.Popen[bytes], watch: Callable[[ProgressReader], bool], clock: Callable[[], float]
) -> Outcome:
    assert process.stdout is not None and process.stderr is not None
    progress, errors = ProgressReader(), deque[str](maxlen=MAX_ERROR_LINES)
    watched_s = clock()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, (_Lines(process.stdout), progress.feed))
        selector.register(process.stderr, selectors.EVENT_READ, (_Lines(process.stderr), errors.append))
        while selector.get_map():
            reported = False
            for key, _ in selector.select(WATCH_S):
                lines, take = key.data
                read = lines.read()
                if read is None:
                    selector.unregister(key.fileobj)
                for line in read or ():
                    reported = bool(take(line)) or reported
            if reported or clock() - watched_s >= WATCH_S:
                watched_s = clock()
                if not watch(progress):
                    sandbox.stop(process)
                    return Outcome(process.returncode, True, tuple(errors))
    return Outcome(process.wait(), False, tuple(errors))


def killed_by(code: int) -> str:
    """Return the name of the signal that ended a process, or an empty string."""
    try:
        return signal.Signals(-code).name if code < 0 else ""
    except ValueError:
        return f"signal {-code}"

"""Runs `manage.py convert` as a child process of `serve` while there is something to convert.

Without work there is no process: a look at the database every few seconds costs less than 60 MB of memory. The child
reads a pipe whose other end this process holds, and ends when that closes, so it does not outlive a killed server.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from playback import sandbox
from playback.models import Conversion
from watchium import server_clock

logger = logging.getLogger(__name__)

POLL_S = 2.0
IDLE_S = 20.0  # the child ends after so long without work
SHORT_LIFE_S = 10.0
MAX_RESTART_WAIT_S = 60.0
STOP_S = 0.8  # the server ends within a second; the child ends by itself


@contextmanager
def conversion_worker() -> Iterator[None]:
    """Start workers when needed, until the end of the block. Does nothing if conversions are switched off."""
    if not settings.CONVERSIONS or sandbox.ffmpeg() is None:
        yield
        return
    starter = WorkerStarter(
        [sys.executable, sys.argv[0], "convert", "--parent-pipe", "--idle-s", str(IDLE_S)]
    )
    thread = threading.Thread(target=starter.run, name="conversions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        starter.stop()
        thread.join(STOP_S)


class WorkerStarter:
    def __init__(self, command: list[str]):
        self._command = command
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._began_s = 0.0
        self._short_lives = 0

    def run(self) -> None:
        wait_s = POLL_S
        while not self._stopping.wait(wait_s):
            wait_s = self._poll()
        self._end_process()
        connection.close()

    def stop(self) -> None:
        self._stopping.set()

    def _poll(self) -> float:
        """Start a worker if there is work and none runs; return the seconds until the next look."""
        if self._process is not None:
            if self._process.poll() is None:
                return POLL_S
            wait_s = self._after_exit(self._process)
            self._process = None
            return wait_s
        if _has_work():
            self._began_s = time.monotonic()
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603
        return POLL_S

    def _after_exit(self, process: subprocess.Popen[bytes]) -> float:
        """Close the pipe; return how long to wait before another start: longer after several short lives."""
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode == 0 or time.monotonic() - self._began_s > SHORT_LIFE_S:
            self._short_lives = 0
            return POLL_S
        self._short_lives += 1
        logger.error("the conversion worker ended with %d; another starts", process.returncode)
        return min(MAX_RESTART_WAIT_S, POLL_S * 2.0**self._short_lives)

    def _end_process(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()


def _has_work() -> bool:
    try:
        return Conversion.objects.has_work(server_clock.now_ms())
    except (DatabaseError, InterfaceError):
        return False  # reported by those who need it
    finally:
        # Back into the pool. SQLite has none: opening its file for each look took four times as long as the query.
        if connection.vendor == "postgresql":
            connection.close()

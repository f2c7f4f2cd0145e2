"""Convert library items that were queued for preparation."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playback import sandbox
from playback.conversion.running.worker import Worker
from playback.domain.library.problems import NOT_INSTALLED


class Command(BaseCommand):
    help = (
        "Convert queued films and uploads with ffmpeg, until SIGINT or SIGTERM. `serve` runs this if there is work; "
        "another machine with the same database, library and data folder may run it too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when no job is left")
        parser.add_argument(
            "--jobs", type=_at_least_one, default=max(1, settings.CONVERSIONS), help="conversions at a time"
        )
        parser.add_argument("--idle-s", type=float, help="end after so many seconds without work")
        # Set by `serve`: end when standard input closes, because the server is gone then.
        parser.add_argument("--parent-pipe", action="store_true", help="end when standard input closes")

    def handle(
        self, *args: Any, once: bool, jobs: int, idle_s: float | None, parent_pipe: bool, **options: Any
    ) -> None:
        if sandbox.ffmpeg() is None:
            raise CommandError(f"{NOT_INSTALLED} Install ffmpeg, then run this again.")
        worker = Worker(jobs, idle_s=0.0 if once else idle_s)

        def stop(sign: int, frame: FrameType | None) -> None:
            worker.stop()

        handlers = {signal.SIGTERM: stop, signal.SIGINT: signal.SIG_IGN if parent_pipe else stop}
        former = {sign: signal.signal(sign, handler) for sign, handler in handlers.items()}
        if parent_pipe:
            threading.Thread(target=_stop_at_end_of_input, args=(worker,), daemon=True).start()
        try:
            worker.run()
        finally:
            for sign, handler in former.items():
                signal.signal(sign, handler)


def _stop_at_end_of_input(worker: Worker) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    worker.stop()


def _at_least_one(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 32:
        raise ValueError
    return number

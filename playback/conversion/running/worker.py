"""The worker: claims jobs and runs them, one for each slot, until it is stopped or has no more work."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from playback.conversion import tidy
from playback.conversion.running.job import Job
from playback.domain.library import problems
from playback.models import Conversion
from watchium import server_clock

logger = logging.getLogger(__name__)

POLL_S = 2.0
TIDY_S = 3600.0


class Worker:
    """`idle_s`: end after so many seconds without work; None to wait for ever."""

    def __init__(
        self,
        slots: int,
        *,
        idle_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], float] = server_clock.now_ms,
    ):
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self.stopping = threading.Event()
        self._slots = slots
        self._idle_s = idle_s
        self._clock = clock
        self._now_ms = now_ms

    def run(self) -> None:
        """Work in each slot; return when all have ended. Further slots have threads of their own."""
        self._tidy()
        threads = [
            threading.Thread(target=self._work_on_thread, args=(slot,), name=f"conversion-{slot}")
            for slot in range(1, self._slots)
        ]
        for thread in threads:
            thread.start()
        self._work(0)
        for thread in threads:
            while thread.is_alive():
                thread.join(POLL_S)  # with a time limit, so that signals are handled

    def stop(self) -> None:
        """End soon: running jobs go back to the queue."""
        self.stopping.set()

    def _work_on_thread(self, slot: int) -> None:
        try:
            self._work(slot)
        finally:
            connection.close()

    def _work(self, slot: int) -> None:
        worked_s = tidied_s = self._clock()
        while not self.stopping.is_set():
            if self._run_next(slot):
                worked_s = self._clock()
                continue
            if self._idle_s is not None and self._clock() - worked_s >= self._idle_s:
                return
            if slot == 0 and self._clock() - tidied_s >= TIDY_S:
                self._tidy()
                tidied_s = self._clock()
            self.stopping.wait(min(POLL_S, self._idle_s) if self._idle_s else POLL_S)

    def _run_next(self, slot: int) -> bool:
        """Run a job if there is one. Errors are logged: the next job may be fine."""
        try:
            now_ms = self._now_ms()
            Conversion.objects.fail_abandoned(now_ms, problems.ABANDONED)
            row = Conversion.objects.claim(f"{self.name}:{slot}", now_ms)
            if row is None:
                return False
            logger.info("conversion %d begins: %s (%s)", row.pk, row.source, row.kind)
            Job(row, self.stopping).run()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("conversions wait for the database: %s", error)
            connection.close()
            return False
        except Exception:
            logger.exception("a conversion failed")
            return False
        return True

    def _tidy(self) -> None:
        try:
            for folder in tidy.remove_leftovers():
                logger.info("removed %s, which belongs to no conversion", folder)
        except (DatabaseError, InterfaceError, OSError) as error:
            logger.warning("leftovers of conversions stay for now: %s", error)

"""Once a second: write what this process counted, read what all did, remember it.

On a thread of its own: it goes on when the loop hangs, and measures that; a slow disk holds up nobody's film.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from pathlib import Path

from django.conf import settings

from watchium import server_clock
from watchium.telemetry import process, shared_files
from watchium.telemetry.aggregate import Figures, added, lasting
from watchium.telemetry.history import Course, Look, Sample
from watchium.telemetry.shared_files import MetricDirectory, MetricFile, Page

logger = logging.getLogger(__name__)

PERIOD_S = 1.0


class Recorder:
    """What one process knows of all of them."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.slot: MetricFile | None = shared_files.take(folder)
        self.shelf = MetricDirectory(folder)
        self.course = Course()
        self.loop = loop
        self.pid = process.pid()
        self.started_ms = server_clock.now_ms()
        self._asked_s: float | None = None
        self._lag_ms: float | None = None
        self._warned = False

    @property
    def label(self) -> str:
        return str(self.slot.number) if self.slot else str(self.pid)

    def own(self) -> Figures:
        """This process, and whoever held its file before."""
        mine = process.figures(self.label, self._lag_ms)
        return added([self.slot.before, mine]) if self.slot else mine

    def look(self, now_ms: float) -> Look:
        """All processes as of now: this one at once, the others as of their last second."""
        pages = self.shelf.pages()
        if self.slot:
            pages.pop(self.slot.number, None)
        alive = [page for page in pages.values() if page.fresh(now_ms)]
        gone = [page for page in pages.values() if not page.fresh(now_ms)]
        figures = [page.figures for page in alive] + [lasting(page.figures) for page in gone]
        return Look(now_ms, 1 + len(alive), added([self.own(), *figures]))

    def record(self, now_ms: float) -> None:
        self._listen_to_the_loop()
        self._write(now_ms)
        self.course.add(self.look(now_ms))

    def _write(self, now_ms: float) -> None:
        if self.slot is None:
            return
        page = Page(pid=self.pid, at_ms=now_ms, started_ms=self.started_ms, figures=self.own())
        try:
            self.slot.write(page)
        except OSError as error:
            if not self._warned:
                logger.warning("the figures of this process cannot be written: %s", error)
            self._warned = True

    def _listen_to_the_loop(self) -> None:
        """How long the loop lets a call wait. One that has not come back yet has waited since it was asked."""
        if self.loop is None or self.loop.is_closed():
            return
        if self._asked_s is not None:
            self._lag_ms = (time.monotonic() - self._asked_s) * 1000
            return
        asked_s = self._asked_s = time.monotonic()

        def answered() -> None:
            self._lag_ms = (time.monotonic() - asked_s) * 1000
            self._asked_s = None

        self.loop.call_soon_threadsafe(answered)

    def run(self, stopped: threading.Event) -> None:
        while not stopped.wait(PERIOD_S):
            try:
                self.record(server_clock.now_ms())
            except Exception:
                logger.exception("the figures of this second are lost")


_recorder: Recorder | None = None


def start() -> None:
    """Begin to record on the running loop's behalf, unless this process does already."""
    global _recorder
    if _recorder is not None and _recorder.pid == process.pid():
        return
    folder = Path(settings.DATA_DIR) / "figures"
    _recorder = Recorder(folder, asyncio.get_running_loop())
    threading.Thread(target=_recorder.run, args=(threading.Event(),), name="figures", daemon=True).start()


def now() -> Look:
    """What a scrape is told; of this process alone where it serves no sockets."""
    now_ms = server_clock.now_ms()
    if _recorder is not None:
        return _recorder.look(now_ms)
    return Look(now_ms, 1, process.figures(str(process.pid())))


def after(at_ms: float) -> list[Sample]:
    """The seconds after that one, of the last ten minutes."""
    return _recorder.course.after(at_ms) if _recorder is not None else []


def latest() -> Sample | None:
    """The last second; None right after the start."""
    return _recorder.course.samples[-1] if _recorder is not None and _recorder.course.samples else None


def since_ms() -> float | None:
    """From when on this process remembers."""
    return _recorder.started_ms if _recorder is not None else None

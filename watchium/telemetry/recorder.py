"""Records metrics once a second: writes those of this process, reads those of all processes, keeps the history.

It runs on a thread of its own, which continues and measures the delay while the event loop hangs, and keeps a slow
disk from delaying requests.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from watchium import server_clock
from watchium.process_state import process_state
from watchium.telemetry import process, shared_files
from watchium.telemetry.aggregate import Metrics, merged, without_gauges
from watchium.telemetry.history import History, Reading, Sample
from watchium.telemetry.shared_files import MetricDirectory, MetricFile, MetricPage

logger = logging.getLogger(__name__)

PERIOD_S = 1.0


class Recorder:
    """One process's view of the metrics of all processes."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.file: MetricFile | None = shared_files.acquire(folder)
        self.directory = MetricDirectory(folder)
        self.history = History()
        self.loop = loop
        self.pid = process.pid()
        self.started_ms = server_clock.now_ms()
        self._probed_s: float | None = None
        self._lag_ms: float | None = None
        self._warned = False

    @property
    def label(self) -> str:
        return str(self.file.number) if self.file else str(self.pid)

    def own_metrics(self) -> Metrics:
        """This process and the processes that held its file before."""
        metrics = process.metrics(self.label, self._lag_ms)
        return merged([self.file.before, metrics]) if self.file else metrics

    def read(self, now_ms: float) -> Reading:
        """All processes: this one as of now, the others as of their last write."""
        pages = self.directory.pages()
        if self.file:
            pages.pop(self.file.number, None)
        running = [page for page in pages.values() if page.fresh(now_ms)]
        ended = [page for page in pages.values() if not page.fresh(now_ms)]
        others = [page.metrics for page in running] + [without_gauges(page.metrics) for page in ended]
        return Reading(now_ms, 1 + len(running), merged([self.own_metrics(), *others]))

    def record(self, now_ms: float) -> None:
        self._measure_loop_lag()
        self._write(now_ms)
        self.history.add(self.read(now_ms))

    def _write(self, now_ms: float) -> None:
        if self.file is None:
            return
        page = MetricPage(pid=self.pid, at_ms=now_ms, started_ms=self.started_ms, metrics=self.own_metrics())
        try:
            self.file.write(page)
        except OSError as error:
            if not self._warned:
                logger.warning("could not write the metrics of this process: %s", error)
            self._warned = True

    def _measure_loop_lag(self) -> None:
        """Measure how long the loop delays a callback. One that has not run yet is as late as its age."""
        if self.loop is None or self.loop.is_closed():
            return
        if self._probed_s is not None:
            self._lag_ms = (time.monotonic() - self._probed_s) * 1000
            return
        probed_s = self._probed_s = time.monotonic()

        def on_loop() -> None:
            self._lag_ms = (time.monotonic() - probed_s) * 1000
            self._probed_s = None

        self.loop.call_soon_threadsafe(on_loop)

    def run(self, stopped: threading.Event) -> None:
        while not stopped.wait(PERIOD_S):
            try:
                self.record(server_clock.now_ms())
            except Exception:
                logger.exception("could not record the metrics of this second")


@dataclass
class _State:
    recorder: Recorder | None = None


_state = process_state(_State)


def start() -> None:
    """Start recording for the running loop, unless this process does already."""
    if _state.recorder is not None and _state.recorder.pid == process.pid():
        return
    folder = Path(settings.DATA_DIR) / "figures"
    _state.recorder = Recorder(folder, asyncio.get_running_loop())
    threading.Thread(
        target=_state.recorder.run, args=(threading.Event(),), name="metrics", daemon=True
    ).start()


def current() -> Reading:
    """The reading for a scrape; of this process alone if it serves no sockets."""
    now_ms = server_clock.now_ms()
    if _state.recorder is not None:
        return _state.recorder.read(now_ms)
    return Reading(now_ms, 1, process.metrics(str(process.pid())))


def after(at_ms: float) -> list[Sample]:
    """The samples of the last ten minutes that are later than `at_ms`."""
    return _state.recorder.history.after(at_ms) if _state.recorder is not None else []


def latest() -> Sample | None:
    """The last second; None right after the start."""
    samples = _state.recorder.history.samples if _state.recorder is not None else None
    return samples[-1] if samples else None


def since_ms() -> float | None:
    """The start of this process's history."""
    return _state.recorder.started_ms if _state.recorder is not None else None

"""The metrics of this process: its counters, its gauges, and the CPU time, memory and files it uses."""

from __future__ import annotations

import contextlib
import os
import threading
import time

from watchium.telemetry.aggregate import Histogram, Metrics
from watchium.telemetry.counters import COUNTERS, counter_values, gauge_values

STARTED_S = time.time()


def pid() -> int:
    return os.getpid()


def metrics(label: str, lag_ms: float | None = None) -> Metrics:
    """The current metrics. `label` distinguishes this process's resources from those of other processes."""
    return Metrics(
        counters=counter_values(),
        gauges={**gauge_values(label), **_resources(label, lag_ms)},
        histograms={
            name: Histogram(
                bounds=list(counted.bounds), counts=[*map(float, counted.counts)], total=counted.total
            )
            for name, counted in COUNTERS.histograms.items()
        },
    )


def _resources(label: str, lag_ms: float | None) -> dict[str, dict[str, float]]:
    used = {
        "cpu_seconds": time.process_time(),
        "threads": float(threading.active_count()),
        "started_seconds": STARTED_S,
    }
    if lag_ms is not None:
        used["loop_lag_ms"] = lag_ms
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        with open("/proc/self/statm") as file:
            used["resident_bytes"] = float(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        used["open_fds"] = float(_open_fds())
    return {name: {label: value} for name, value in used.items()}


def _open_fds() -> int:
    """The size of the folder since Linux 6.2: listing thousands of files each second takes longest."""
    folder = "/proc/self/fd"
    return os.stat(folder).st_size or len(os.listdir(folder))

"""This process: what it counted, what it holds open, what it costs."""

from __future__ import annotations

import contextlib
import os
import threading
import time

from watchium.realtime import broadcast, channel_layer
from watchium.realtime import hub as fanout
from watchium.telemetry.aggregate import Figures, Spread
from watchium.telemetry.counters import TALLY

STARTED_S = time.time()


def pid() -> int:
    return os.getpid()


def figures(label: str, lag_ms: float | None = None) -> Figures:
    """As of now. `label` tells this process's own costs from its siblings'."""
    return Figures(
        counters={**TALLY.counters(), **_plain()},
        gauges={"sockets": _sockets(), **_costs(label, lag_ms)},
        histograms={
            name: Spread(bounds=list(told.bounds), counts=[*map(float, told.counts)], total=told.total)
            for name, told in TALLY.histograms.items()
        },
    )


# What is called otherwise outside, and what is not told.
CALLED = {"delivered": "deliveries", "published": ""}


def _plain() -> dict[str, dict[str, float]]:
    """What the hot paths count in bare integers."""
    from watchium.realtime import send_queue

    counted = vars(fanout.counts) | vars(send_queue.counts) | vars(channel_layer.counts)
    called = {CALLED.get(name, name): {"": float(count)} for name, count in counted.items()}
    called.pop("", None)
    return called


def _sockets() -> dict[str, float]:
    from watchium.consumers.socket import Socket  # which starts the ticker, which starts whoever asks here

    hub = fanout._hub
    lobby = len(hub.groups.get(broadcast.LOBBY, ())) if hub else 0
    return {"lobby": lobby, "room": max(0, len(Socket.live) - lobby)}


def _costs(label: str, lag_ms: float | None) -> dict[str, dict[str, float]]:
    from watchium.background import pubsub_monitor

    costs = {
        "degraded": float(pubsub_monitor.degraded()),
        "cpu_seconds": time.process_time(),
        "threads": float(threading.active_count()),
        "started_seconds": STARTED_S,
    }
    if lag_ms is not None:
        costs["loop_lag_ms"] = lag_ms
    with contextlib.suppress(OSError, AttributeError):  # Linux alone tells these
        with open("/proc/self/statm") as file:
            costs["resident_bytes"] = float(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        costs["open_fds"] = float(_open_fds())
    return {name: {label: value} for name, value in costs.items()}


def _open_fds() -> int:
    """The size of the folder since Linux 6.2: to list thousands every second takes longer than all the rest."""
    folder = "/proc/self/fd"
    return os.stat(folder).st_size or len(os.listdir(folder))

"""CPU affinity, CPU time and memory of processes. Linux only."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = {_CORES[0]}, {_CORES[-1]}
BOTH = SERVER | LOAD


@contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """Processes started in the block run on these cores permanently."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """Return the process and its descendants."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def cpu_s(pid: int) -> float:
    """Return CPU seconds of the process and its children, to the microsecond."""
    return sum(_cpu_s(one) for one in family(pid))


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)  # another process's clock: clock_getcpuclockid(3)
    except OSError:  # it has just ended
        return 0.0


def rss_kb(pid: int) -> int:
    """Return kilobytes of memory in use by the process and its children."""
    return sum(_rss_kb(one) for one in family(pid))


def _rss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def used() -> dict[int, tuple[int, int]]:
    """Return busy and total ticks by core since boot; two readings give the utilisation."""
    found = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *counts = line.split()
        if name.startswith("cpu") and name != "cpu":
            ticks = [int(count) for count in counts[:8]]
            found[int(name[3:])] = (sum(ticks) - ticks[3] - ticks[4], sum(ticks))
    return found


def share(before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]], cores: set[int]) -> float:
    """Return the utilisation of these cores between two readings."""
    busy = sum(after[core][0] - before[core][0] for core in cores)
    return busy / max(1, sum(after[core][1] - before[core][1] for core in cores))

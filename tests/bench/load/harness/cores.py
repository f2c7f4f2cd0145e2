"""Where processes run, what they used of a core, and what memory they hold. Linux only."""

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
    """What is started inside runs on these cores, for good."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """The process and what it started."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def cpu_s(pid: int) -> float:
    """Seconds of CPU that the process and its children have used so far, to the microsecond."""
    return sum(_cpu_s(one) for one in family(pid))


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)  # another process's clock: clock_getcpuclockid(3)
    except OSError:  # it ended a moment ago
        return 0.0


def rss_kb(pid: int) -> int:
    """Kilobytes of memory in use, of the process and its children."""
    return sum(_rss_kb(one) for one in family(pid))


def _rss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def used() -> dict[int, tuple[int, int]]:
    """By core: ticks in use and ticks in all since the machine started; two readings make a share."""
    found = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *counts = line.split()
        if name.startswith("cpu") and name != "cpu":
            ticks = [int(count) for count in counts[:8]]
            found[int(name[3:])] = (sum(ticks) - ticks[3] - ticks[4], sum(ticks))
    return found


def share(before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]], cores: set[int]) -> float:
    """Of these cores, how much was in use between two readings."""
    busy = sum(after[core][0] - before[core][0] for core in cores)
    return busy / max(1, sum(after[core][1] - before[core][1] for core in cores))

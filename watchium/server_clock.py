"""The server's clock: Unix milliseconds that never step and are the same in every process of a host.

It is the kernel's clock since boot (which a change of the wall clock does not touch and sleep does not stop) plus
an anchor that all processes share: the first one after a boot stores it, the others read it. `WATCHIUM_CLOCK=wall`
takes the wall clock instead, for several hosts whose clocks are disciplined by NTP.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_anchor_ms: float | None = None
_clock_id = ""
_keep: Callable[[str, float], float] | None = None


def _boot_ms() -> float:
    return time.clock_gettime_ns(_CLOCK) / 1e6


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"uptime-{int((time.time() - _boot_ms() / 1000) // 60)}"


def keep_anchor_with(keep: Callable[[str, float], float]) -> None:
    """`keep(boot_id, proposed_ms)` stores the proposed anchor unless there is one, and returns the one that holds."""
    global _keep
    _keep = keep


def set_anchor(anchor_ms: float, clock_id: str) -> None:
    global _anchor_ms, _clock_id
    _anchor_ms, _clock_id = anchor_ms, clock_id


def start(*, wall: bool = False) -> None:
    """Find the anchor; reads or writes one row. To be called before anything asks for the time."""
    if wall:
        set_anchor(0.0, "wall")
        return
    boot_id = _boot_id()
    proposed_ms = time.time_ns() / 1e6 - _boot_ms()
    held_ms = _keep(boot_id, proposed_ms) if _keep else proposed_ms
    set_anchor(held_ms, hashlib.sha256(f"{boot_id}:{held_ms}".encode()).hexdigest()[:8])


def now_ms() -> float:
    """Server time in Unix milliseconds."""
    if _anchor_ms is None:
        start()
    if _clock_id == "wall":
        return time.time_ns() / 1e6
    return _boot_ms() + (_anchor_ms or 0.0)


def clock_id() -> str:
    """Changes when times of before cannot be compared with times from now on."""
    return _clock_id

"""The server's clock: Unix milliseconds that never step and are equal in all processes of a host.

It is the kernel's clock since boot, which neither stops in sleep nor follows changes of the wall clock, plus an anchor
that all processes share: the first process after a boot stores it, the others read it. `WATCHIUM_CLOCK=wall` uses the
wall clock instead, for several hosts whose clocks are synchronised by NTP.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_anchor_ms: float | None = None
_clock_id = ""
_store: Callable[[str, float], float] | None = None


def _boot_ms() -> float:
    return time.clock_gettime_ns(_CLOCK) / 1e6


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"uptime-{int((time.time() - _boot_ms() / 1000) // 60)}"


def set_anchor_store(store: Callable[[str, float], float]) -> None:
    """Set the function that stores anchors: `store(boot_id, proposed_ms)` returns the stored one, if any."""
    global _store
    _store = store


def set_anchor(anchor_ms: float, clock_id: str) -> None:
    global _anchor_ms, _clock_id
    _anchor_ms, _clock_id = anchor_ms, clock_id


def start(*, wall: bool = False) -> None:
    """Load or store the anchor, with one row read or written. Call this before the first use of the clock."""
    if wall:
        set_anchor(0.0, "wall")
        return
    boot_id = _boot_id()
    proposed_ms = time.time_ns() / 1e6 - _boot_ms()
    anchor_ms = _store(boot_id, proposed_ms) if _store else proposed_ms
    set_anchor(anchor_ms, hashlib.sha256(f"{boot_id}:{anchor_ms}".encode()).hexdigest()[:8])


def now_ms() -> float:
    """Server time in Unix milliseconds."""
    if _anchor_ms is None:
        start()
    if _clock_id == "wall":
        return time.time_ns() / 1e6
    return _boot_ms() + (_anchor_ms or 0.0)


def clock_id() -> str:
    """Changes when earlier times cannot be compared with later ones."""
    return _clock_id

"""Limit processes to a share of a core each, to compare two processes with one on a machine with few cores.

Uses control groups (cgroups(7)), so it needs root on Linux.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PERIOD_US = 10_000  # short compared with the measured delays


def _folder() -> Path | None:
    """Return the parent of CPU-limited groups: of cgroups v1, else v2."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, options, *_ = line.split()
        if kind == "cgroup" and "cpu" in options.split(","):
            return Path(where)
        if kind == "cgroup2" and "cpu" in (Path(where) / "cgroup.subtree_control").read_text().split():
            return Path(where)
    return None


def possible() -> bool:
    folder = _folder()
    return folder is not None and os.access(folder, os.W_OK)


@contextmanager
def held(pids: Sequence[int], share: float) -> Iterator[None]:
    """Limit each process to this share of a core."""
    with ExitStack() as stack:
        for pid in pids:
            stack.enter_context(_alone_in_a_group(pid, share))
        yield


@contextmanager
def _alone_in_a_group(pid: int, share: float) -> Iterator[None]:
    folder = _folder()
    assert folder is not None, "ask `possible` first"
    group = folder / f"watchium-bench-{pid}"
    group.mkdir()
    try:
        _limit(group, share)
        (group / "cgroup.procs").write_text(str(pid))
        yield
        with suppress(ProcessLookupError):
            (folder / "cgroup.procs").write_text(str(pid))
    finally:
        with suppress(OSError):  # after a failure, while the process is still in the group
            group.rmdir()


def _limit(group: Path, share: float) -> None:
    quota_us = int(PERIOD_US * share)
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
    else:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota_us))

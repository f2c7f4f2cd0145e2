"""A browser whose processes can be suspended, as when a laptop is closed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser


class Sleeper:
    def __init__(self, browser: Browser, mark: str) -> None:
        self.browser = browser
        self.mark = mark

    @contextmanager
    def sleeping(self) -> Iterator[None]:
        pids = self._pids()
        assert pids, "the browser's processes were not found"
        _signal(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def _pids(self) -> list[int]:
        """Return the processes with the mark on their command line, and all their descendants."""
        parents = dict(_running())
        family = {pid for pid in parents if self.mark.encode() in _words(pid)}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return sorted(family)


@contextmanager
def sleeper(launch: Callable[..., Browser]) -> Iterator[Sleeper]:
    mark = f"--watchium-sleeper={uuid4().hex}"
    browser = launch(mark)
    try:
        yield Sleeper(browser, mark)
    finally:
        browser.close()


def _running() -> Iterator[tuple[int, int]]:
    """Yield each running process and its parent."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # the process has ended
        yield int(folder.name), int(parent)


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue

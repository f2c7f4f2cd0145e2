"""Files that a run of tests makes once, and that each of its processes copies or reads."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

TEMPLATE_DATA = "WATCHIUM_TEST_TEMPLATE"


@cache
def run_folder() -> Path:
    """Return the folder that this run shares with its processes, else one of this process."""
    if shared := os.environ.get(TEMPLATE_DATA):
        return Path(shared)
    folder = Path(tempfile.mkdtemp(prefix="watchium-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def in_run_folder(name: str, fill: Callable[[Path], object]) -> Path:
    """Return a folder that the first process of the run that needs it fills for all."""
    folder = run_folder() / name
    with locked(name):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(folder)
    return folder

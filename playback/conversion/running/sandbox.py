"""How ffmpeg is started: with low priority, without a network, within limits of memory, time and file size.

A file may be made to attack its reader. Each measure is used if this system has it; ffmpeg runs without the others.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from contextlib import suppress

from watchium.process_state import per_process

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

NICE = 15
MEMORY_BYTES = 4 * 1024**3  # 1080p needs 1.5 GiB of address space, 768 MiB are not enough
FILE_BYTES = 8 * 1024**3
TRY_S = 5.0


def program() -> str | None:
    """Return the path of ffmpeg, or None if it is not installed."""
    return shutil.which("ffmpeg")


@per_process
def prefix() -> list[str]:
    """Return the words before ffmpeg's own: programs that each start the next one."""
    words: list[str] = []
    for candidate in (
        ["nice", "-n", str(NICE)],
        ["ionice", "-c", "3"],
        # Root keeps its own user: in a new one it could not read files of other users.
        ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"],
        # Last, because a change of user clears it. A worker that is killed takes its converter with it.
        ["setpriv", "--pdeathsig", "KILL"],
    ):
        if _works([*words, *candidate]):
            words += candidate
        else:
            logger.info("ffmpeg runs without %s, which does not work here", candidate[0])
    return words


def _works(words: list[str]) -> bool:
    if shutil.which(words[0]) is None:
        return False
    try:
        tried = subprocess.run(  # noqa: S603  # constant words
            [*words, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TRY_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def limit(pid: int, cpu_s: int) -> None:
    """Bound what a process may use, where the system can; programs that it starts in its place inherit it."""
    if resource is None or not hasattr(resource, "prlimit"):
        return
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):  # it has ended already, or a lower limit holds
            resource.prlimit(pid, kind, (most, most))

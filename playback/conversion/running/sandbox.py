"""How ffmpeg is started: with low priority, without a network, within limits of memory, time and file size.

A file may be made to attack its reader. Each measure is used if this system has it; ffmpeg runs without the others.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess

from watchium.process_state import per_process

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

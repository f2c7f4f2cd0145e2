"""Runs ffmpeg and ffprobe on strangers' files: without a network, without secrets, within limits of all they use.

A file may be made to attack its reader. Each measure is used if this system has it; programs run without the others.
The programs in front cost two milliseconds beside the seventy of ffprobe.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from watchium.process_state import per_process

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

MAX_MEMORY = 2 * 1024**3  # bytes of address space; a tag may claim to be a gigabyte
TRY_S = 5.0
TERMINATE_S = 10.0
# Programs that each start the next one, by how urgent the work is.
NOW, SOON, LATER = "now", "soon", "later"
_PRIORITY = {NOW: [], SOON: [["nice", "-n", "10"]], LATER: [["nice", "-n", "15"], ["ionice", "-c", "3"]]}
# Their messages say nothing about the file.
_STARTERS = (b"nice: ", b"ionice: ", b"unshare: ", b"setpriv: ")


class Limits(NamedTuple):
    """Processor seconds, bytes of address space, and bytes of each file that is written."""

    cpu_s: int
    file_bytes: int
    memory_bytes: int = MAX_MEMORY


class Done(NamedTuple):
    """`code`: the exit code, negative for a signal; -SIGXFSZ if the output is too long."""

    code: int
    output: bytes
    errors: bytes


def ffmpeg() -> str | None:
    """Return the path of ffmpeg, or None if it is not installed."""
    return shutil.which("ffmpeg")


def run(
    command: list[str],
    limit_s: float,
    max_output: int,
    max_memory: int = MAX_MEMORY,
    *,
    urgency: str = NOW,
) -> Done:
    """Run a program to its end. Raises TimeoutExpired, and OSError if it cannot be started."""
    limits = Limits(max(1, int(limit_s)), max_output, max_memory)
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = start(command, limits, urgency=urgency, output=output, errors=errors)
        try:
            code = process.wait(limit_s)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if os.fstat(output.fileno()).st_size > max_output:  # written before the limit held
            code = -signal.SIGXFSZ
        output.seek(0)
        errors.seek(0)
        done = Done(code, output.read(max_output), errors.read(max_output))
    if code > 0 and done.errors.startswith(_STARTERS):
        raise OSError(done.errors[:200].decode(errors="replace"))
    return done


def start(
    command: list[str],
    limits: Limits,
    *,
    urgency: str = NOW,
    folder: Path | None = None,
    output: int | IO[bytes] = subprocess.PIPE,
    errors: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a program without a shell, in `folder`. Raises OSError if it cannot be started."""
    process = subprocess.Popen(  # noqa: S603  # no shell; what comes from outside is a path after `file:`
        [*prefixes()[urgency], *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=_environment(),
    )
    try:
        _limit(process.pid, limits)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and kill it if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(TERMINATE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _environment() -> dict[str, str]:
    """Return what a program needs; it gets no secrets of the server."""
    names = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ}


def _limit(pid: int, limits: Limits) -> None:
    """Bound what a process may use, where the system can; programs that it starts in its place inherit it."""
    if resource is None or not hasattr(resource, "prlimit"):
        return
    most = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in most.items():
        with suppress(OSError, ValueError):  # it has ended already, or a lower limit holds
            resource.prlimit(pid, kind, (value, value))


@per_process
def prefixes() -> dict[str, list[str]]:
    """Return the words before a program's own, by urgency."""
    # Root keeps its own user: in a new one it could not read files of other users.
    network = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    # Last, because a change of user clears it. A process that is killed takes its programs with it.
    isolation = _working([network, ["setpriv", "--pdeathsig", "KILL"]])
    return {urgency: [*_working(words), *isolation] for urgency, words in _PRIORITY.items()}


def _working(candidates: list[list[str]]) -> list[str]:
    words: list[str] = []
    for candidate in candidates:
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

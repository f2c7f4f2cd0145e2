"""Run a program on a file from somebody else: bounded in time, CPU time, memory and output."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from tempfile import TemporaryFile
from typing import NamedTuple

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

MAX_MEMORY = 2 * 1024**3  # bytes of address space; a tag may claim to be a gigabyte


class Done(NamedTuple):
    """`code`: the exit code, negative for a signal; -SIGXFSZ if the output is too long."""

    code: int
    output: bytes
    errors: bytes


def environment() -> dict[str, str]:
    """Return what a program needs that reads a stranger's file: it gets no secrets of the server."""
    names = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ}


def run(command: list[str], limit_s: float, max_output: int, max_memory: int = MAX_MEMORY) -> Done:
    """Run a program without a shell. Raises TimeoutExpired, and OSError if it cannot be started."""
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment()
        )
        try:
            _limit(process.pid, limit_s, max_output, max_memory)
            code = process.wait(limit_s)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0)
        errors.seek(0)
        return Done(code, output.read(max_output), errors.read(max_output))


def _limit(pid: int, limit_s: float, max_output: int, max_memory: int) -> None:
    """Bound what a process may use, where the system can."""
    if resource is None or not hasattr(resource, "prlimit"):
        return
    limits = {
        resource.RLIMIT_FSIZE: max_output,
        resource.RLIMIT_AS: max_memory,
        resource.RLIMIT_CPU: max(1, int(limit_s)),
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):  # it has ended already, or a lower limit holds
            resource.prlimit(pid, kind, (most, most))

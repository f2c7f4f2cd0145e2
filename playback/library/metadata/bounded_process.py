"""Run a program on a stranger's file: bounded in time, CPU time, memory and output."""

from __future__ import annotations

import os
import signal
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
            cpu_s = max(1, int(limit_s))
            limit(process.pid, cpu_s=cpu_s, memory_bytes=max_memory, file_bytes=max_output)
            code = process.wait(limit_s)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if os.fstat(output.fileno()).st_size > max_output:  # written before the limit held
            code = -signal.SIGXFSZ
        output.seek(0)
        errors.seek(0)
        return Done(code, output.read(max_output), errors.read(max_output))


def limit(pid: int, *, cpu_s: int, memory_bytes: int, file_bytes: int) -> None:
    """Bound what a process may use, where the system can; programs that it starts in its place inherit it."""
    if resource is None or not hasattr(resource, "prlimit"):
        return
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):  # it has ended already, or a lower limit holds
            resource.prlimit(pid, kind, (most, most))

"""Child processes that are forks of a process with loaded modules: `tests.servers.forks.fork_server`."""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).resolve().parents[3]
# Variables that matter to an interpreter before its first line.
OF_INTERPRETER = ("PYTHON", "LD_", "TZ", "LC_", "LANG", "DJANGO_SETTINGS_MODULE")
MEASURED = {"COVERAGE_FILE"}  # `make coverage` follows processes, not forks
STATUS_BYTES = 16


class Forked(subprocess.Popen[bytes]):
    """A fork, with the methods of a child process that tests use."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self.returncode = None
        self.args = ()
        self.stdin = self.stdout = self.stderr = None
        self._status = status  # a file descriptor that receives the exit status
        self._reading = threading.Lock()

    def __del__(self) -> None:
        os.close(self._status)

    def poll(self) -> int | None:
        return self._read_status(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._read_status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def _read_status(self, timeout_s: float | None) -> int | None:
        if self.returncode is None:
            ended = select.poll()
            ended.register(self._status, select.POLLIN)
            if not ended.poll(None if timeout_s is None else timeout_s * 1000):
                return None
            with self._reading:
                if self.returncode is None:
                    self.returncode = int(os.read(self._status, STATUS_BYTES))
        return self.returncode


class _ForkServer:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.env = {**inherited, "PYTHONUNBUFFERED": "1"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "tests/servers/forks/fork_server.py", str(theirs.fileno())],
                cwd=ROOT, env=self.env, pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0,
            )  # fmt: skip
        atexit.register(self._end)

    def start(self, arguments: list[str], env: Mapping[str, str], output: int, errors: int) -> Forked:
        request = json.dumps({"arguments": arguments, "env": dict(env)}).encode()
        status, end = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._socket, [len(request).to_bytes(4, "big")], [output, errors, end])
                self._socket.sendall(request)
                return Forked(int.from_bytes(self._socket.recv(4), "big"), status)
        finally:
            os.close(end)

    def resembles(self, env: Mapping[str, str]) -> bool:
        """Whether an interpreter with this environment begins as the fork server did."""
        names = {name for name in {*env, *self.env} if name.startswith(OF_INTERPRETER)}
        return all(env.get(name) == self.env.get(name) for name in names)

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


_fork_server = cache(_ForkServer)


def start(
    arguments: list[str], env: Mapping[str, str], output: int, errors: int | None = None
) -> subprocess.Popen[bytes]:
    """Run Python with these arguments in a process group of its own; errors go to the output unless they have a file.

    In tests it is a fork, unless its interpreter matters; benchmarks measure processes of their own.
    """
    errors = output if errors is None else errors
    forks = "PYTEST_VERSION" in os.environ and not MEASURED & env.keys()
    if forks and arguments[0] == "manage.py" and _fork_server().resembles(env):
        return _fork_server().start(arguments, env, output, errors)
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, process_group=0,
    )  # fmt: skip


def run(arguments: list[str], env: Mapping[str, str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments until it ends, as `start` does; return its status and what it wrote."""
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        process = start(arguments, {**env, "PYTHONUNBUFFERED": "1"}, output.fileno(), errors.fileno())
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess(arguments, status, _written(output), _written(errors))


def _written(file: IO[str]) -> str:
    file.seek(0)
    return file.read()

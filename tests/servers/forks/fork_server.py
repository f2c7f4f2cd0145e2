"""Starts `manage.py` as a fork of a process that has loaded Watchium's modules: most of the work of a start.

The fork gets its own environment, arguments and process group, and runs the same manage.py from its first line, with
settings of its own (`tests.servers.forks.preloaded`). `tests.servers.forks` sends the requests.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[3]
sys.path[0] = str(ROOT)

from tests.servers.forks import preloaded  # noqa: E402


class ForkServer:
    def __init__(self, requests: socket.socket) -> None:
        self.requests = requests
        self.statuses: dict[int, int] = {}  # pipes, by pid
        self.wake_up, self.woken = socket.socketpair()
        self.ready = selectors.DefaultSelector()
        for end in (self.wake_up, self.woken):
            end.setblocking(False)
        for end in (self.requests, self.woken):
            self.ready.register(end, selectors.EVENT_READ)
        signal.set_wakeup_fd(self.wake_up.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Serve requests until the process of the tests has ended."""
        while True:
            for key, _ in self.ready.select():
                if key.fileobj is self.woken:
                    self.woken.recv(4096)
                elif not self._handle_request():
                    return self._end_all()
            self._report_ended()

    def _handle_request(self) -> bool:
        """Start what is asked for; false if the process of the tests has ended."""
        head, fds, *_ = socket.recv_fds(self.requests, 4, 3)
        if not head:
            return False
        text = b""
        while len(text) < int.from_bytes(head, "big"):
            text += self.requests.recv(1 << 20)
        output, errors, status = fds
        pid = os.fork()
        if pid == 0:
            self._close()
            os.close(status)
            become(output, errors, **json.loads(text))
        os.close(output)
        os.close(errors)
        os.setpgid(pid, pid)
        self.statuses[pid] = status
        self.requests.sendall(pid.to_bytes(4, "big"))
        return True

    def _end_all(self) -> None:
        """End what is still running: the process of the tests was killed."""
        for pid in self.statuses:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)
                os.killpg(pid, signal.SIGCONT)  # of what a test suspended

    def _report_ended(self) -> None:
        while self.statuses:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            pipe = self.statuses.pop(pid)
            with suppress(BrokenPipeError):  # nothing waits for it
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)

    def _close(self) -> None:
        """Close what a fork has no use for."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self.requests, self.wake_up, self.woken, self.ready):
            end.close()
        for pipe in self.statuses.values():
            os.close(pipe)


def become(output: int, errors: int, arguments: list[str], env: dict[str, str]) -> NoReturn:
    """Run manage.py as if this interpreter had just begun, and end with its status."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, fd in enumerate((nothing, output, errors)):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = arguments
    if not preloaded.fits():
        os.execve(sys.executable, [sys.executable, *arguments], env)
    gc.unfreeze()
    runpy.run_path(arguments[0], run_name="__main__")
    sys.exit()


if __name__ == "__main__":
    preloaded.load()
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).run()

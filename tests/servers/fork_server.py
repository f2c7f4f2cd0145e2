"""Starts `manage.py` as a fork of a process that has loaded the packages it needs: two thirds of the work of a start.

The fork gets its own environment, arguments and process group, and runs the same manage.py from its first line. Only
modules that read no setting are loaded before: all others are loaded in each fork, as in a process of its own.
`tests.servers.forks` sends the requests.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import django.conf

ROOT = Path(__file__).resolve().parents[2]
# Third-party modules that a server loads, each with what it loads itself.
PACKAGES = """
django.contrib.admin.checks django.contrib.admin.utils django.contrib.admin.views.main django.contrib.auth.tokens
django.contrib.messages.middleware django.contrib.sessions.middleware django.contrib.staticfiles.handlers
django.core.cache django.core.handlers.asgi django.core.mail django.core.management.commands.migrate django.db.models
django.forms django.middleware.common django.middleware.locale django.template.defaulttags django.views.generic
csp.middleware environs hiredis httptools msgspec prometheus_client psycopg psycopg_pool redis.asyncio
rest_framework.fields tinytag uvicorn.main uvicorn.protocols.http.httptools_impl
uvicorn.protocols.websockets.websockets_sansio_impl uvloop whitenoise.middleware yaml
""".split()


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
        head, fds, *_ = socket.recv_fds(self.requests, 4, 2)
        if not head:
            return False
        text = b""
        while len(text) < int.from_bytes(head, "big"):
            text += self.requests.recv(1 << 20)
        output, status = fds
        pid = os.fork()
        if pid == 0:
            self._close()
            os.close(status)
            become(output, **json.loads(text))
        os.close(output)
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


def become(output: int, arguments: list[str], env: dict[str, str]) -> NoReturn:
    """Run manage.py as if this interpreter had just begun, and end with its status."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for fd, number in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(fd, number)
    os.close(nothing)
    os.close(output)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = arguments
    gc.unfreeze()
    runpy.run_path(arguments[0], run_name="__main__")
    sys.exit()


def load() -> None:
    """Load packages and the modules of Watchium that import no framework."""
    sys.path[0] = str(ROOT)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (pure,) = (each for each in contracts if each["name"] == "Pure modules import no framework")
    for name in (*PACKAGES, *pure["source_modules"]):
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    assert not django.conf.settings.configured, "each fork has its own settings"
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    load()
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).run()

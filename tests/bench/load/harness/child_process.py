"""Servers under load: start them on their core, measure them from outside, stop them by pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load.harness import cores, tools
from tests.servers import ROOT, START_S, free_port
from tests.servers.child_process import accepts

SERVERS = Path(__file__).parent.parent / "servers"
STOP_S = 10.0
# Variables of the calling shell that servers must not inherit.
INHERITED = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WATCHIUM_URL")
# Rate limits for users, too low for the load.
UNBOUND = {
    "WATCHIUM_MAX_MEMBERS": "2000",
    "WATCHIUM_MAX_SOCKETS_PER_DEVICE": "100000",
    "LOG_LEVEL": "WARNING",
}


@dataclass
class Served:
    """One server under load."""

    port: int
    command: list[str]
    env: dict[str, str]
    log: Path
    cores: set[int]
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start the server and wait until it listens."""
        with self.log.open("ab") as output, cores.on(self.cores):
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                process_group=0,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while not accepts(self.port):
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"{' '.join(self.command[1:4])} did not start:\n{self.tail()}")
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_S)

    def cpu_s(self) -> float:
        return cores.cpu_s(self.pid)

    def rss_kb(self) -> int:
        return cores.rss_kb(self.pid)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


@contextmanager
def serving(
    command: list[str], env: Mapping[str, str] | None = None, on: set[int] = cores.SERVER
) -> Iterator[Served]:
    """The port is the last argument of the command."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    with tempfile.TemporaryDirectory(prefix="watchium-bench-") as folder:
        server = Served(port, [*command, str(port)], {**kept, **(env or {})}, Path(folder) / "log", on)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def picows() -> list[str]:
    return [sys.executable, "-m", "tests.bench.load.servers.broadcast_picows"]


def plain_channels() -> list[str]:
    return [sys.executable, "-m", "tests.bench.load.servers.plain_channels"]


def node(script: str) -> list[str]:
    return [tools.node(), str(SERVERS / script)]


def environment() -> dict[str, str]:
    """Environment for servers with dependencies outside the product."""
    return {"PYTHONPATH": str(tools.python_packages()), "NODE_PATH": str(tools.node_modules())}

"""Starts several worker processes on one port, restarts those that end, and stops them together.

Each worker has its own socket on the same address (SO_REUSEPORT) and listens on it once it can serve: the kernel
spreads connections over the listening workers, and none waits for a worker that died. Parent and worker hold the two
ends of a pipe: the worker reports through it that it serves, and sees from its end that the parent is gone.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from watchium.config.listen_address import listening_socket
from watchium.server.affinity import forward, socket_pairs

logger = logging.getLogger(__name__)

SHORT_LIFE_S = 10.0
MAX_RESTART_WAIT_S = 10.0
STOP_S = 9.0
BACKLOG = 2048
POLL_S = 0.1


@dataclass
class Worker:
    number: int
    host: str
    port: int
    affinity_sockets: list[socket.socket]  # its inbox, then the outboxes to all workers
    process: subprocess.Popen[bytes] | None = None
    pipe: socket.socket | None = None
    serves: bool = False
    began_s: float = 0.0
    short_lives: int = 0
    restart_s: float | None = None  # when an ended one is started again

    def start(self, command: list[str]) -> None:
        if self.pipe is not None:
            self.pipe.close()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.pipe, self.serves = ours, False
        listener = listening_socket(self.host, self.port, shared=True)
        fds = [end.fileno() for end in (listener, theirs, *self.affinity_sockets)]
        args = [*command, "--number", str(self.number), "--fds", *map(str, fds)]
        self.began_s, self.restart_s = time.monotonic(), None
        self.process = subprocess.Popen(args, pass_fds=fds)  # noqa: S603
        theirs.close()
        listener.close()

    @property
    def ended(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def read_pipe(self) -> None:
        """Update `serves` from the worker's report."""
        assert self.pipe is not None
        if self.ended:
            self.serves = False
        elif not self.serves:
            with suppress(BlockingIOError, ConnectionResetError):
                self.serves = bool(self.pipe.recv(1))

    def needs_restart(self) -> bool:
        """Whether it ended and has waited long enough."""
        assert self.process is not None
        if not self.ended:
            return False
        if self.restart_s is None:
            self.restart_s = time.monotonic() + self.restart_wait_s()
            logger.error(
                "process %d ended with %d; starting another", self.process.pid, self.process.returncode
            )
        return time.monotonic() >= self.restart_s

    def restart_wait_s(self) -> float:
        """No wait after a long life; exponential back-off after short ones."""
        if time.monotonic() - self.began_s > SHORT_LIFE_S:
            self.short_lives = 0
            return 0.0
        self.short_lives += 1
        return min(MAX_RESTART_WAIT_S, 0.5 * 2.0**self.short_lives)


@dataclass
class Supervisor:
    """`count` workers that run `command` with their number and file descriptors appended."""

    command: list[str]
    host: str
    port: int
    count: int
    workers: list[Worker] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, ready: Callable[[], None]) -> None:
        """Run until SIGTERM or SIGINT. Raises OSError if the port is taken.

        `ready` is called once at least one worker serves and every other serves or has ended: a worker that cannot
        start does not delay it.
        """
        listening_socket(self.host, self.port).close()  # exclusively: SO_REUSEPORT would hide a second server
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._stop)
        self.workers = self._make_workers()
        for worker in self.workers:
            worker.start(self.command)
        announced = False
        while not self.stopping.wait(POLL_S):
            self.poll()
            if not announced and self.settled:
                announced = True
                ready()
        self._stop_workers()

    def _make_workers(self) -> list[Worker]:
        pairs = socket_pairs(self.count)
        outboxes = [outbox for _, outbox in pairs]
        return [
            Worker(number, self.host, self.port, [inbox, *outboxes])
            for number, (inbox, _) in enumerate(pairs)
        ]

    def _stop(self, sign: int, frame: FrameType | None) -> None:
        self.stopping.set()

    @property
    def settled(self) -> bool:
        return any(worker.serves for worker in self.workers) and all(
            worker.serves or worker.ended for worker in self.workers
        )

    def poll(self) -> None:
        """Restart ended workers, each after its own wait: one that keeps ending does not delay the others."""
        for worker in self.workers:
            worker.read_pipe()
            if worker.needs_restart():
                worker.start(self.command)
        self._forward_connections()

    def _forward_connections(self) -> None:
        """Pass connections handed to a worker that does not serve to one that does."""
        serving = next((worker for worker in self.workers if worker.serves), None)
        if serving is not None:
            for worker in self.workers:
                if not worker.serves:
                    inbox, *outboxes = worker.affinity_sockets
                    forward(inbox, outboxes[serving.number])

    def _stop_workers(self) -> None:
        processes = [worker.process for worker in self.workers if worker.process is not None]
        for process in processes:
            process.terminate()
        until_s = time.monotonic() + STOP_S
        for process in processes:
            try:
                process.wait(max(0.0, until_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def report_serving(pipe_fd: int) -> None:
    """Report to the supervisor that this worker serves."""
    os.write(pipe_fd, b"1")

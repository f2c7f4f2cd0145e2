"""Several serving processes on one port: started, watched, started again, and stopped together.

Each child has a socket of its own on the same address (SO_REUSEPORT) and listens on it when it can serve: the kernel
spreads the connections over those that are there, and none waits for a child that died. Parent and child hold the two
ends of a pipe: a child says through it that it serves, and sees by its end that the parent is gone.
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
from watchium.server.affinity import hand_off, lines

logger = logging.getLogger(__name__)

SHORT_LIFE_S = 10.0
LONGEST_WAIT_S = 10.0
STOP_S = 9.0
BACKLOG = 2048
LOOK_S = 0.1


@dataclass
class Child:
    number: int
    host: str
    port: int
    lines: list[socket.socket]  # its inbox, then what speaks into each inbox
    process: subprocess.Popen[bytes] | None = None
    pipe: socket.socket | None = None
    serves: bool = False
    began_s: float = 0.0
    short_lives: int = 0
    due_s: float | None = None  # when one that ended is started again

    def start(self, command: list[str]) -> None:
        if self.pipe is not None:
            self.pipe.close()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.pipe, self.serves = ours, False
        listener = listening_socket(self.host, self.port, shared=True)
        fds = [end.fileno() for end in (listener, theirs, *self.lines)]
        words = [*command, "--number", str(self.number), "--fds", *map(str, fds)]
        self.began_s, self.due_s = time.monotonic(), None
        self.process = subprocess.Popen(words, pass_fds=fds)  # noqa: S603
        theirs.close()
        listener.close()

    @property
    def ended(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def listen(self) -> None:
        """To what it says through the pipe: that it serves."""
        assert self.pipe is not None
        if self.ended:
            self.serves = False
        elif not self.serves:
            with suppress(BlockingIOError, ConnectionResetError):
                self.serves = bool(self.pipe.recv(1))

    def is_due(self) -> bool:
        """Whether it ended and has waited long enough to be started again."""
        assert self.process is not None
        if not self.ended:
            return False
        if self.due_s is None:
            self.due_s = time.monotonic() + self.wait_s()
            logger.error(
                "process %d ended with %d; starting another", self.process.pid, self.process.returncode
            )
        return time.monotonic() >= self.due_s

    def wait_s(self) -> float:
        """Before the next start: nothing after a long life, more and more after short ones."""
        if time.monotonic() - self.began_s > SHORT_LIFE_S:
            self.short_lives = 0
            return 0.0
        self.short_lives += 1
        return min(LONGEST_WAIT_S, 0.5 * 2.0**self.short_lives)


@dataclass
class Processes:
    """`count` children that run `command` with their number and descriptors appended."""

    command: list[str]
    host: str
    port: int
    count: int
    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, ready: Callable[[], None]) -> None:
        """Until SIGTERM or SIGINT. Raises OSError for a taken port.

        `ready` is called once some serve and none is on its way: one that cannot start keeps nobody waiting.
        """
        listening_socket(self.host, self.port).close()  # alone on it: with SO_REUSEPORT nobody would notice
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._stop)
        self.children = self._children()
        for child in self.children:
            child.start(self.command)
        told = False
        while not self.stopping.wait(LOOK_S):
            self.look()
            if not told and self.settled:
                told = True
                ready()
        self._end()

    def _children(self) -> list[Child]:
        between = lines(self.count)
        outboxes = [outbox for _, outbox in between]
        return [
            Child(number, self.host, self.port, [inbox, *outboxes])
            for number, (inbox, _) in enumerate(between)
        ]

    def _stop(self, sign: int, frame: FrameType | None) -> None:
        self.stopping.set()

    @property
    def settled(self) -> bool:
        return any(child.serves for child in self.children) and all(
            child.serves or child.ended for child in self.children
        )

    def look(self) -> None:
        """Start again who ended, each in its own time: one that ends over and over holds up no other."""
        for child in self.children:
            child.listen()
            if child.is_due():
                child.start(self.command)
        self._pass_on()

    def _pass_on(self) -> None:
        """The connections that were handed to one which does not serve, to one that does."""
        serving = next((child for child in self.children if child.serves), None)
        if serving is not None:
            for child in self.children:
                if not child.serves:
                    inbox, *outboxes = child.lines
                    hand_off(inbox, outboxes[serving.number])

    def _end(self) -> None:
        living = [child.process for child in self.children if child.process is not None]
        for process in living:
            process.terminate()
        until_s = time.monotonic() + STOP_S
        for process in living:
            try:
                process.wait(max(0.0, until_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def served(pipe_fd: int) -> None:
    """Tell the parent that this child serves."""
    os.write(pipe_fd, b"1")

"""One subscription per process and group: a frame is encoded once and handed to each local socket.

Sockets of this process are served first and without the channel layer; the layer carries the same frame once to
each other process, and a process skips the echo of its own. What the layer loses, clients notice by revision.

Rooms have a subscription each. Everything else (a person, a member, a device) is told rarely and goes to every process
through one: a socket's arrival costs the layer at most one subscription, its room's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from watchium.wire import about, server_clock, tally
from watchium.wire.frames import Frame

logger = logging.getLogger(__name__)

RETRY_S = 0.5
LAYER_BOUND_S = 1.0  # publishing to a frozen Redis would otherwise wait for 5 s
SLICE_S = 0.005  # so long what was told is handed out before the loop does something else
PUBLISHING = 2_000  # messages on their way to the layer; beyond it they are lost, and healed by revision
ROOMS = "room."
EVERYBODY = "everybody"


@dataclass
class Counts:
    """Since this process began."""

    published: int = 0
    delivered: int = 0
    layer_errors: int = 0


counts = Counts()


class Listener(Protocol):
    """A socket, as this module sees it. Neither method may block or raise."""

    def deliver(self, frame: Frame) -> None: ...

    def close(self, code: int) -> None: ...


@dataclass(frozen=True)
class Told:
    """A frame for a group, or the code its sockets are closed with."""

    group: str
    frame: Frame | None = None
    close: int = 0
    heard_ms: float | None = None  # when the command behind it arrived here

    def packed(self) -> dict[str, Any]:
        """As it goes through the channel layer."""
        message: dict[str, Any] = {"type": "fanout", "from": process(), "group": self.group}
        if self.frame is None:
            return {**message, "close": self.close}
        return {
            **message,
            "frame": self.frame.payload,
            "newest": self.frame.newest,
            "head": list(self.frame.head),
        }

    @classmethod
    def unpacked(cls, message: dict[str, Any]) -> Told:
        if "close" in message:
            return cls(message["group"], close=message["close"])
        revision, seq = message["head"]
        return cls(message["group"], Frame(message["frame"], message["newest"], (revision, seq)))


class Hub:
    """The groups that sockets of this process listen to; lives on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.groups: dict[str, set[Listener]] = {}
        layer = get_channel_layer()
        # Nobody but this process could hear the in-memory layer.
        self.layer = None if type(layer) in (InMemoryChannelLayer, type(None)) else layer
        # The newest revision and comment handed out here, by group: the heads are held against them.
        self.delivered: dict[str, tuple[int, int]] = {}
        self.channel: str | None = None
        self.pump: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._subscribed: set[str] = set()
        self._told: deque[Told] = deque()
        self._handing_out = False
        self._publishing: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ who listens

    async def join(self, group: str, listener: Listener) -> None:
        self.groups.setdefault(group, set()).add(listener)
        if self.layer is not None and _via(group) not in self._subscribed:
            await self._bounded(self._subscribe(_via(group)), "subscribe")

    async def _subscribe(self, via: str) -> None:
        """By the one channel of this process: with two of them everything would be heard twice."""
        assert self.layer is not None
        async with self._opening:
            if self.channel is None:
                self.channel = await self.layer.new_channel("process")
                self.pump = self.loop.create_task(self._pump(self.channel))
        await self.layer.group_add(via, self.channel)
        self._subscribed.add(via)

    async def leave(self, group: str, listener: Listener) -> None:
        listeners = self.groups.get(group, set())
        listeners.discard(listener)
        if listeners or self.groups.pop(group, None) is None:
            return
        self.delivered.pop(group, None)
        via = _via(group)
        if via == EVERYBODY or self.layer is None or self.channel is None:
            return
        self._subscribed.discard(via)
        await self._bounded(self.layer.group_discard(via, self.channel), "unsubscribe")

    async def resubscribe(self) -> None:
        """After the layer was away: it may have forgotten who listens."""
        self._subscribed.clear()
        for via in {_via(group) for group in self.groups}:
            await self._bounded(self._subscribe(via), "subscribe")

    async def reopen(self) -> None:
        """By new connections: one may be dead without anybody having said so, as when a machine loses its power."""
        if self.layer is None:
            return
        if self.pump is not None:
            self.pump.cancel()
        self.channel = self.pump = None
        await self._bounded(self.layer.flush(), "begin anew")
        await self.resubscribe()

    # ------------------------------------------------------------ to be told

    def tell(self, told: Told) -> None:
        """Hand it out here and to other processes, soon and in order; from any thread."""
        self._told.append(told)
        if not self._handing_out:
            self._handing_out = True
            self.loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        """In slices: a thousand rooms told at once must not hold up the pings that arrive meanwhile."""
        until_s = self.loop.time() + SLICE_S
        # Before looking: who appends after the last look sees it False and calls again.
        self._handing_out = False
        while self._told:
            told = self._told.popleft()
            self.apply(told)
            if told.heard_ms is not None:
                tally.observe("broadcast_ms", server_clock.now_ms() - told.heard_ms)
            self._publish(told)
            if self.loop.time() > until_s and self._told:
                self._handing_out = True
                self.loop.call_soon(self._hand_out)
                return

    def apply(self, told: Told) -> None:
        """To the sockets of this process only."""
        listeners = self.groups.get(told.group)
        if not listeners:
            return
        if told.frame is None:
            for listener in tuple(listeners):
                listener.close(told.close)
            return
        self.deliver(told.group, told.frame)
        self._count(told.group, told.frame.head)

    def deliver(self, group: str, frame: Frame) -> None:
        listeners = self.groups.get(group, ())
        for listener in tuple(listeners):
            listener.deliver(frame)
        counts.delivered += len(listeners)

    def _count(self, group: str, head: tuple[int, int]) -> None:
        if any(head):
            revision, seq = self.delivered.get(group, (0, 0))
            self.delivered[group] = (max(revision, head[0]), max(seq, head[1]))

    def fell_behind(self, group: str, revision: int, seq: int) -> bool:
        """Whether the group's log has passed what was handed out here; said once."""
        known = self.delivered.get(group)
        self.delivered[group] = (revision, seq)
        return known is not None and (revision > known[0] or seq > known[1])

    # ------------------------------------------------------------ other processes

    def _publish(self, told: Told) -> None:
        counts.published += 1
        if self.layer is None:
            return
        if len(self._publishing) >= PUBLISHING:
            counts.layer_errors += 1
            return
        call = self._bounded(self.layer.group_send(_via(told.group), told.packed()), "publish")
        task = self.loop.create_task(call)
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _pump(self, channel: str) -> None:
        assert self.layer is not None
        while True:
            try:
                message = await self.layer.receive(channel)
                if message.get("from") != process():
                    self.apply(Told.unpacked(message))
            except Exception:
                counts.layer_errors += 1
                logger.exception("could not hear the channel layer")
                await asyncio.sleep(RETRY_S)

    async def _bounded(self, call: Coroutine[Any, Any, Any], what: str) -> None:
        try:
            await _in_time(call)
        except Exception as error:
            counts.layer_errors += 1
            logger.error("could not %s through the channel layer: %r", what, error)


def _via(group: str) -> str:
    """The layer's group that carries what is told to a group of ours."""
    return group if group.startswith(ROOMS) else EVERYBODY


async def _in_time(call: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.timeout(LAYER_BOUND_S):
        await call


_hub: Hub | None = None
_process: tuple[int, str] = (0, "")


def process() -> str:
    """This process's name among those that share a channel layer; another one in a fork."""
    global _process
    if _process[0] != os.getpid():
        _process = (os.getpid(), secrets.token_hex(6))
    return _process[1]


def hub() -> Hub:
    """The hub of the running loop."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub


def publish(group: str, frame: Frame) -> None:
    """Tell everybody in the group, from whatever thread. Never raises: what is lost here is healed by revision."""
    _send(Told(group, frame, heard_ms=about.HEARD_MS.get()))


def publish_close(group: str, code: int) -> None:
    """Close every socket of the group, in every process."""
    _send(Told(group, close=code))


def _send(told: Told) -> None:
    try:
        if _hub is not None and _hub.loop.is_running():
            _hub.tell(told)
        else:
            _send_from_outside(told)
    except Exception:
        logger.exception("could not tell %s", told.group)


def _send_from_outside(told: Told) -> None:
    """From a process that serves no sockets: a management command, a shell."""
    layer = get_channel_layer()
    if type(layer) not in (InMemoryChannelLayer, type(None)):
        async_to_sync(_in_time)(layer.group_send(_via(told.group), told.packed()))

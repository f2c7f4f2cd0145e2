"""One subscription per process and group: a frame is encoded once and handed to each local socket.

Sockets of this process are served first and without the channel layer; the layer carries the same frame once to
each other process, and a process skips the echo of its own. What the layer loses, clients notice by revision.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

PROCESS = secrets.token_hex(6)
RETRY_S = 0.5
LAYER_BOUND_S = 1.0  # publishing to a frozen Redis would otherwise wait for 5 s


class Listener(Protocol):
    """A socket, as this module sees it. Neither method may block or raise."""

    def deliver(self, text: str) -> None: ...

    def close(self, code: int) -> None: ...


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

    async def join(self, group: str, listener: Listener) -> None:
        self.groups.setdefault(group, set()).add(listener)
        if self.layer is not None and group not in self._subscribed:
            await self._bounded(self._subscribe(group), "subscribe")

    async def _subscribe(self, group: str) -> None:
        """By the one channel of this process: with two of them everything would be heard twice."""
        assert self.layer is not None
        async with self._opening:
            if self.channel is None:
                self.channel = await self.layer.new_channel("process")
                self.pump = self.loop.create_task(self._pump(self.channel))
        await self.layer.group_add(group, self.channel)
        self._subscribed.add(group)

    async def leave(self, group: str, listener: Listener) -> None:
        listeners = self.groups.get(group, set())
        listeners.discard(listener)
        if listeners or self.groups.pop(group, None) is None:
            return
        self.delivered.pop(group, None)
        self._subscribed.discard(group)
        if self.layer is not None and self.channel is not None:
            await self._bounded(self.layer.group_discard(group, self.channel), "unsubscribe")

    def deliver(self, group: str, text: str) -> None:
        for listener in tuple(self.groups.get(group, ())):
            listener.deliver(text)

    def close(self, group: str, code: int) -> None:
        for listener in tuple(self.groups.get(group, ())):
            listener.close(code)

    def publish(self, message: dict[str, Any]) -> None:
        """Hand the message to local sockets now and to other processes soon; from the loop's own thread."""
        self.apply(message)
        if self.layer is not None:
            task = self.loop.create_task(
                self._bounded(self.layer.group_send(message["group"], message), "publish")
            )
            _running.add(task)
            task.add_done_callback(_running.discard)

    def apply(self, message: dict[str, Any]) -> None:
        if "close" in message:
            self.close(message["group"], message["close"])
            return
        self.deliver(message["group"], message["text"])
        self._count(message["group"], message["head"])

    def _count(self, group: str, head: list[int]) -> None:
        if any(head) and group in self.groups:
            revision, seq = self.delivered.get(group, (0, 0))
            self.delivered[group] = (max(revision, head[0]), max(seq, head[1]))

    def fell_behind(self, group: str, revision: int, seq: int) -> bool:
        """Whether the group's log has passed what was handed out here; said once."""
        known = self.delivered.get(group)
        self.delivered[group] = (revision, seq)
        return known is not None and (revision > known[0] or seq > known[1])

    async def _pump(self, channel: str) -> None:
        assert self.layer is not None
        while True:
            try:
                message = await self.layer.receive(channel)
                if message.get("from") != PROCESS:
                    self.apply(message)
            except Exception:
                logger.exception("could not hear the channel layer")
                await asyncio.sleep(RETRY_S)

    async def _bounded(self, call: Coroutine[Any, Any, Any], what: str) -> None:
        try:
            await _in_time(call)
        except Exception:
            logger.exception("could not %s through the channel layer", what)


async def _in_time(call: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.timeout(LAYER_BOUND_S):
        await call


_hub: Hub | None = None
_running: set[asyncio.Task[None]] = set()


def hub() -> Hub:
    """The hub of the running loop."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub


def publish(group: str, frame: bytes, head: tuple[int, int] = (0, 0)) -> None:
    """Tell everybody in the group, from whatever thread. Never raises: what is lost here is healed by revision.

    `head`: the revision and the comment that the frame brings, 0 for neither.
    """
    _send({"type": "fanout", "from": PROCESS, "group": group, "text": frame.decode(), "head": list(head)})


def publish_close(group: str, code: int) -> None:
    """Close every socket of the group, in every process."""
    _send({"type": "fanout", "from": PROCESS, "group": group, "close": code})


def _send(message: dict[str, Any]) -> None:
    try:
        if _hub is not None and _hub.loop.is_running():
            _hub.loop.call_soon_threadsafe(_hub.publish, message)
        else:
            _send_from_outside(message)
    except Exception:
        logger.exception("could not tell %s", message["group"])


def _send_from_outside(message: dict[str, Any]) -> None:
    """From a process that serves no sockets: a management command, a shell."""
    layer = get_channel_layer()
    if type(layer) not in (InMemoryChannelLayer, type(None)):
        async_to_sync(_in_time)(layer.group_send(message["group"], message))

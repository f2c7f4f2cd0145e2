"""This process's line to the others, through the channel layer: what is told here goes there, and the other way round.

It may lose what it carries, and a process without others has none: what must not be lost is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from watchium.realtime.delivery import Told, process
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

RETRY_S = 0.5
LAYER_BOUND_S = 1.0  # publishing to a frozen Redis would otherwise wait for 5 s
PUBLISHING = 2_000  # messages on their way to the layer; beyond it they are lost, and healed by revision


@dataclass
class Counts:
    """Since this process began."""

    layer_errors: int = 0


counts = Counts()
counters.counter("layer_errors", lambda: counts.layer_errors)


def shared_layer() -> Any | None:
    """The channel layer; None for the in-memory one, which nobody but this process could hear."""
    layer = get_channel_layer()
    return None if type(layer) in (InMemoryChannelLayer, type(None)) else layer


class ChannelLayerBridge:
    """`hear` is called, on the loop, with everything that another process told."""

    def __init__(self, layer: Any, loop: asyncio.AbstractEventLoop, hear: Callable[[Told], None]) -> None:
        self.layer = layer
        self.loop = loop
        self.hear = hear
        self.channel: str | None = None
        self.pump: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._failing = False
        self._subscribed: set[str] = set()
        self._publishing: set[asyncio.Task[None]] = set()

    async def subscribe(self, via: str) -> None:
        """Where the layer is away nobody waits at the door for it: `complete` makes up for that."""
        if via not in self._subscribed and not self._failing:
            await self._bounded(self._subscribe(via), "subscribe")

    async def _subscribe(self, via: str) -> None:
        """By the one channel of this process: with two of them everything would be heard twice."""
        async with self._opening:
            if self.channel is None:
                self.channel = await self.layer.new_channel("process")
                self.pump = self.loop.create_task(self._pump(self.channel))
        await self.layer.group_add(via, self.channel)
        self._subscribed.add(via)

    async def unsubscribe(self, via: str) -> None:
        self._subscribed.discard(via)
        if self.channel is not None:
            await self._bounded(self.layer.group_discard(via, self.channel), "unsubscribe")

    async def resubscribe(self, vias: set[str]) -> None:
        """After the layer was away: it may have forgotten who listens."""
        self._subscribed.clear()
        await self.complete(vias)

    async def complete(self, vias: set[str]) -> None:
        """Subscribe to those of them that could not be subscribed to when somebody came."""
        for via in vias - self._subscribed:
            await self._bounded(self._subscribe(via), "subscribe")

    async def reopen(self, vias: set[str]) -> None:
        """By new connections: one may be dead without anybody having said so, as when a machine loses its power."""
        if self.pump is not None:
            self.pump.cancel()
        self.channel = self.pump = None
        await self._bounded(self.layer.flush(), "begin anew")
        await self.resubscribe(vias)

    def publish(self, told: Told) -> None:
        """Soon, in a task of its own; what the layer does not take within a second is lost."""
        if len(self._publishing) >= PUBLISHING:
            counts.layer_errors += 1
            return
        task = self.loop.create_task(self._bounded(self.layer.group_send(told.via, told.packed()), "publish"))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _pump(self, channel: str) -> None:
        while True:
            try:
                message = await self.layer.receive(channel)
                if message.get("from") != process():
                    self.hear(Told.from_message(message))
            except Exception:
                counts.layer_errors += 1
                logger.exception("could not hear the channel layer")
                await asyncio.sleep(RETRY_S)

    async def _bounded(self, call: Coroutine[Any, Any, Any], what: str) -> None:
        try:
            await _in_time(call)
        except Exception as error:
            counts.layer_errors += 1
            if not self._failing:  # once: the watchdog says how it goes on
                logger.error("could not %s through the channel layer: %r", what, error)
            self._failing = True
        else:
            self._failing = False


def publish_from_outside(told: Told) -> None:
    """From a process that serves no sockets: a management command, a shell."""
    if (layer := shared_layer()) is not None:
        async_to_sync(_in_time)(layer.group_send(told.via, told.packed()))


async def _in_time(call: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.timeout(LAYER_BOUND_S):
        await call

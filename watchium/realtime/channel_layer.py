"""The bridge between this process's hub and the hubs of other processes, through the channel layer.

The layer may lose messages, and a single process has no bridge: what must not be lost is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from watchium.realtime.delivery import Delivery
from watchium.realtime.groups import process_id
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

RETRY_S = 0.5
LAYER_TIMEOUT_S = 1.0  # publishing to a frozen Redis would otherwise wait for 5 s
# Messages on their way to the layer; more are dropped, and clients resync by revision.
MOST_PUBLISHING = 2_000


@dataclass
class Counts:
    """Counted since the start of this process."""

    layer_errors: int = 0


counts = Counts()
counters.counter("layer_errors", lambda: counts.layer_errors)


def shared_layer() -> Any | None:
    """The channel layer; None for the in-memory layer, which no other process can read."""
    layer = get_channel_layer()
    return None if type(layer) in (InMemoryChannelLayer, type(None)) else layer


class ChannelLayerBridge:
    """Calls `on_delivery`, on the loop, with everything that another process published to a subscribed channel.

    A channel here is a group of the channel layer (`groups.channel_for`); `inbox` is this process's only Channels
    channel.
    """

    def __init__(
        self, layer: Any, loop: asyncio.AbstractEventLoop, on_delivery: Callable[[Delivery], None]
    ) -> None:
        self.layer = layer
        self.loop = loop
        self.on_delivery = on_delivery
        self.inbox: str | None = None
        self.receiver: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._failing = False
        self._subscribed: set[str] = set()
        self._publishing: set[asyncio.Task[None]] = set()

    async def subscribe(self, channel: str) -> None:
        """Subscribe, unless the layer is failing: then no socket waits for it, and `complete` subscribes later."""
        if channel not in self._subscribed and not self._failing:
            await self._with_timeout(self._subscribe(channel), "subscribe")

    async def _subscribe(self, channel: str) -> None:
        """Subscribe the one inbox of this process: with two of them each delivery would arrive twice."""
        async with self._opening:
            if self.inbox is None:
                self.inbox = await self.layer.new_channel("process")
                self.receiver = self.loop.create_task(self._receive(self.inbox))
        await self.layer.group_add(channel, self.inbox)
        self._subscribed.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        self._subscribed.discard(channel)
        if self.inbox is not None:
            await self._with_timeout(self.layer.group_discard(channel, self.inbox), "unsubscribe")

    async def resubscribe(self, channels: set[str]) -> None:
        """Subscribe to all of them after an outage, in which the layer may have lost the subscriptions."""
        self._subscribed.clear()
        await self.complete(channels)

    async def complete(self, channels: set[str]) -> None:
        """Subscribe to those of them whose earlier subscription failed."""
        for channel in channels - self._subscribed:
            await self._with_timeout(self._subscribe(channel), "subscribe")

    async def reopen(self, channels: set[str]) -> None:
        """Resubscribe over new connections: one may be dead without an error, for instance after a power failure."""
        if self.receiver is not None:
            self.receiver.cancel()
        self.inbox = self.receiver = None
        await self._with_timeout(self.layer.flush(), "reconnect")
        await self.resubscribe(channels)

    def publish(self, delivery: Delivery) -> None:
        """Publish soon, in a task; dropped if the layer does not accept it within a second."""
        if len(self._publishing) >= MOST_PUBLISHING:
            counts.layer_errors += 1
            return
        sending = self.layer.group_send(delivery.channel, delivery.to_message())
        task = self.loop.create_task(self._with_timeout(sending, "publish"))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _receive(self, inbox: str) -> None:
        while True:
            try:
                message = await self.layer.receive(inbox)
                if message.get("from") != process_id():
                    self.on_delivery(Delivery.from_message(message))
            except Exception:
                counts.layer_errors += 1
                logger.exception("could not receive from the channel layer")
                await asyncio.sleep(RETRY_S)

    async def _with_timeout(self, call: Coroutine[Any, Any, Any], verb: str) -> None:
        try:
            await _within_timeout(call)
        except Exception as error:
            counts.layer_errors += 1
            if not self._failing:  # logged once: the pub/sub monitor reports what follows
                logger.error("could not %s through the channel layer: %r", verb, error)
            self._failing = True
        else:
            self._failing = False


def publish_from_outside(delivery: Delivery) -> None:
    """Publish from a process without sockets: a management command or a shell."""
    if (layer := shared_layer()) is not None:
        async_to_sync(_within_timeout)(layer.group_send(delivery.channel, delivery.to_message()))


async def _within_timeout(call: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.timeout(LAYER_TIMEOUT_S):
        await call

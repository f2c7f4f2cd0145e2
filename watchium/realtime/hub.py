"""Delivers events to the sockets of this process: each event is encoded once and handed to every local socket.

Sockets of this process are served first and without the channel layer, which carries the same frame once to each other
process; a process skips the echo of its own. If the layer loses a frame, clients notice by the revision.

Rooms and devices have a channel of the layer each. All other groups (a person, a member) have few events and share one
channel, which every process receives: a new socket costs the layer at most one subscription, for its room or device.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import get_ident

from watchium import server_clock
from watchium.process_state import process_state
from watchium.realtime.channel_layer import ChannelLayerBridge, publish_from_outside, shared_layer
from watchium.realtime.delivery import Delivery
from watchium.realtime.frames import NO_NUMBERS, Frame, Numbers
from watchium.realtime.groups import ALL_PROCESSES, ROOM_PREFIX, channel_for
from watchium.realtime.subscribers import Subscriber, Subscribers
from watchium.telemetry import context, counters

logger = logging.getLogger(__name__)

SLICE_S = 0.005  # time for deliveries before the loop may do something else
DEFERRED_SLICE_S = 0.002  # the same for deferrable deliveries
DEFERRED_PAUSE_S = 0.005  # pause after each such slice
BATCH_BYTES = 16 * 1024  # frames for one group that are written together


@dataclass
class Counts:
    """Counted since the start of this process."""

    delivered: int = 0


counts = Counts()
counters.counter("deliveries", lambda: counts.delivered)


class Hub:
    """The groups that sockets of this process subscribe to; lives on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.groups: dict[str, Subscribers] = {}
        self._room_groups: set[str] = set()  # the groups of rooms: few among thousands of groups
        # The newest numbers delivered here, by group, to compare with the log heads.
        self.delivered: dict[str, Numbers] = {}
        layer = shared_layer()
        self.bridge = None if layer is None else ChannelLayerBridge(layer, loop, self.on_delivery)
        self._outgoing: deque[Delivery] = deque()
        self._deferred: dict[str, Delivery] = {}  # by group: a newer delivery replaces one that still waits
        self._flush_scheduled = False
        self._deferred_scheduled = False
        self._thread = get_ident()

    # ------------------------------------------------------------ subscriptions

    async def join(self, group: str, subscriber: Subscriber) -> None:
        self.groups.setdefault(group, Subscribers()).add(subscriber)
        if group.startswith(ROOM_PREFIX):
            self._room_groups.add(group)
        if self.bridge is not None:
            await self.bridge.subscribe(channel_for(group))

    async def leave(self, group: str, subscriber: Subscriber) -> None:
        subscribers = self.groups.get(group, Subscribers())
        subscribers.discard(subscriber)
        if subscribers or self.groups.pop(group, None) is None:
            return
        self._room_groups.discard(group)
        self.delivered.pop(group, None)
        if self.bridge is not None and channel_for(group) != ALL_PROCESSES:
            await self.bridge.unsubscribe(channel_for(group))

    def direct_changed(self, groups: Sequence[str]) -> None:
        """The `direct` of a subscriber of these groups has changed."""
        for group in groups:
            if (subscribers := self.groups.get(group)) is not None:
                subscribers.direct_changed()

    @property
    def channels(self) -> set[str]:
        """The channels of the layer that carry this process's groups."""
        return {channel_for(group) for group in self.groups}

    @property
    def rooms(self) -> list[str]:
        """The rooms (room_id) with sockets in this process."""
        return [group.removeprefix(ROOM_PREFIX) for group in self._room_groups]

    # ------------------------------------------------------------ publishing

    def publish(self, delivery: Delivery) -> None:
        """Deliver to this and other processes, soon and in order; callable from any thread."""
        self._outgoing.append(delivery)
        if not self._flush_scheduled:
            self._flush_scheduled = True
            # From another thread the loop has to be woken, which costs two system calls and one iteration of the loop.
            on_loop = get_ident() == self._thread
            (self.loop.call_soon if on_loop else self.loop.call_soon_threadsafe)(self._flush)

    def _flush(self) -> None:
        """Deliver in slices: events for a thousand rooms at once must not delay the pings that arrive meanwhile."""
        until_s = self.loop.time() + SLICE_S
        # Cleared before reading the queue: a thread that appends after the last read sees False and schedules again.
        self._flush_scheduled = False
        while self._outgoing:
            delivery = self._outgoing.popleft()
            if delivery.deferrable:
                self._defer(delivery)
                continue
            self._deliver_everywhere(self._batch(delivery))
            if self.loop.time() > until_s and self._outgoing:
                self._flush_scheduled = True
                self.loop.call_soon(self._flush)
                return

    def _batch(self, delivery: Delivery) -> list[Delivery]:
        """Add the deliveries for the same group that follow at once: one action often publishes several events."""
        batch, size = [delivery], delivery.size
        while (
            self._outgoing
            and self._outgoing[0].batches_with(delivery)
            and size + self._outgoing[0].size <= BATCH_BYTES
        ):
            batch.append(self._outgoing.popleft())
            size += batch[-1].size
        return batch

    def _defer(self, delivery: Delivery) -> None:
        self._deferred[delivery.group] = delivery
        if not self._deferred_scheduled:
            self._deferred_scheduled = True
            self.loop.call_soon(self._flush_deferred)

    def _flush_deferred(self) -> None:
        until_s = self.loop.time() + DEFERRED_SLICE_S
        while self._deferred and self.loop.time() <= until_s:
            self._deliver_everywhere([self._deferred.pop(next(iter(self._deferred)))])
        self._deferred_scheduled = bool(self._deferred)
        if self._deferred:
            self.loop.call_later(DEFERRED_PAUSE_S, self._flush_deferred)

    def _deliver_everywhere(self, batch: Sequence[Delivery]) -> None:
        self._deliver_batch(batch)
        for delivery in batch:
            if delivery.received_at_ms is not None:
                counters.observe("broadcast_ms", server_clock.now_ms() - delivery.received_at_ms)
            if self.bridge is not None:
                self.bridge.publish(delivery)

    # ------------------------------------------------------------ delivery in this process

    def on_delivery(self, delivery: Delivery) -> None:
        """Deliver to the sockets of this process what another process published."""
        self._deliver_batch([delivery])

    def _deliver_batch(self, batch: Sequence[Delivery]) -> None:
        """All for one group: frames, or one close."""
        group = batch[0].group
        subscribers = self.groups.get(group)
        if not subscribers:
            return
        frames = [delivery.frame for delivery in batch if delivery.frame is not None]
        if not frames:
            for subscriber in subscribers:
                subscriber.close(batch[0].close_code)
            return
        self.deliver(group, *frames)
        for frame in frames:
            self._record_delivered(group, frame.head)

    def deliver(self, group: str, *frames: Frame) -> None:
        """Deliver frames to the group's sockets of this process only."""
        if subscribers := self.groups.get(group):
            subscribers.deliver(frames)
            counts.delivered += len(subscribers) * len(frames)

    def _record_delivered(self, group: str, head: Numbers) -> None:
        if any(head):
            known = self.delivered.get(group, NO_NUMBERS)
            self.delivered[group] = (max(known[0], head[0]), max(known[1], head[1]), max(known[2], head[2]))

    def log_is_ahead(self, group: str, head: Numbers) -> bool:
        """Whether the group's log is ahead of the deliveries here; True once for each head."""
        known = self.delivered.get(group)
        self.delivered[group] = head
        return known is not None and any(number > before for number, before in zip(head, known, strict=True))


@dataclass
class _State:
    hub: Hub | None = None


_state = process_state(_State)


def hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if _state.hub is None or _state.hub.loop is not loop:
        _state.hub = Hub(loop)
    return _state.hub


def running() -> Hub | None:
    """This process's hub if its loop runs; callable from any thread."""
    return _state.hub if _state.hub is not None and _state.hub.loop.is_running() else None


def publish(group: str, frame: Frame) -> None:
    """Publish a frame to all sockets of the group, from any thread. Never raises: clients resync by revision."""
    _publish(Delivery(group, frame, received_at_ms=context.RECEIVED_AT_MS.get()))


def publish_close(group: str, code: int) -> None:
    """Close every socket of the group, in every process."""
    _publish(Delivery(group, close_code=code))


def _publish(delivery: Delivery) -> None:
    try:
        if (hub := running()) is not None:
            hub.publish(delivery)
        else:
            publish_from_outside(delivery)
    except Exception:
        logger.exception("could not publish to %s", delivery.group)

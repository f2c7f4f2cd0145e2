"""Detects when messages of other processes do not arrive here, informs the members, and repairs the loss.

A pub/sub layer loses messages silently: Redis may be down or frozen, or was away so briefly that only the subscriptions
are missing. So each process publishes a probe to itself through the layer every second. If the probe does not come back
within two seconds, the process is degraded: commands still go through the database, members of this process still
receive each other's events, and the log heads that the scheduler reads repair the rest, a second late.

On recovery, state without a revision, whose loss no client can notice, is published again in full: the members of each
room. It is published once more a little later, for messages of a process that recovers after this one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rooms.models import Room
from rooms.serializers import present_members
from watchium import server_clock
from watchium.db.thread_pool import in_database
from watchium.process_state import process_state
from watchium.protocol.events import Event, MemberList, Members
from watchium.protocol.replies import Head, HeadState, Health, Status
from watchium.realtime import hub as fanout
from watchium.realtime.channel_layer import LAYER_TIMEOUT_S, ChannelLayerBridge
from watchium.realtime.delivery import Delivery
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.groups import ALL_PROCESSES, process_id, room_group
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
ECHO_TIMEOUT_S = 2.0
SUBSCRIBE_TIMEOUT_S = 10.0
REPUBLISH_AFTER_S = 3.0
ROOMS_PER_QUERY = 50


class PubSubMonitor:
    """Probes the channel layer. `on_change(degraded)` is awaited when it stops working and when it works again."""

    def __init__(self, hub: fanout.Hub, on_change: Callable[[bool], Awaitable[None]]) -> None:
        self.degraded = False
        self.group = f"watchdog.{process_id()}"
        self._hub = hub
        self._on_change = on_change
        self._probes = 0
        self._lost_echoes = 0  # in a row: the layer accepted the probe, and it did not come back
        self._echo = asyncio.Event()

    async def run(self) -> None:
        await self._hub.join(self.group, self)
        while True:
            try:
                await self.check()
            except Exception:
                logger.exception("the check of the channel layer failed")
            await asyncio.sleep(PERIOD_S)

    async def check(self) -> None:
        if self.degraded and await self._publish_probe():
            await self._resubscribe()
        works = await self._receives_echo()
        if works:
            await self._in_time(ChannelLayerBridge.complete)
        if works is self.degraded:
            self.degraded = not works
            await self._on_change(self.degraded)

    async def _receives_echo(self) -> bool:
        if not await self._publish_probe():
            return False
        try:
            async with asyncio.timeout(ECHO_TIMEOUT_S):
                await self._echo.wait()
        except TimeoutError:
            self._lost_echoes += 1
            return False
        self._lost_echoes = 0
        return True

    async def _publish_probe(self) -> bool:
        """Whether the layer accepted it."""
        assert self._hub.bridge is not None
        self._probes += 1
        self._echo.clear()
        delivery = Delivery(self.group, Frame(self._payload))
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                # Under another sender than this process, which skips its own messages.
                message = {**delivery.to_message(), "from": self.group}
                await self._hub.bridge.layer.group_send(ALL_PROCESSES, message)
        except Exception as error:
            if not self.degraded:
                logger.warning("the channel layer does not take messages: %r", error)
            return False
        return True

    async def _resubscribe(self) -> None:
        """The layer works again, and may have lost the subscriptions; or the connection to it is dead."""
        await self._in_time(
            ChannelLayerBridge.reopen if self._lost_echoes > 1 else ChannelLayerBridge.resubscribe
        )

    async def _in_time(self, subscribe: Callable[[ChannelLayerBridge, set[str]], Awaitable[None]]) -> None:
        """Subscribe for up to ten seconds; the next check subscribes to the rest."""
        assert self._hub.bridge is not None
        try:
            async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
                await subscribe(self._hub.bridge, self._hub.channels)
        except TimeoutError:
            logger.warning("could not subscribe to everything in time")

    @property
    def _payload(self) -> bytes:
        return str(self._probes).encode()

    # ------------------------------------------------------------ as a subscriber of the hub

    direct = None

    def deliver(self, frame: Frame) -> None:
        if frame.payload == self._payload:  # a late echo of an earlier probe proves nothing
            self._echo.set()

    def close(self, code: int) -> None:
        """Never called: nothing closes this group."""


# ---------------------------------------------------------------- the monitor of this process


@dataclass
class _State:
    monitor: PubSubMonitor | None = None
    task: asyncio.Task[None] | None = None
    republishing: set[asyncio.Task[None]] = field(default_factory=set)


_state = process_state(_State)


def start() -> None:
    """Run the monitor on the running loop if there is a channel layer; does nothing if it already runs."""
    hub = fanout.hub()
    task = _state.task
    if hub.bridge is None or (task is not None and not task.done() and task.get_loop() is hub.loop):
        return
    _state.monitor = PubSubMonitor(hub, publish_health)
    _state.task = hub.loop.create_task(_state.monitor.run())


async def stop() -> None:
    if _state.task is not None:
        _state.task.cancel()
        await asyncio.wait([_state.task])


def degraded() -> bool:
    """Whether events of other processes reach this one late."""
    return _state.monitor is not None and _state.monitor.degraded


counters.gauge("degraded", degraded)


def status(room_id: str) -> Status:
    return Status(room_id=room_id, timestamp=server_clock.now_ms(), payload=Health(degraded=degraded()))


async def publish_health(now_degraded: bool) -> None:
    """Inform the members in rooms of this process; after a recovery, publish what they may have missed."""
    logger.warning("messages of other processes %s", "arrive late" if now_degraded else "arrive again")
    for room_id in fanout.hub().rooms:
        health = Health(degraded=now_degraded)
        _deliver(room_id, Status(room_id=room_id, timestamp=server_clock.now_ms(), payload=health))
    if not now_degraded:
        task = asyncio.create_task(_republish_state_twice())
        _state.republishing.add(task)
        task.add_done_callback(_state.republishing.discard)


async def _republish_state_twice() -> None:
    await _republish_state()
    await asyncio.sleep(REPUBLISH_AFTER_S)
    await _republish_state()


async def _republish_state() -> None:
    """Each room's log head, from which clients request missed events, and its members, which have no revision."""
    room_ids = fanout.hub().rooms
    for start in range(0, len(room_ids), ROOMS_PER_QUERY):
        try:
            await _republish_rooms(room_ids[start : start + ROOMS_PER_QUERY])
        except Exception:
            logger.exception("could not publish the state that rooms may have missed")


async def _republish_rooms(room_ids: list[str]) -> None:
    now_ms = server_clock.now_ms()
    heads = await in_database(Room.objects.heads, room_ids)
    members = await in_database(present_members, room_ids)
    for room_id, numbers in heads.items():
        head = HeadState(**numbers._asdict())
        _deliver(room_id, Head(room_id=room_id, timestamp=now_ms, payload=head))
        present = MemberList(members=members.get(room_id, []))
        _deliver(room_id, Members(room_id=room_id, timestamp=now_ms, payload=present))


def _deliver(room_id: str, event: Event) -> None:
    """To the sockets of this process only: every process detects and recovers by itself."""
    fanout.hub().deliver(room_group(room_id), frame_of(event))

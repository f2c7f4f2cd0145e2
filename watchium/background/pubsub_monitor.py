"""Notices when what other processes tell does not arrive here, says so to the people here, and heals what was lost.

A pub/sub layer loses silently: Redis may be gone, stand still, or have been away so briefly that only the subscriptions
are missing. So each process says something to itself through the layer every second. What does not come back within two
seconds makes the process degraded: deeds go on through the database, people here hear each other, and the heads that
the ticker reads heal what was told elsewhere, a second late.

When it comes back, everything that has no number is told once whole, because nobody could notice that it is missing:
who is in each room. That is told again a little later, for what was told by a process that recovers after this one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from rooms.models import Room
from rooms.serializers import who_is_here
from watchium import server_clock
from watchium.db.thread_pool import in_database
from watchium.protocol.events import Event, Head, HeadState, Health, Members, Present, Status
from watchium.realtime import hub as fanout
from watchium.realtime.channel_layer import LAYER_BOUND_S, ChannelLayerBridge
from watchium.realtime.delivery import EVERYBODY, ROOMS, Told, process
from watchium.realtime.frames import Frame, frame_of
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
ECHO_BOUND_S = 2.0
SUBSCRIBE_BOUND_S = 10.0
AGAIN_S = 3.0
ROOMS_AT_ONCE = 50


class PubSubMonitor:
    """Speaks to itself through the layer. `changed(degraded)` is awaited when that ceases or begins again to work."""

    def __init__(self, hub: fanout.Hub, changed: Callable[[bool], Awaitable[None]]) -> None:
        self.degraded = False
        self.group = f"watchdog.{process()}"
        self._hub = hub
        self._changed = changed
        self._said = 0
        self._deaf = 0  # how often in a row the layer took what was said, and it did not come back
        self._echo = asyncio.Event()

    async def watch(self) -> None:
        await self._hub.join(self.group, self)
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("the watchdog stumbled")
            await asyncio.sleep(PERIOD_S)

    async def look(self) -> None:
        if self.degraded and await self._say():
            await self._listen_again()
        works = await self._hears_itself()
        if works:
            await self._in_time(ChannelLayerBridge.complete)
        if works is self.degraded:
            self.degraded = not works
            await self._changed(self.degraded)

    async def _hears_itself(self) -> bool:
        if not await self._say():
            return False
        try:
            async with asyncio.timeout(ECHO_BOUND_S):
                await self._echo.wait()
        except TimeoutError:
            self._deaf += 1
            return False
        self._deaf = 0
        return True

    async def _say(self) -> bool:
        """Whether the layer took it."""
        assert self._hub.neighbours is not None
        self._said += 1
        self._echo.clear()
        told = Told(self.group, Frame(self._word))
        try:
            async with asyncio.timeout(LAYER_BOUND_S):
                # Not as this process: a process skips what it said itself.
                await self._hub.neighbours.layer.group_send(EVERYBODY, {**told.packed(), "from": self.group})
        except Exception as error:
            if not self.degraded:
                logger.warning("the channel layer does not take messages: %r", error)
            return False
        return True

    async def _listen_again(self) -> None:
        """The layer is there again, and may not know what this process listens to; or the line to it is dead."""
        await self._in_time(ChannelLayerBridge.reopen if self._deaf > 1 else ChannelLayerBridge.resubscribe)

    async def _in_time(self, listen: Callable[[ChannelLayerBridge, set[str]], Awaitable[None]]) -> None:
        """What is not subscribed to within ten seconds is so at the next look."""
        assert self._hub.neighbours is not None
        try:
            async with asyncio.timeout(SUBSCRIBE_BOUND_S):
                await listen(self._hub.neighbours, self._hub.vias)
        except TimeoutError:
            logger.warning("could not subscribe to everything in time")

    @property
    def _word(self) -> bytes:
        return str(self._said).encode()

    # ------------------------------------------------------------ as a listener of the hub

    direct = None

    def deliver(self, frame: Frame) -> None:
        if frame.payload == self._word:  # an earlier one that comes late proves nothing
            self._echo.set()

    def close(self, code: int) -> None:
        """Nobody closes it."""


# ---------------------------------------------------------------- the one of this process

_watchdog: PubSubMonitor | None = None
_task: asyncio.Task[None] | None = None
_telling: set[asyncio.Task[None]] = set()


def start() -> None:
    """Begin to watch on the running loop, where there is a layer to watch, unless it is done already."""
    global _watchdog, _task
    hub = fanout.hub()
    if hub.neighbours is None or (_task is not None and not _task.done() and _task.get_loop() is hub.loop):
        return
    _watchdog = PubSubMonitor(hub, publish_health)
    _task = hub.loop.create_task(_watchdog.watch())


async def stop() -> None:
    if _task is not None:
        _task.cancel()
        await asyncio.wait([_task])


def degraded() -> bool:
    """Whether what happens in other processes reaches this one late."""
    return _watchdog is not None and _watchdog.degraded


counters.gauge("degraded", degraded)


def status(room_id: str) -> Status:
    return Status(room_id=room_id, timestamp=server_clock.now_ms(), payload=Health(degraded=degraded()))


async def publish_health(now_degraded: bool) -> None:
    """To everybody in a room of this process; afterwards what they may have missed."""
    logger.warning("what other processes tell %s here", "is late" if now_degraded else "arrives again")
    for room_id in fanout.hub().rooms:
        _deliver(
            room_id,
            Status(room_id=room_id, timestamp=server_clock.now_ms(), payload=Health(degraded=now_degraded)),
        )
    if not now_degraded:
        task = asyncio.create_task(_republish_state_twice())
        _telling.add(task)
        task.add_done_callback(_telling.discard)


async def _republish_state_twice() -> None:
    await _tell_all()
    await asyncio.sleep(AGAIN_S)
    await _tell_all()


async def _tell_all() -> None:
    """Where each room's log ends, so that clients ask for what they lack; and who is there, which has no number."""
    room_ids = fanout.hub().rooms
    for start in range(0, len(room_ids), ROOMS_AT_ONCE):
        try:
            await _tell_some(room_ids[start : start + ROOMS_AT_ONCE])
        except Exception:
            logger.exception("could not tell rooms what they may have missed")


async def _tell_some(room_ids: list[str]) -> None:
    now_ms = server_clock.now_ms()
    heads = await in_database(Room.objects.heads, room_ids)
    here = await in_database(who_is_here, room_ids)
    for room_id, (revision, seq, epoch) in heads.items():
        head = HeadState(revision=revision, comment_seq=seq, epoch=epoch)
        _deliver(room_id, Head(room_id=room_id, timestamp=now_ms, payload=head))
        _deliver(
            room_id,
            Members(room_id=room_id, timestamp=now_ms, payload=Present(members=here.get(room_id, []))),
        )


def _deliver(room_id: str, event: Event) -> None:
    """To the sockets of this process only: every process notices, and recovers, by itself."""
    fanout.hub().deliver(ROOMS + room_id, frame_of(event))

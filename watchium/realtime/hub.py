"""One subscription per process and group: a frame is encoded once and handed to each local socket.

Sockets of this process are served first and without the channel layer; the layer carries the same frame once to
each other process, and a process skips the echo of its own. What the layer loses, clients notice by revision.

Rooms and devices have a subscription each. Everything else (a person, a member) is told rarely and goes to every
process through one: a socket's arrival costs the layer at most one subscription, its room's or its device's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import get_ident

from watchium import server_clock
from watchium.realtime.channel_layer import ChannelLayerBridge, publish_from_outside, shared_layer
from watchium.realtime.delivery import EVERYBODY, ROOMS, Told, via
from watchium.realtime.frames import Frame
from watchium.realtime.subscribers import Listener, Listeners
from watchium.telemetry import context, counters

logger = logging.getLogger(__name__)

SLICE_S = 0.005  # so long what was told is handed out before the loop does something else
PIECE_S = 0.002  # so long what can wait is handed out at once
PAUSE_S = 0.005  # and then something else may happen
TOGETHER = 16 * 1024  # bytes: what waits for the same group goes out in one write each


@dataclass
class Counts:
    """Since this process began."""

    delivered: int = 0


counts = Counts()
counters.counter("deliveries", lambda: counts.delivered)


class Hub:
    """The groups that sockets of this process listen to; lives on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.groups: dict[str, Listeners] = {}
        self._rooms: set[str] = set()  # those of them that are a room's: few among thousands
        # The newest revision and comment handed out here, by group: the heads are held against them.
        self.delivered: dict[str, tuple[int, int]] = {}
        layer = shared_layer()
        self.neighbours = None if layer is None else ChannelLayerBridge(layer, loop, self.apply)
        self._told: deque[Told] = deque()
        self._can_wait: dict[
            str, Told
        ] = {}  # by group: a newer one takes the place of one not handed out yet
        self._handing_out = False
        self._handing_out_later = False
        self._thread = get_ident()

    # ------------------------------------------------------------ who listens

    async def join(self, group: str, listener: Listener) -> None:
        self.groups.setdefault(group, Listeners()).add(listener)
        if group.startswith(ROOMS):
            self._rooms.add(group)
        if self.neighbours is not None:
            await self.neighbours.subscribe(via(group))

    async def leave(self, group: str, listener: Listener) -> None:
        listeners = self.groups.get(group, Listeners())
        listeners.discard(listener)
        if listeners or self.groups.pop(group, None) is None:
            return
        self._rooms.discard(group)
        self.delivered.pop(group, None)
        if self.neighbours is not None and via(group) != EVERYBODY:
            await self.neighbours.unsubscribe(via(group))

    def turned(self, groups: Sequence[str]) -> None:
        """A listener of these groups takes frames in another way from now on."""
        for group in groups:
            if (listeners := self.groups.get(group)) is not None:
                listeners.changed()

    @property
    def vias(self) -> set[str]:
        """The layer's groups that carry what is listened to here."""
        return {via(group) for group in self.groups}

    @property
    def rooms(self) -> list[str]:
        """The rooms (room_id) that are listened to here."""
        return [group.removeprefix(ROOMS) for group in self._rooms]

    # ------------------------------------------------------------ to be told

    def tell(self, told: Told) -> None:
        """Hand it out here and to other processes, soon and in order; from any thread."""
        self._told.append(told)
        if not self._handing_out:
            self._handing_out = True
            # From another thread the loop has to be woken, which costs it two system calls and a turn.
            at_home = get_ident() == self._thread
            (self.loop.call_soon if at_home else self.loop.call_soon_threadsafe)(self._hand_out)

    def _hand_out(self) -> None:
        """In slices: a thousand rooms told at once must not hold up the pings that arrive meanwhile."""
        until_s = self.loop.time() + SLICE_S
        # Before looking: who appends after the last look sees it False and calls again.
        self._handing_out = False
        while self._told:
            told = self._told.popleft()
            if told.deferrable:
                self._put_off(told)
                continue
            self._hand_out_these(self._together(told))
            if self.loop.time() > until_s and self._told:
                self._handing_out = True
                self.loop.call_soon(self._hand_out)
                return

    def _together(self, told: Told) -> list[Told]:
        """With it what was told to the same group right behind it: a deed often tells several things."""
        found, size = [told], told.size
        while self._told and self._told[0].batches_with(told) and size + self._told[0].size <= TOGETHER:
            found.append(self._told.popleft())
            size += found[-1].size
        return found

    def _put_off(self, told: Told) -> None:
        self._can_wait[told.group] = told
        if not self._handing_out_later:
            self._handing_out_later = True
            self.loop.call_soon(self._hand_out_later)

    def _hand_out_later(self) -> None:
        until_s = self.loop.time() + PIECE_S
        while self._can_wait and self.loop.time() <= until_s:
            self._hand_out_these([self._can_wait.pop(next(iter(self._can_wait)))])
        self._handing_out_later = bool(self._can_wait)
        if self._can_wait:
            self.loop.call_later(PAUSE_S, self._hand_out_later)

    def _hand_out_these(self, told: Sequence[Told]) -> None:
        self._apply(told)
        for one in told:
            if one.heard_ms is not None:
                counters.observe("broadcast_ms", server_clock.now_ms() - one.heard_ms)
            if self.neighbours is not None:
                self.neighbours.publish(one)

    def apply(self, told: Told) -> None:
        """To the sockets of this process only."""
        self._apply([told])

    def _apply(self, told: Sequence[Told]) -> None:
        """All to one group: frames, or one close."""
        group = told[0].group
        listeners = self.groups.get(group)
        if not listeners:
            return
        frames = [one.frame for one in told if one.frame is not None]
        if not frames:
            for listener in listeners:
                listener.close(told[0].close)
            return
        self.deliver(group, *frames)
        for frame in frames:
            self._count(group, frame.head)

    def deliver(self, group: str, *frames: Frame) -> None:
        if listeners := self.groups.get(group):
            listeners.deliver(frames)
            counts.delivered += len(listeners) * len(frames)

    def _count(self, group: str, head: tuple[int, int]) -> None:
        if any(head):
            revision, seq = self.delivered.get(group, (0, 0))
            self.delivered[group] = (max(revision, head[0]), max(seq, head[1]))

    def on_overflow(self, group: str, revision: int, seq: int) -> bool:
        """Whether the group's log has passed what was handed out here; said once."""
        known = self.delivered.get(group)
        self.delivered[group] = (revision, seq)
        return known is not None and (revision > known[0] or seq > known[1])


_hub: Hub | None = None


def hub() -> Hub:
    """The hub of the running loop."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub


def running() -> Hub | None:
    """The hub of this process where its loop runs, from whatever thread."""
    return _hub if _hub is not None and _hub.loop.is_running() else None


def publish(group: str, frame: Frame) -> None:
    """Tell everybody in the group, from whatever thread. Never raises: what is lost here is healed by revision."""
    _send(Told(group, frame, heard_ms=context.RECEIVED_AT_MS.get()))


def publish_close(group: str, code: int) -> None:
    """Close every socket of the group, in every process."""
    _send(Told(group, close=code))


def _send(told: Told) -> None:
    try:
        if (hub := running()) is not None:
            hub.tell(told)
        else:
            publish_from_outside(told)
    except Exception:
        logger.exception("could not tell %s", told.group)

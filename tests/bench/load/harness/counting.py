"""Counting deliveries: at saturation with a bounded number of events under way, or stamped, for their delay."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections.abc import Callable

from picows import WSFrame, WSTransport

from tests.bench.load.harness.crowd import Dialect, Seat, at_rate, stamp, stamped_at

STUCK_S = 0.5
DRAIN_S = 3.0


class Tally:
    """How many events arrived, all members together, and what to do when a whole event has."""

    def __init__(self) -> None:
        self.count = 0
        self.due = math.inf
        self.more: Callable[[], None] = lambda: None
        self.size = -1  # of an event's payload; learnt from the first


class Counter(Seat):
    """Knows an event by its length: looking into each would cost more than the servers spend."""

    def __init__(self, dialect: Dialect, tally: Tally) -> None:
        super().__init__(dialect)
        self.tally = tally

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        tally = self.tally
        if frame.payload_size == tally.size:
            tally.count += 1
            if tally.count >= tally.due:
                tally.more()
            return
        super().on_ws_frame(transport, frame)

    def hear(self, payload: bytes) -> None:
        if stamped_at(payload) is not None:
            self.tally.size = len(payload)
            self.tally.count += 1


class Pump:
    """Keeps `window` events under way to `members`, or says them at a rate."""

    def __init__(self, publisher: Seat, tally: Tally, members: int, window: int) -> None:
        self.publisher, self.tally, self.members, self.window = publisher, tally, members, window
        tally.count = 0  # what an earlier pump's events brought is not this one's
        self.sent = 0
        self.lost = 0

    def say(self) -> None:
        self.sent += 1
        self.publisher.say((self.publisher.dialect.command % stamp()).encode())

    async def first(self) -> None:
        """One event, by which its length is learnt."""
        self.say()
        await self._arrived()

    def open(self) -> None:
        self.tally.more = self._more
        self.tally.due = (self.sent + 1) * self.members
        for _ in range(self.window):
            self.say()

    def _more(self) -> None:
        # What was lost is no reason to wait for ever, and is counted.
        self.tally.due += self.members
        self.say()

    async def watch(self, seconds: float) -> None:
        """Let it run; what did not arrive for half a second is lost, and it goes on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            before = self.tally.count
            await asyncio.sleep(min(STUCK_S, left))
            if self.tally.count == before and left > STUCK_S:
                self._give_up()

    def _give_up(self) -> None:
        missing = self.sent * self.members - self.tally.count
        self.lost += missing
        self.tally.count += missing
        self.tally.due = (self.sent + 1) * self.members
        for _ in range(self.window):
            self.say()

    async def close(self) -> None:
        """No more; wait for what is under way, and count what never comes."""
        self.tally.due = math.inf
        await self._arrived()

    async def _arrived(self) -> None:
        end = time.monotonic() + DRAIN_S
        while self.tally.count < self.sent * self.members and time.monotonic() < end:  # noqa: ASYNC110  # no event a frame
            await asyncio.sleep(0.01)
        missing = self.sent * self.members - self.tally.count
        self.lost += missing
        self.tally.count += missing

    async def at_rate(self, per_s: float, seconds: float) -> None:
        self.tally.due = math.inf
        await at_rate(per_s, seconds, self.say)


class Stamped(Seat):
    """Keeps how long each event took from being asked for until it was here, in milliseconds."""

    def __init__(self, dialect: Dialect, delays_ms: array[float]) -> None:
        super().__init__(dialect)
        self.delays_ms = delays_ms

    def hear(self, payload: bytes) -> None:
        now = stamp()
        asked = stamped_at(payload)
        if asked is not None:
            self.delays_ms.append((now - asked) / 1e6)

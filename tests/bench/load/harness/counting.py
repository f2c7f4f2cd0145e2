"""Count deliveries at saturation, with a bounded number of events in flight, or measure delays by timestamps."""

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
    """Count of arrived events over all members, with a callback for each complete event."""

    def __init__(self) -> None:
        self.count = 0
        self.due = math.inf
        self.more: Callable[[], None] = lambda: None
        self.size = -1  # of an event's payload; measured at the first event


class Counter(Seat):
    """Recognises events by length: parsing each would cost more CPU than the servers use."""

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
    """Keeps `window` events in flight to `members`, or sends them at a fixed rate."""

    def __init__(self, publisher: Seat, tally: Tally, members: int, window: int) -> None:
        self.publisher, self.tally, self.members, self.window = publisher, tally, members, window
        tally.count = 0  # ignore deliveries of an earlier pump
        self.sent = 0
        self.lost = 0

    def say(self) -> None:
        self.sent += 1
        self.publisher.say((self.publisher.dialect.command % stamp()).encode())

    async def first(self) -> None:
        """Send one event to measure its length."""
        self.say()
        await self._arrived()

    def open(self) -> None:
        self.tally.more = self._more
        self.tally.due = (self.sent + 1) * self.members
        for _ in range(self.window):
            self.say()

    def _more(self) -> None:
        # Lost events are counted and not awaited.
        self.tally.due += self.members
        self.say()

    async def watch(self, seconds: float) -> None:
        """Run; events that do not arrive within half a second count as lost."""
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
        """Stop; wait for events in flight, and count lost ones."""
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
    """Records the delay of each event from request to receipt, in milliseconds."""

    def __init__(self, dialect: Dialect, delays_ms: array[float]) -> None:
        super().__init__(dialect)
        self.delays_ms = delays_ms

    def hear(self, payload: bytes) -> None:
        now = stamp()
        asked = stamped_at(payload)
        if asked is not None:
            self.delays_ms.append((now - asked) / 1e6)

"""A lasting visit to a room: connects again after each loss, measures the server's clock, and reports the player."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

from watchium.client.client import Client
from watchium.client.clock import ServerClock
from watchium.client.connection import ProblemError
from watchium.client.reconnecting import Backoff, PingSchedule, is_final
from watchium.client.room import RoomClient
from watchium.client.room_state import AnyEvent
from watchium.protocol.replies import Closing
from watchium.protocol.types import TimelineState

HEARTBEAT_S = 3.0
LOOK_S = 1.0
ARRIVES_WITHIN_S = 5.0


class VisitEnded(Exception):
    """The server closed the connection for good, with this code."""

    def __init__(self, close_code: int) -> None:
        super().__init__(f"the server closed the connection with {close_code}")
        self.close_code = close_code


class RoomVisit:
    """`room` is None while there is no connection.

    `heartbeat` returns the payload of a report; `report_soon` sends one at once. `on_room` is called when the room's
    state may be another, `on_event` with each event before that, `on_lost` when a connection that stood is gone, and
    `on_clock` after each measurement.
    """

    def __init__(self, client: Client, room_id: str, heartbeat: Callable[[], dict[str, Any]]) -> None:
        self.client, self.room_id = client, room_id
        self.clock = ServerClock()
        self.room: RoomClient | None = None
        self.on_room: Callable[[RoomClient], None] = lambda room: None
        self.on_event: Callable[[AnyEvent], None] = lambda event: None
        self.on_lost: Callable[[], None] = lambda: None
        self.on_clock: Callable[[], None] = lambda: None
        self._heartbeat = heartbeat
        self._soon = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def timeline(self) -> TimelineState | None:
        return self.room.timeline if self.room else None

    def server_now(self) -> float:
        return self.clock.server_now(_now_ms())

    def report_soon(self) -> None:
        self._soon.set()

    async def run(self) -> None:
        """Stay until the server refuses for good: raises VisitEnded. Cancel it to leave."""
        backoff = Backoff(random.random)
        while True:
            code, least_s, stood = None, 0.0, False
            try:
                async with self.client.enter(self.room_id) as room:  # the welcome has the whole state
                    stood = True
                    backoff.connected(room.welcome.limits.reconnect_spread_ms)
                    least_s = await self._serve(room)
                    code = room.close_code
            except ProblemError as problem:
                code = problem.status
            except (OSError, TimeoutError):
                pass
            finally:
                self.room = None
            if code is not None and is_final(code):
                raise VisitEnded(code)
            if stood:
                self.on_lost()
            await asyncio.sleep(max(backoff.next_s(), least_s))

    async def ask(self, kind: str, **payload: Any) -> None:
        """Send a command, and return when its effect is known here.

        Raises:
            ProblemError: the server refuses it.
            OSError: it may not have arrived; TimeoutError and ConnectionError are of this kind.
        """
        room = self.room
        if room is None:
            raise ConnectionError("not connected")
        accepted = await room.request(kind, **payload)
        async with asyncio.timeout(ARRIVES_WITHIN_S):
            while accepted.revision is not None and room.revision < accepted.revision:
                self._moved.clear()
                await self._moved.wait()
        self.on_room(room)

    # ------------------------------------------------------------ one connection

    async def _serve(self, room: RoomClient) -> float:
        """Serve one connection until it closes; return how long the server asks to stay away."""
        self.clock.connected(room.welcome.clock_id, room.welcomed_ms, _now_ms())
        self.room = room
        self.on_room(room)
        work = [asyncio.create_task(self._beat(room)), asyncio.create_task(self._ping(room))]
        least_s = 0.0
        try:
            while not room.outdated and not any(task.done() for task in work):
                with contextlib.suppress(TimeoutError):
                    event = await room.next_event(timeout=LOOK_S)
                    if isinstance(event, Closing):
                        least_s = (event.payload.retry_after_ms or 0) / 1000
                    self.on_event(event)
                    self.on_room(room)
                    self._moved.set()
        except ConnectionError:
            pass
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        return least_s

    async def _ping(self, room: RoomClient) -> None:
        """Measure the clock; returns when the connection is dead."""
        schedule = PingSchedule(clock_known=self.clock.locked)
        with contextlib.suppress(OSError):
            while True:
                if self.clock.detect_sleep(time.time() * 1000, _now_ms()):
                    schedule.burst()
                pong, arrived_ms = await room.exchange()
                self.clock.pong_received(pong.t0, pong.t1, pong.t2, arrived_ms, pong.clock_id)
                self.on_clock()
                await asyncio.sleep(schedule.next_s(playing=bool(self.timeline and self.timeline.is_playing)))

    async def _beat(self, room: RoomClient) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                self._soon.clear()
                await room.send("heartbeat", **self._heartbeat())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._soon.wait(), HEARTBEAT_S)


def _now_ms() -> float:
    return time.monotonic() * 1000

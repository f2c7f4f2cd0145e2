"""Reconnection of a thousand clients after the server was killed and restarted three seconds later."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from picows import WSError

from tests.bench.load.figures import Figure, Outcome, Panel
from tests.bench.load.harness.crowd import Seat, enter, enter_all, watchium
from tests.bench.load.harness.deployment import Room
from tests.bench.load.options import Options
from tests.bench.load.scenarios.rooms import MEMBERS, lively

OUTAGE_S = 3.0
LONGEST_S = 40.0
LATER_WAITS_S = (1.0, 2.0, 4.0, 8.0, 10.0)


@dataclass
class Storm:
    """Seconds since the kill. `accepted`: when the server accepted a connection; `back`: when its snapshot arrived."""

    killed: float = 0.0
    accepted: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    tries: int = 0

    def now_s(self) -> float:
        return time.monotonic() - self.killed


class Returning(Seat):
    """Records when the server accepted the connection."""

    def __init__(self, dialect, storm: Storm) -> None:
        super().__init__(dialect)
        self.storm = storm

    def on_ws_connected(self, transport) -> None:
        super().on_ws_connected(transport)
        if self.storm.killed:
            self.storm.accepted.append(self.storm.now_s())


async def storm(options: Options) -> Outcome:
    count = options.clients
    chance = random.Random(options.seed)
    seen = Storm()
    async with lively(options, math.ceil(count / MEMBERS)) as crowd:
        people = [(room, token) for room in crowd.rooms for token in room.tokens][:count]
        seats = await enter_all(crowd.server.address, [_guest(room, token, seen) for room, token in people])
        spread_s = _spread_s(seats)
        await asyncio.sleep(2.0)
        start_s = await _restart_s(crowd)
        seats = await enter_all(crowd.server.address, [_guest(room, token, seen) for room, token in people])
        await asyncio.sleep(5.0)
        seen.killed = time.monotonic()
        crowd.server.kill()
        returning = [
            asyncio.ensure_future(
                _come_back(crowd.server.address, room, token, seen, spread_s, random.Random(chance.random()))
            )
            for room, token in people
        ]
        await asyncio.sleep(max(0.0, OUTAGE_S - start_s))
        await asyncio.to_thread(crowd.server.start)
        up_s = seen.now_s()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*returning), LONGEST_S)
    return _outcome(seen, count, spread_s, up_s)


async def _restart_s(crowd) -> float:
    """Return the start-up time, to control the length of the outage."""
    crowd.server.kill()
    start = time.monotonic()
    await asyncio.to_thread(crowd.server.start)
    return time.monotonic() - start


def _guest(room: Room, token: str, seen: Storm):
    dialect = watchium(room.room_id)
    return dialect.member, partial(Returning, dialect, seen), token


def _spread_s(seats: list[Seat]) -> float:
    """Return the reconnect spread of the last snapshot."""
    welcome = json.loads(seats[-1].greeted.result())
    return float(welcome["payload"]["limits"]["reconnect_spread_ms"]) / 1000


async def _come_back(
    address: str, room: Room, token: str, seen: Storm, spread_s: float, chance: random.Random
) -> None:
    """Wait like the page: a random time in the spread, then the maximum of it and 1, 2, 4 ... 10 s."""
    path, make, _ = _guest(room, token, seen)
    await asyncio.sleep(chance.uniform(0, spread_s))
    for attempt in range(100):
        seen.tries += 1
        try:
            await enter(address, path, make, token)
        except (OSError, TimeoutError, WSError):
            later_s = LATER_WAITS_S[min(attempt, len(LATER_WAITS_S) - 1)]
            await asyncio.sleep(chance.uniform(0, max(spread_s, later_s)))
        else:
            seen.back.append(seen.now_s())
            return


def _outcome(seen: Storm, count: int, spread_s: float, up_s: float) -> Outcome:
    arrivals = Counter(int(at_s - up_s) for at_s in seen.accepted)
    welcomes = Counter(int(at_s - up_s) for at_s in seen.back)
    last = max([*arrivals, *welcomes, 0])
    bins = [arrivals[second] for second in range(last + 1)]
    all_back = max(seen.back) - up_s if len(seen.back) == count else math.inf
    return Outcome(
        figures=[
            Figure(
                title=f"{count} clients after a kill and {OUTAGE_S:.0f} s: the last one back, since the server was",
                value=all_back,
                unit="s",
                target=30,
                beside=f"{len(seen.back)} of {count} back, {seen.tries} tries; since the kill "
                f"{max(seen.back, default=math.inf):.1f} s",
            ),
            Figure(
                title="the same: most arrivals in one second",
                value=100 * max(bins) / count,
                unit="%",
                target=15,
            ),
        ],
        panels=[
            Panel(
                title=f"Connections and welcomes by second after the server was back (spread {spread_s:.0f} s)",
                xs=[str(second) for second in range(last + 1)],
                series={
                    "connections": [float(value) for value in bins],
                    "welcomes": [float(welcomes[second]) for second in range(last + 1)],
                },
                bars=True,
                limit=0.15 * count,
            )
        ],
        notes=[
            "Reconnect storm: clients wait as the page does: uniformly within the spread that the last welcome named, "
            "then up to 1, 2, 4 ... 10 s at random. Arrivals are finished handshakes."
        ],
    )

"""Many rooms with the usual traffic: members' sockets, the commands they send, and the events they receive."""

from __future__ import annotations

import asyncio
import random
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle

from tests.bench.load.figures import percentile
from tests.bench.load.harness import cores, database
from tests.bench.load.harness.child_process import Served
from tests.bench.load.harness.crowd import (
    Dialect,
    Seat,
    at_rate,
    enter_all,
    everybody_leaves,
    stamp,
    stamped_at,
    watchium,
)
from tests.bench.load.harness.deployment import Room

HEARTBEAT_S, COMMAND_S = 3.0, 5.0
REST_S = 0.002  # for a burst of five heartbeats each, with a thousand rooms
DRAIN_S, GRACE_S = 3.0, 9.0
CHANGES = (b'{"type":"pause"', b'{"type":"play"', b'{"type":"seek"')
ACK, ERROR = b'{"type":"ack"', b'{"type":"error"'
HEARTBEAT = (
    b'{"type":"heartbeat","payload":{"current_time":12.5,"is_playing":false,"is_synced":true,"drift_ms":1.5}}'
)
PING = b'{"type":"ping","payload":{"t0":1}}'
COMMANDS = ("pause", "seek", "play")


class Ledger:
    """The events that all guests received."""

    def __init__(self) -> None:
        self.delays_ms: array[float] = array("d")
        self.errors: Counter[str] = Counter()

    def clear(self) -> None:
        del self.delays_ms[:]
        self.errors.clear()


class Guest(Seat):
    def __init__(self, dialect: Dialect, ledger: Ledger) -> None:
        super().__init__(dialect)
        self.ledger = ledger
        self.heard = self.accepted = 0

    def hear(self, payload: bytes) -> None:
        now = stamp()
        if payload.startswith(CHANGES):
            asked = stamped_at(payload)
            if asked is not None:
                self.heard += 1
                self.ledger.delays_ms.append((now - asked) / 1e6)
        elif payload.startswith(ACK):
            self.accepted += 1
        elif payload.startswith(ERROR):
            _, _, rest = payload.partition(b'"code":"')
            self.ledger.errors[rest.partition(b'"')[0].decode()] += 1


@dataclass
class Level:
    """Results for a number of rooms. `lost`: missing deliveries of accepted commands."""

    rooms: int
    p50_ms: float
    p99_ms: float
    commands: int
    lost: int
    server_cores: float
    client_cores: float
    database_cores: float
    load_share: float
    errors: dict[str, int]

    @property
    def refused(self) -> int:
        return sum(self.errors.values())

    def __str__(self) -> str:
        return (
            f"{self.rooms} rooms: p50 {self.p50_ms:.1f} p99 {self.p99_ms:.1f} ms, {self.commands} commands, lost "
            f"{self.lost}, server {self.server_cores:.2f} cores, clients {self.client_cores:.2f}, PostgreSQL "
            f"{self.database_cores:.2f}, load's core {self.load_share:.0%} {self.errors or ''}"
        )


class Lively:
    """The rooms of a deployment, a variable number of them with members."""

    def __init__(self, server: Served, rooms: list[Room], seed: int, database: str) -> None:
        self.server, self.rooms, self.random = server, rooms, random.Random(seed)
        self.database = database
        self.guests: list[list[Guest]] = []
        self.ledger = Ledger()
        self._spoken = count()

    @property
    def everybody(self) -> list[Guest]:
        return [guest for room in self.guests for guest in room]

    async def fill(self, rooms: int) -> None:
        """Connect or disconnect members until this many rooms have members."""
        if rooms < len(self.guests):
            await everybody_leaves(guest for room in self.guests[rooms:] for guest in room)
            del self.guests[rooms:]
            await asyncio.sleep(GRACE_S)  # until the server has noticed their leaving
            return
        coming = []
        for room in self.rooms[len(self.guests) : rooms]:
            dialect = watchium(room.room_id)
            make: Callable[[], Seat] = partial(Guest, dialect, self.ledger)
            coming += [(dialect.member, make, token) for token in room.tokens]
        seats = await enter_all(self.server.address, coming)
        size = len(self.rooms[0].tokens)
        self.guests += [seats[start : start + size] for start in range(0, len(seats), size)]  # type: ignore[misc]

    async def heartbeats(self, seconds: float, text: bytes = HEARTBEAT) -> int:
        """Send a heartbeat per member every three seconds, evenly; return how many."""
        everybody = self.everybody
        self.random.shuffle(everybody)
        turns = cycle(everybody)
        return await at_rate(len(everybody) / HEARTBEAT_S, seconds, lambda: next(turns).say(text), REST_S)

    async def commands(self, seconds: float) -> int:
        """Send a command of each host every five seconds, evenly; return how many."""
        hosts = [room[0] for room in self.guests]
        self.random.shuffle(hosts)
        turns = cycle(hosts)
        return await at_rate(len(hosts) / COMMAND_S, seconds, lambda: self._command(next(turns)), REST_S)

    def _command(self, host: Guest) -> None:
        number = next(self._spoken)
        kind = COMMANDS[number % len(COMMANDS)]
        payload = f'{{"current_time":{number % 5000}}}' if kind == "seek" else "{}"
        host.say(f'{{"type":"{kind}","event_id":"t{stamp():016d}","payload":{payload}}}'.encode())

    async def live(self, seconds: float, warm_s: float = 5.0) -> Level:
        """Run the usual traffic of all rooms for a while after an uncounted warm-up."""
        await asyncio.gather(self.heartbeats(warm_s), self.commands(warm_s))
        await asyncio.sleep(DRAIN_S / 2)
        self.ledger.clear()
        for guest in self.everybody:
            guest.heard = guest.accepted = 0
        cpu_s, before = self._cpu_s(), cores.used()
        _, commands = await asyncio.gather(self.heartbeats(seconds), self.commands(seconds))
        spent, after = [now - then for now, then in zip(self._cpu_s(), cpu_s, strict=True)], cores.used()
        server, clients, rows = (spent_s / seconds for spent_s in spent)
        await asyncio.sleep(DRAIN_S)
        return Level(
            rooms=len(self.guests),
            p50_ms=percentile(self.ledger.delays_ms, 0.5),
            p99_ms=percentile(self.ledger.delays_ms, 0.99),
            commands=commands,
            lost=self._lost(),
            server_cores=server,
            client_cores=clients,
            database_cores=rows,
            load_share=cores.share(before, after, cores.LOAD),
            errors=dict(self.ledger.errors),
        )

    def _cpu_s(self) -> tuple[float, float, float]:
        return self.server.cpu_s(), time.process_time(), database.cpu_s(self.database)

    def _lost(self) -> int:
        """Count missing deliveries: each accepted command must reach all members of its room."""
        return sum(
            max(0, room[0].accepted - guest.heard) + (guest.closed_with is not None)
            for room in self.guests
            for guest in room
        )

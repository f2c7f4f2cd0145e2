"""One run: the players, the acts, and the server's log of the commands."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, replace

from tests.bench.sync.figures import COMPARED, LATE
from tests.bench.sync.network_profiles import PROFILES, Line, Way, queueing
from tests.bench.sync.proxy import Network, Player
from tests.bench.sync.recording import Mark, Recording
from tests.bench.sync.runner import OwnClock, Stage, boot_ms, open_stage
from tests.client import Client
from tests.servers import Server

HOST = "P1"
CLIP = "/media/samples/clip.webm"
DEEDS = {"play", "pause", "seek", "set_rate", "load"}
AGAIN_S = 5.0  # the clip is 96 s long; every act starts here
OUTAGE_S = 20.0
STARVED_S = 10.0
# The clip has about 19 kB per second: this is enough to play, and fills no long buffer.
SLOW_BYTES_PER_S = 21_000
CLIP_S = 96.0
LEAST_S = 16.0  # of an act with a steady part
FULL_MINUTES = 6.5


@dataclass(frozen=True)
class Lengths:
    """Length of each act, in seconds."""

    long: float = 70.0  # after a play or a seek
    short: float = 6.0  # between a play and the next pause
    rate: float = 24.0
    joined: float = 25.0
    after: float = 20.0

    @classmethod
    def within(cls, minutes: float) -> Lengths:
        share = minutes / FULL_MINUTES
        full = cls()
        return cls(
            long=min(max(LEAST_S + 6, full.long * share), CLIP_S - AGAIN_S - 8),
            short=max(4.0, full.short * min(1.0, share * 1.5)),
            rate=max(LEAST_S, full.rate * min(1.0, share)),
            joined=max(14.0, full.joined * min(1.0, share)),
            after=max(LEAST_S, full.after * min(1.0, share)),
        )


@dataclass(frozen=True)
class Cast:
    """Players by name with their profiles."""

    members: dict[str, str]
    baselines: dict[str, str]

    @property
    def everybody(self) -> dict[str, str]:
        return self.members | {LATE: HOST} | self.baselines


def cast_of(profiles: list[str], baselines: bool) -> Cast:
    kinds = ("none", "jellyfin") if baselines else ()
    return Cast(
        members={f"ours-{profile}": profile for profile in profiles},
        baselines={f"{kind}-{profile}": profile for kind in kinds for profile in COMPARED},
    )


@dataclass(frozen=True)
class Plan:
    """The common part of all runs."""

    cast: Cast
    lengths: Lengths
    jitter: str = "normal"
    operations: int = 0


class Run:
    def __init__(self, server: Server, plan: Plan, seed: str) -> None:
        self.server = server
        self.plan = plan
        self.cast = plan.cast
        self.lengths = plan.lengths
        self.seed = seed
        self.recording = Recording(
            seed=seed, jitter=plan.jitter, members=plan.cast.members, host=f"ours-{HOST}"
        )
        self.room_id = ""
        self.hosts = Client(server.url)
        self.version = ""

    async def __call__(self) -> Recording:
        players = [player async for player in self._players()]
        network = Network(self.server.port, players)
        async with network.open(), open_stage(network, self._clocks(), self.recording) as stage:
            self.version = stage.version
            await self._gather(stage)
            await self._play(stage, network.players)
            await self._compare_clocks(stage)
            await stage.count_dropped()
        await self._ask_the_log()
        return self.recording

    # ---------------------------------------------------------------- set-up

    async def _players(self):
        """Open a page per user; the host creates the room."""
        entered = await asyncio.to_thread(self.hosts.create_room, username="Host", media_url=CLIP)
        self.room_id = entered.room_id
        for name, profile in self.cast.everybody.items():
            person = self.hosts if name == self.recording.host else await asyncio.to_thread(self._join, name)
            way = PROFILES[profile]
            lines = (self._line(way.up, f"{name}/up"), self._line(way.down, f"{name}/down"))
            slow = SLOW_BYTES_PER_S if name == LATE else None
            yield Player(name, person.token or "", *lines, media_bytes_per_s=slow)

    def _line(self, way: Way, name: str) -> Line:
        queue = self.plan.jitter == "queue" and not way.gamma
        return Line(queueing(way) if queue else way, f"{self.seed}/{name}")

    def _join(self, name: str) -> Client:
        client = Client(self.server.url)
        client.join(self.room_id, username=name)
        return client

    def _clocks(self) -> dict[str, OwnClock]:
        """Return clocks minutes apart, with the drift of crystal oscillators."""
        rng = random.Random(f"{self.seed}/clocks")
        return {
            name: OwnClock(rng.uniform(0, 1e5), rng.uniform(-9e4, 9e4), rng.uniform(-60, 60))
            for name in self.cast.everybody
        }

    async def _gather(self, stage: Stage) -> None:
        for name in [*self.cast.members, *self.cast.baselines]:
            await stage.enter(name, self._path(name))
        await stage.ready(*self.cast.members, *self.cast.baselines)
        for name in self.cast.baselines:
            if name.startswith("none"):
                await stage.do_not_steer(name)
        await stage.wait(3)

    def _path(self, name: str) -> str:
        if name.startswith("jellyfin"):
            return f"/__bench/jellyfin.html?who={name}&room={self.room_id}"
        return f"/rooms/{self.room_id}/?who={name}"

    # ---------------------------------------------------------------- the acts

    async def _play(self, stage: Stage, players: dict[str, Player]) -> None:
        lengths = self.lengths
        await self._do(stage, "play", lengths.long)
        await self._do(stage, "seek", lengths.long, AGAIN_S)
        for _ in range(3):
            await self._do(stage, "pause", 2)
            await self._do(stage, "play", lengths.short)
        await self._do(stage, "seek", lengths.short, AGAIN_S)
        await self._do(stage, "rate", lengths.rate, 1.25)
        await self._do(stage, "rate", lengths.rate, 1)
        await self._join_late_and_starve(stage, players[LATE])
        await self._cut_off(stage, players["ours-P2"])
        self.recording.happened["end"] = await stage.now_ms()
        await stage.read_frames(self.recording.host)
        await self._churn(stage, random.Random(f"{self.seed}/churn"))

    async def _do(self, stage: Stage, what: str, then_s: float, value: float | None = None) -> None:
        at_ms = await stage.press("toggle" if what in ("play", "pause") else what, value)
        self.recording.marks.append(Mark(at_ms, what))
        await stage.wait(then_s)

    async def _join_late_and_starve(self, stage: Stage, late: Player) -> None:
        await self._do(stage, "seek", 10, AGAIN_S)
        await self._happens(stage, "joined")
        await stage.enter(late.name, self._path(late.name))
        await stage.wait(self.lengths.joined)
        await self._happens(stage, "starved")
        late.medium.clear()
        await stage.wait(STARVED_S)
        await self._happens(stage, "fed")
        late.medium.set()
        late.media_bytes_per_s = None
        await stage.wait(self.lengths.after)

    async def _cut_off(self, stage: Stage, player: Player) -> None:
        await self._do(stage, "seek", LEAST_S + 4, AGAIN_S)
        await self._happens(stage, "cut")
        player.connected.clear()
        await stage.wait(OUTAGE_S)
        await self._happens(stage, "restored")
        player.connected.set()
        await stage.wait(self.lengths.after)

    async def _churn(self, stage: Stage, rng: random.Random) -> None:
        """Random commands of the host, and changes of all media elements from outside the page."""
        others = [name for name in self.cast.members if name != self.recording.host]
        for _ in range(self.plan.operations):
            what = rng.choice(["toggle", "seek", "rate", "move", "speed", "play", "pause"])
            if what in ("toggle", "seek", "rate"):
                await stage.press(what, rng.choice([0.5, 1, 1.5]) if what == "rate" else rng.uniform(0, 90))
            else:
                await stage.meddle(rng.choice(others), what, rng.uniform(0.5, 2))
            await asyncio.sleep(rng.uniform(0.01, 0.1))
        await stage.wait(3)

    async def _happens(self, stage: Stage, what: str) -> None:
        self.recording.happened[what] = await stage.now_ms()

    # ---------------------------------------------------------------- results

    async def _compare_clocks(self, stage: Stage) -> None:
        """Return the server's clock minus the page's, by way of this machine's clock since boot."""
        boot_ahead_ms, trip_ms = await stage.compare_clock()
        server_ahead_ms, delay_ms = await self._server_ahead()
        self.recording.server_ahead_ms = boot_ahead_ms + server_ahead_ms
        self.recording.uncertain_ms = (trip_ms + delay_ms) / 2

    async def _server_ahead(self) -> tuple[float, float]:
        """Return the server's clock minus this machine's since boot, by the fastest exchange on an undelayed socket."""
        best = (float("inf"), 0.0)
        async with self.hosts.enter(self.room_id) as room:
            for _ in range(100):
                ahead_ms = time.time() * 1000 - boot_ms()
                offset_ms, delay_ms = await room.ping()
                best = min(best, (delay_ms, ahead_ms + offset_ms))
                await asyncio.sleep(0.07)  # below the server's rate limit
        return best[1], best[0]

    async def _ask_the_log(self) -> None:
        """Return the server's result of each command."""
        log = await asyncio.to_thread(self.hosts.events, self.room_id)
        deeds = [event for event in log.events if event["type"] in DEEDS]
        recording = self.recording
        recording.marks = [
            self._explained(mark, deed) for mark, deed in zip(recording.marks, deeds, strict=False)
        ]

    def _explained(self, mark: Mark, deed: dict) -> Mark:
        told = deed["payload"]
        return replace(
            mark,
            due_ms=deed["timestamp"] - self.recording.server_ahead_ms,
            position_s=told["current_time"],
            playing=told["is_playing"],
            rate=told["rate"],
        )

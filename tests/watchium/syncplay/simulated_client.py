"""A Syncplay client with its player, in virtual time: it applies States, and reports.

Its rules are those of the desktop program; its player shows frames, needs time to start and to seek, and has a clock of
its own. The program stops for 0.05 s before a command that follows another one too soon, also before those that show a
notice, and answers the server only then. Nothing here knows how the server decides.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

POLL_S = 0.1
COMMANDS_APART_S = 0.05
SEEK_PAUSE_S = 0.03
NOTICE_LINES = 3  # a start, a stop and a seek each show
FRAME_EARLY_S = 0.005  # a seek shows the first frame that begins no more than this before its target
SLOW, SLOW_ABOVE_S, USUAL_BELOW_S = 0.95, 1.5, 0.1
REWIND_ABOVE_S = 4.0
SEEK_NOTICED_S = 1.0


class World:
    """Virtual time."""

    def __init__(self, seed: int = 0) -> None:
        self.now_s = 1000.0
        self.random = random.Random(seed)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def at(self, at_s: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(at_s, self.now_s), next(self._number), call))

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self._due and self._due[0][0] <= until_s:
            self.now_s, _, call = heapq.heappop(self._due)
            call()
        self.now_s = until_s


class Way:
    """One direction of a connection: a delay with jitter, in order. `busy_s`: for two of each five seconds the machine
    behind it is loaded, and up to so much later.
    """

    def __init__(self, world: World, delay_s: float, jitter_s: float = 0.0, busy_s: float = 0.0) -> None:
        self.world, self.delay_s, self.jitter_s, self.busy_s = world, delay_s, jitter_s, busy_s
        self._last_s = 0.0

    def carry(self, deliver: Callable[[], None]) -> None:
        extra_s = self.world.random.expovariate(1 / self.jitter_s) if self.jitter_s else 0.0
        if self.busy_s and self.world.now_s % 5.0 < 2.0:
            extra_s += self.world.random.uniform(0.0, self.busy_s)
        self._last_s = max(self._last_s, self.world.now_s + self.delay_s + extra_s)
        self.world.at(self._last_s, deliver)


@dataclass
class SimulatedPlayer:
    """`fast_by`: its clock's error. Evenly distributed are what a start and a seek take, `start_s` and `seek_s`, and by
    how much its sound is further ahead after a slow-down than the speed says, `stretch_s`.
    """

    world: World
    frame_s: float = 0.04
    fast_by: float = 0.0
    start_s: tuple[float, float] = (0.0, 0.004)
    seek_s: tuple[float, float] = (0.005, 0.025)
    stretch_s: tuple[float, float] = (0.0, 0.016)
    speed: float = 1.0
    paused: bool = True
    seeks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._position_s, self._since_s = 0.0, self.world.now_s
        self._stands_until_s = 0.0

    def position_s(self) -> float:
        """The position of the sound."""
        if self.paused:
            return self._position_s
        moves_s = max(0.0, self.world.now_s - max(self._since_s, self._stands_until_s))
        return self._position_s + moves_s * self.speed * (1 + self.fast_by)

    def reported_s(self) -> float:
        """The frame that is shown next."""
        return self._frame_from(self.position_s() - 1e-6)

    def _frame_from(self, position_s: float) -> float:
        return math.ceil(position_s / self.frame_s) * self.frame_s if self.frame_s else position_s

    def _change(self, position_s: float | None = None) -> None:
        self._position_s = self.position_s() if position_s is None else position_s
        self._since_s = self.world.now_s

    def set_paused(self, paused: bool) -> None:
        if paused == self.paused:
            return
        self._change()
        self.paused = paused
        if not paused:
            self._stands_until_s = self.world.now_s + self.world.random.uniform(*self.start_s)

    def set_speed(self, speed: float) -> None:
        self._change()
        if speed == 1.0 != self.speed:
            self._position_s += self.world.random.uniform(*self.stretch_s)
        self.speed = speed

    def seek(self, position_s: float) -> None:
        self.seeks.append(self.world.now_s)
        self._change(max(0.0, self._frame_from(position_s - FRAME_EARLY_S) if self.frame_s else position_s))
        self._stands_until_s = self.world.now_s + self.world.random.uniform(*self.seek_s)


@dataclass(frozen=True)
class Report:
    """A State of the client as it goes out."""

    position_s: float | None
    paused: bool
    seek: bool
    stamp: float | None
    server_counter: int
    client_counter: int


class SimulatedClient:
    """`send` takes its reports. Its player is polled from the moment that a file is `opened`."""

    def __init__(
        self, world: World, send: Callable[[Report], None], player: SimulatedPlayer, name: str = "mpv"
    ):
        self.world, self._send, self.player, self.name = world, send, player, name
        self.slows_down = True
        self.frozen = False
        self._held: list[Callable[[], None]] = []
        self._file = False
        self._polled_s: tuple[float, float] | None = None  # position, when
        self._polled_paused = True
        self._room: tuple[float, bool, float] | None = None  # position, paused, when
        self.slowed = False
        self.believed_ahead_s: list[float] = []
        self._server_counter = self._client_counter = 0
        self._command_s = 0.0
        self._busy_until_s = 0.0

    # ------------------------------------------------------------ the person

    def open(self) -> None:
        self._file = True
        self.world.at(self.world.now_s + self.world.random.random() * POLL_S, self._poll)

    def press(self, *, paused: bool | None = None, seek_s: float | None = None) -> None:
        if paused is not None:
            self.player.set_paused(paused)
        if seek_s is not None:
            self.player.seek(seek_s)

    def freeze(self, frozen: bool) -> None:
        self.frozen = frozen
        held, self._held = self._held, []
        for each in held:
            each()

    # ------------------------------------------------------------ the player

    def _poll(self) -> None:
        self.world.at(self.world.now_s + POLL_S, self._poll)
        self._command(self._polled)  # requests wait behind commands, and commands behind requests

    def _polled(self) -> None:
        if self.frozen:
            return
        position_s, paused = self.player.reported_s(), self.player.paused
        expected_s, was_paused = self._own_position_s(), self._polled_paused
        self._polled_s, self._polled_paused = (position_s, self.world.now_s), paused
        if self._room is None:
            return
        pause_pressed = paused != was_paused and paused != self._room[1]
        jumped = abs(position_s - expected_s) > SEEK_NOTICED_S and (
            abs(position_s - self._room_position_s()) > SEEK_NOTICED_S
        )
        if pause_pressed or jumped:
            self._room = (position_s, paused, self.world.now_s)
            self._client_counter += 1
            self._report(None, seek=jumped, changed=True)

    def _own_position_s(self) -> float:
        """Where the client believes that its player is."""
        if self._polled_s is None:
            return self._room_position_s()
        position_s, at_s = self._polled_s
        return position_s + (0.0 if self._polled_paused else self.world.now_s - at_s)

    def _room_position_s(self) -> float:
        if self._room is None:
            return 0.0
        position_s, paused, at_s = self._room
        return position_s + (0.0 if paused else self.world.now_s - at_s)

    def _command(self, call: Callable[[], None], then_s: float = 0.0) -> None:
        """Commands reach a player some time apart; the program does nothing else meanwhile."""
        at_s = max(self.world.now_s, self._busy_until_s)
        if at_s < self._command_s + COMMANDS_APART_S:
            at_s += COMMANDS_APART_S
        self._command_s, self._busy_until_s = at_s, at_s + then_s
        self.world.at(at_s, call)

    def _notice(self) -> None:
        for _ in range(NOTICE_LINES):
            self._command(lambda: None)

    # ------------------------------------------------------------ the server

    def state(
        self, position_s: float, paused: bool, seek: bool, set_by: str, stamp: float, server: int, client: int
    ) -> None:
        if self.frozen:
            self._held.append(lambda: self.state(position_s, paused, seek, set_by, stamp, server, client))
            return
        if self._busy_until_s > self.world.now_s:
            later = functools.partial(self.state, position_s, paused, seek, set_by, stamp, server, client)
            self.world.at(self._busy_until_s, later)
            return
        if server:
            self._server_counter, self._client_counter = server, 0
        elif client and client == self._client_counter:
            self._client_counter = 0
        if not self._client_counter:
            self._follow(position_s, paused, seek, own=set_by == self.name)
        self.world.at(self._busy_until_s, lambda: self._report(stamp))

    def _report(self, stamp: float | None, *, seek: bool = False, changed: bool = False) -> None:
        shown = changed or not self._client_counter or self._server_counter
        report = Report(
            self._own_position_s() if shown else None,
            self._polled_paused,
            seek,
            stamp,
            self._server_counter,
            self._client_counter,
        )
        self._server_counter = 0
        self._send(report)

    def _follow(self, position_s: float, paused: bool, seek: bool, own: bool) -> None:
        first = self._room is None
        self._room = (position_s, paused, self.world.now_s)
        if not self._file or self._polled_s is None:
            return
        ahead_s = self._own_position_s() - position_s
        if not (first or seek or paused or own):
            self.believed_ahead_s.append(ahead_s)
        if ((first or seek) and not own) or (ahead_s > REWIND_ABOVE_S and not own):
            self._seek(position_s)
        if not paused and not own and self.slows_down:
            self._slow_down(ahead_s)
        if paused and not self._polled_paused and not own:
            self._seek(position_s)
        if paused != self._polled_paused:
            self._command(lambda: self.player.set_paused(paused))
            self._polled_paused = paused
            self._notice()
        elif seek and not own:
            self._notice()

    def _slow_down(self, ahead_s: float) -> None:
        if not self.slowed and ahead_s > SLOW_ABOVE_S:
            self.slowed = True
            self._command(lambda: self.player.set_speed(SLOW))
        elif self.slowed and ahead_s < USUAL_BELOW_S:
            self.slowed = False
            self._command(lambda: self.player.set_speed(1.0))

    def _seek(self, position_s: float) -> None:
        self._command(lambda: self.player.seek(position_s), SEEK_PAUSE_S)
        if self._polled_s is not None:  # until the player answers, the client reports where it was
            self._polled_s = (self._polled_s[0], self.world.now_s)

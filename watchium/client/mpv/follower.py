"""Keeps one mpv in step with a room's timeline, and asks the room for what the person does in mpv."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from watchium.client.clock import ServerClock
from watchium.client.connection import ProblemError
from watchium.client.mpv.acts import SAME_PLACE_S, Act, ChangedRate, PausedIt, PlayedIt, Sought
from watchium.client.mpv.osd import Osd
from watchium.client.mpv.player import MpvPlayer, monotonic_ms
from watchium.client.sync.controller import SyncController
from watchium.client.sync.effects import Effect, Pause, Stall, State
from watchium.client.sync.timeline import Seen
from watchium.protocol.types import TimelineState

Ask = Callable[..., Awaitable[None]]


class Follower:
    """`ask` sends a command to the room and returns when its effect is known here.

    Raises ProblemError if it is refused, and OSError if it may not have arrived.
    """

    def __init__(self, player: MpvPlayer, clock: ServerClock, osd: Osd) -> None:
        self.player, self.clock, self._osd = player, clock, osd
        self.controller = SyncController()
        self.seen: Seen | None = None
        self.shift_s = 0.0
        self.ask: Ask = _unreachable
        self.on_stall: Callable[[Stall, Seen], None] = lambda stall, seen: None
        self.on_step: Callable[[], None] = lambda: None
        self.wants_ready: Callable[[], bool] = lambda: False
        self._changed = asyncio.Event()
        player.wake = self._changed.set

    def follow(self, timeline: TimelineState | None) -> None:
        self.controller.follow(timeline, self.clock.server_now(monotonic_ms()))
        self._changed.set()

    def wake(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        """Look, decide and act, until mpv is gone."""
        while True:
            self._changed.clear()
            wait_s = await self._step()
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _step(self) -> float:
        """Return how long nothing has to be done, if nothing happens."""
        acts = self.player.acts
        if acts.waiting and self.player.loaded:
            now_ms = monotonic_ms()
            act = acts.due(now_ms)
            if act is None:
                return max(0.001, acts.due_in_ms(now_ms) / 1000)
            await self._on_act(act)
        self.seen = await self.player.seen(self.clock)
        if acts.waiting and self.player.loaded:
            return 0.0  # the person acted meanwhile
        step = self.controller.tick(self.seen)
        await self._perform(step.effects, self.seen)
        self.on_step()
        return step.ask_in_ms / 1000

    async def _perform(self, effects: list[Effect], seen: Seen) -> None:
        for effect in effects:
            if isinstance(effect, Stall):
                self.on_stall(effect, seen)
            elif isinstance(effect, Pause) and self.player.acts.waiting:
                return self.controller.look_again()  # the person acted meanwhile: that comes first
            else:
                await self.player.perform(effect)
        return None

    # ------------------------------------------------------------ the person

    async def _on_act(self, act: Act) -> None:
        """Ask the room for it, and follow what it answers; if it refuses, mpv is put right again."""
        if self.controller.state is State.OFF or self.controller.timeline is None:
            return
        command = await self._command_for(act)
        if command is None:
            if not isinstance(act, Sought) or self.controller.timeline.is_playing:
                self.controller.look_again()
            return
        kind, payload = command
        try:
            await self.ask(kind, **payload)
        except ProblemError as problem:
            self._put_right(problem.problem.message)
        except OSError:
            self._put_right("Not connected: the room did not get this.")
        else:
            self.controller.look_again()

    def _put_right(self, why: str) -> None:
        self._osd.show(why)
        self.controller.resync()

    async def _command_for(self, act: Act) -> tuple[str, dict[str, Any]] | None:
        """The command for an act; None if the room is there already."""
        timeline = self.controller.timeline
        playing = timeline is not None and timeline.is_playing
        at = self.clock.server_now(act.at_ms)
        match act:
            case PausedIt():
                return ("pause", {"at": at}) if playing else None
            case PlayedIt():
                await self.player.perform(Pause(True))  # until the room starts
                if self.wants_ready():
                    return "ready", {"on": True}
                return None if playing else ("play", {"at": at})
            case ChangedRate(rate):
                return (
                    None
                    if timeline is None or rate == timeline.rate
                    else ("set_rate", {"rate": rate, "at": at})
                )
            case Sought():
                return await self._seek_command()

    async def _seek_command(self) -> tuple[str, dict[str, Any]] | None:
        """Where the person went, unless it is where the room is: a step by one frame is nobody else's concern."""
        seen = await self.player.seen(self.clock)
        target = self.controller.target
        if target is None or abs(target.drift_ms(seen)) < 1000 * SAME_PLACE_S:
            return None
        return "seek", {"current_time": max(0.0, seen.position_s - self.shift_s)}


async def _unreachable(kind: str, **payload: Any) -> None:
    raise ConnectionError

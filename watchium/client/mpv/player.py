"""One mpv: reads where it is, carries out what the controller decides, and notices what the person does in it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchium.client.clock import ServerClock
from watchium.client.mpv.acts import Acts
from watchium.client.mpv.ipc import MpvError, MpvGone, MpvIpc
from watchium.client.sync.effects import Effect, Pause, Rate, Seek
from watchium.client.sync.timeline import Seen

OBSERVED = ("pause", "speed", "eof-reached", "paused-for-cache", "duration")
READ_TRIES = 3
GOOD_READ_MS = 2.0  # an exchange takes 0.4 ms; a longer one says less exactly when the position was read
OPENS_WITHIN_S = 90.0  # mpv gives up after 60
MOVES_AT_MOST_MS = 10_000.0  # mpv reports the end of each seek; this is for the case that it does not
FRAME_RATE, LEAST_FRAME_RATE = 25.0, 10.0
FRAME_SLACK_S = 0.001
FRAME_AHEAD = 0.4  # `time-pos` is the time of a frame that is shown soon: 16 ms ahead at 25 frames a second


def monotonic_ms() -> float:
    return time.monotonic() * 1000


class MpvPlayer:
    """`wake` is called whenever the controller should look again; `on_message` with the words of a script message."""

    def __init__(self, ipc: MpvIpc) -> None:
        self.ipc = ipc
        self.acts = Acts()
        self.wake: Callable[[], None] = lambda: None
        self.on_message: Callable[[list[str]], None] = lambda words: None
        self.on_file: Callable[[], None] = lambda: None
        self.failure: str | None = None
        self.loaded = False
        self.has_sound = True
        self._values: dict[str, Any] = {"pause": True, "speed": 1.0}
        self._entry: int | None = None
        self._address = ""
        self._opening: asyncio.Event | None = None
        self._moving_since_ms: float | None = None
        self._position_s = 0.0
        self._frame_s = 0.04
        self._over_network = False
        self._keeps_pitch = True
        self._prefers_pitch = True
        self._headers: list[str] = []

    async def start(self) -> None:
        """Begin to observe mpv, and pause it: a room moves only together."""
        self._prefers_pitch = self._keeps_pitch = bool(await self.ipc.get("audio-pitch-correction", True))
        self._headers = list(await self.ipc.get("http-header-fields", []))
        self.ipc.on_event = self._on_event
        for number, name in enumerate(OBSERVED, 1):
            await self.ipc.command("observe_property", number, name)
        await self.perform(Pause(True))

    # ------------------------------------------------------------ media

    async def open(self, address: str, *, token: str | None = None) -> bool:
        """Open a file or an address, paused; return whether it opens. `failure` says why not.

        mpv has the token until then only: it would send it to each address that the person opens.
        """
        self.loaded = False
        self.failure = None
        self._entry, self._address = None, address
        self._opening = opening = asyncio.Event()
        self.acts.opened()
        await self.perform(Pause(True))
        token_header = [f"Authorization: Bearer {token}"] if token else []
        await self.ipc.set("http-header-fields", [*self._headers, *token_header])
        try:
            reply = await self.ipc.command("loadfile", address, "replace")
            self._entry = (reply or {}).get("playlist_entry_id")
            await asyncio.wait_for(opening.wait(), OPENS_WITHIN_S)
        except MpvGone:
            raise
        except MpvError as error:
            self.failure = str(error)
        except TimeoutError:
            self.failure = "it does not open"
        finally:
            if self._opening is opening:
                self._opening = None
                await self._withdraw_token()
        return self.loaded

    async def _withdraw_token(self) -> None:
        """For what is opened next; the open file keeps what it was opened with."""
        await self.ipc.set("http-header-fields", self._headers)

    async def close_file(self) -> None:
        self.loaded = False
        self.failure = None
        await self.ipc.command("stop")

    async def opened_path(self) -> Path | None:
        """The file on this device that is open; None if it is something else."""
        path = Path(str(await self.ipc.get("path", "")))
        if not path.is_absolute():
            path = Path(str(await self.ipc.get("working-directory", "."))) / path
        return path if await asyncio.to_thread(path.is_file) else None

    @property
    def duration_s(self) -> float | None:
        value = self._values.get("duration")
        return float(value) if isinstance(value, int | float) and math.isfinite(value) and value > 0 else None

    # ------------------------------------------------------------ reading

    async def seen(self, clock: ServerClock) -> Seen:
        position_s, now_ms = await self._position()
        ahead_s = float(await self.ipc.get("demuxer-cache-duration", 0.0)) if self._over_network else math.inf
        return Seen(
            now_ms=now_ms,
            server_ms=clock.server_now(now_ms),
            locked=clock.locked,
            clock_steps=clock.steps,
            movement_ms=clock.movement_ms,
            position_s=position_s,
            paused=bool(self._values["pause"]),
            loaded=self.loaded,
            moving=self._is_moving(now_ms),
            starved=bool(self._values.get("paused-for-cache")),
            ended=bool(self._values.get("eof-reached")),
            duration_s=self.duration_s,
            ahead_s=ahead_s,
            frame_s=self._frame_s,
        )

    async def _position(self) -> tuple[float, float]:
        """The position and when it was that, in the middle of the quickest of a few exchanges."""
        sounding = self.has_sound and not self._values["pause"] and not self._values.get("eof-reached")
        best: tuple[float, float, float] | None = None
        for _ in range(READ_TRIES if self.loaded else 0):
            asked_ms = monotonic_ms()
            value = await self.ipc.get("audio-pts" if sounding else "time-pos")
            took_ms = monotonic_ms() - asked_ms
            if value is None:
                break
            if best is None or took_ms < best[0]:
                best = took_ms, float(value), asked_ms + took_ms / 2
            if took_ms < GOOD_READ_MS:
                break
        if best is None:
            return self._position_s, monotonic_ms()
        _, value, at_ms = best
        playing_frames = not sounding and not self._values["pause"]
        self._position_s = value - (FRAME_AHEAD * self._frame_s if playing_frames else 0.0)
        return self._position_s, at_ms

    def _is_moving(self, now_ms: float) -> bool:
        since_ms = self._moving_since_ms
        return since_ms is not None and now_ms - since_ms < MOVES_AT_MOST_MS

    # ------------------------------------------------------------ acting

    async def perform(self, effect: Effect) -> None:
        match effect:
            case Pause(on):
                self.acts.will_pause(on)
                self._values["pause"] = on
                await self.ipc.set("pause", on)
            case Seek(to_s):
                self.acts.will_seek()
                self._moving_since_ms = monotonic_ms()
                # mpv goes to the first frame that is not before the aim, browsers to the one that is shown then
                aim_s = to_s - self._frame_s + FRAME_SLACK_S if self._frame_s else to_s
                await self.ipc.command("seek", max(0.0, aim_s), "absolute+exact")
            case Rate():
                await self._set_rate(effect)

    async def _set_rate(self, effect: Rate) -> None:
        """At the room's rate 1 mpv resamples throughout: switching to stretching costs 13 ms after each correction."""
        keeps_pitch = effect.keeps_pitch and self._prefers_pitch
        if not keeps_pitch:
            await self._set_pitch(keeps_pitch)
        if effect.rate != self._values["speed"]:
            self.acts.will_set_speed(effect.rate, effect.room_rate)
            self._values["speed"] = effect.rate
            await self.ipc.set("speed", effect.rate)
        await self._set_pitch(keeps_pitch)

    async def _set_pitch(self, keeps: bool) -> None:
        if keeps != self._keeps_pitch:
            self._keeps_pitch = keeps
            await self.ipc.set("audio-pitch-correction", keeps)

    async def release(self) -> None:
        """Leave mpv as a player of its own."""
        await self.perform(Rate(1.0, 1.0, keeps_pitch=True))
        await self._withdraw_token()

    # ------------------------------------------------------------ events

    def _on_event(self, event: dict[str, Any]) -> None:
        now_ms = monotonic_ms()
        match event:
            case {"event": "property-change", "name": str(name)}:
                self._on_property(name, event.get("data"), now_ms)
            case {"event": "seek"}:
                self._moving_since_ms = now_ms
                self.acts.seek_began(now_ms)
            case {"event": "playback-restart"}:
                self._moving_since_ms = None
                self.acts.seek_ended(now_ms)
            case {"event": "file-loaded"}:
                asyncio.get_running_loop().create_task(self._on_loaded())
            case {"event": "end-file", "reason": "error"}:
                self._on_failed(event)
            case {"event": "client-message", "args": [*words]}:
                self.on_message([str(word) for word in words])
        self.wake()

    def _on_property(self, name: str, value: Any, now_ms: float) -> None:
        if name in ("pause", "speed") and value is None:
            return
        self._values[name] = value
        if name == "pause":
            self.acts.paused(bool(value), now_ms)
        elif name == "speed":
            self.acts.speed(float(value), now_ms)

    async def _on_loaded(self) -> None:
        """What mpv opened now, for the client or for the person."""
        if self._opening is not None and await self.ipc.get("path") != self._address:
            return  # of before
        self.has_sound = await self.ipc.get("current-tracks/audio/id") is not None
        self._frame_s = await self._frame_time()
        self._over_network = bool(await self.ipc.get("demuxer-via-network", False))
        self._values["duration"] = await self.ipc.get("duration")
        self.loaded = True
        if self._opening is not None:
            self._opening.set()
        else:
            self.on_file()
        self.wake()

    async def _frame_time(self) -> float:
        """How long a frame is shown; 0 for sound alone, with or without a cover."""
        if await self.ipc.get("current-tracks/video/albumart", True):
            return 0.0
        rate = float(await self.ipc.get("container-fps", FRAME_RATE) or FRAME_RATE)
        return 1 / max(rate, LEAST_FRAME_RATE)

    def _on_failed(self, event: dict[str, Any]) -> None:
        entry = event.get("playlist_entry_id")
        if self._entry is not None and entry is not None and entry != self._entry:
            return
        self.loaded = False
        self.failure = str(event.get("file_error", "it cannot be opened"))
        if self._opening is not None:
            self._opening.set()

"""A model of mpv in virtual time: what it does with the effects of a controller, with the latencies of a real one."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchium.client.sync.controller import SyncController
from watchium.client.sync.effects import Effect, Pause, Rate, Seek
from watchium.client.sync.timeline import Seen, position_at
from watchium.protocol.types import Media, TimelineState

SERVER_AHEAD_MS = 1_795_219_200_000.0
MEDIA = Media(url="own:ab", kind="video", title="Film")


def timeline(**given: object) -> TimelineState:
    fields: dict[str, object] = {
        "revision": 1,
        "timestamp": SERVER_AHEAD_MS,
        "current_time": 10.0,
        "is_playing": False,
        "rate": 1.0,
        "phase": "paused",
        "duration": 600.0,
        "duration_source": "exact",
        "media": MEDIA,
        "hold": None,
    }
    return TimelineState(**fields | given)  # type: ignore[arg-type]


@dataclass
class SimulatedMpv:
    """Positions advance only when time is passed. `lag_ms`: for so long it still plays sound of the rate before."""

    start_ms: float = 12.0
    seek_ms: float = 35.0
    lag_ms: float = 300.0
    drift: float = 0.0
    frame_s: float = 0.04
    now_ms: float = 1000.0
    position_s: float = 0.0
    paused: bool = True
    speed: float = 1.0
    starved: bool = False
    effects: list[Effect] = field(default_factory=list)
    _still_until_ms: float = 0.0
    _moving_until_ms: float = 0.0

    @property
    def server_ms(self) -> float:
        return self.now_ms + SERVER_AHEAD_MS

    def advance(self, ms: float) -> None:
        end_ms = self.now_ms + ms
        if not (self.paused or self.starved):
            played_ms = max(0.0, end_ms - max(self.now_ms, self._still_until_ms))
            self.position_s += played_ms / 1000 * self.speed * (1 + self.drift)
        self.now_ms = end_ms

    def seen(self) -> Seen:
        return Seen(
            now_ms=self.now_ms,
            server_ms=self.server_ms,
            locked=True,
            position_s=self.position_s,
            paused=self.paused,
            moving=self.now_ms < self._moving_until_ms,
            starved=self.starved,
            duration_s=600.0,
            frame_s=self.frame_s,
        )

    def perform(self, effect: Effect) -> None:
        self.effects.append(effect)
        match effect:
            case Pause(on):
                if self.paused and not on:
                    self._still_until_ms = self.now_ms + self.start_ms
                self.paused = on
            case Seek(to_s):
                frames = int(to_s / self.frame_s + 1e-9)
                self.position_s = frames * self.frame_s
                self._still_until_ms = self._moving_until_ms = self.now_ms + self.seek_ms
            case Rate(rate):
                self.position_s -= (rate - self.speed) * self.lag_ms / 1000 if not self.paused else 0.0
                self.speed = rate


def run(controller: SyncController, mpv: SimulatedMpv, ms: float) -> None:
    """Let the controller control for this long."""
    end_ms = mpv.now_ms + ms
    while mpv.now_ms < end_ms:
        step = controller.tick(mpv.seen())
        for effect in step.effects:
            mpv.perform(effect)
        mpv.advance(min(max(step.ask_in_ms, 0.5), end_ms - mpv.now_ms, 1000.0))


def error_ms(controller: SyncController, mpv: SimulatedMpv) -> float:
    """How far the player is ahead of where the sound should be, once the rate of before is played out."""
    assert controller.timeline is not None
    return 1000 * (mpv.position_s - position_at(controller.timeline, mpv.server_ms))

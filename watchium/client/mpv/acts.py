"""What the person does in mpv, distinguished from what the client does there. Pure; times are passed in.

The client notes what it sets before it sets it. A state that it did not set is the person's act, once it lasts: mpv
unpauses for one frame when the person steps through a film, and a held arrow key is a series of seeks.
"""

from __future__ import annotations

from dataclasses import dataclass

STEP_MS = 80.0
SEEK_SERIES_MS = 350.0
SAME_PLACE_S = 1.0
NEAR_SPEED = 1e-4
LEAST_RATE, MOST_RATE = 0.25, 3.0


@dataclass(frozen=True)
class PausedIt:
    at_ms: float


@dataclass(frozen=True)
class PlayedIt:
    at_ms: float


@dataclass(frozen=True)
class Sought:
    """Somewhere: the place is read from the player when it has arrived."""

    at_ms: float


@dataclass(frozen=True)
class ChangedRate:
    rate: float
    at_ms: float


Act = PausedIt | PlayedIt | Sought | ChangedRate


class Acts:
    def __init__(self) -> None:
        self.wants_pause = True
        self.wants_speed = 1.0
        self._room_rate = 1.0
        self._paused_otherwise_ms: float | None = None
        self._own_seeks = 0
        self._seeking = False
        self._sought_ms: float | None = None
        self._landed_ms: float | None = None
        self._rate: ChangedRate | None = None

    # ------------------------------------------------------------ what the client does

    def will_pause(self, on: bool) -> None:
        self.wants_pause = on
        self._paused_otherwise_ms = None

    def will_seek(self) -> None:
        self._own_seeks += 1

    def will_set_speed(self, speed: float, room_rate: float) -> None:
        self.wants_speed = speed
        self._room_rate = room_rate
        self._rate = None

    def opened(self) -> None:
        """Other media were opened: seeks in the media before them are over."""
        self._own_seeks = 0
        self._seeking = False
        self._sought_ms = self._landed_ms = None

    # ------------------------------------------------------------ what mpv reports

    def paused(self, on: bool, now_ms: float) -> None:
        if on == self.wants_pause:
            self._paused_otherwise_ms = None
        elif self._paused_otherwise_ms is None:
            self._paused_otherwise_ms = now_ms

    def seek_began(self, now_ms: float) -> None:
        if self._own_seeks and self._sought_ms is None:
            self._own_seeks -= 1
        else:
            self._sought_ms = now_ms
        self._seeking, self._landed_ms = True, None

    def seek_ended(self, now_ms: float) -> None:
        """mpv makes one seek of several that it has not begun."""
        self._own_seeks = 0
        self._seeking = False
        if self._sought_ms is not None:
            self._landed_ms = now_ms

    def speed(self, speed: float, now_ms: float) -> None:
        if abs(speed - self.wants_speed) <= NEAR_SPEED:
            self._rate = None
            return
        self._rate = ChangedRate(self._meant(speed), now_ms)

    def _meant(self, speed: float) -> float:
        """The keys of mpv multiply the present speed, which may be that of a correction."""
        if abs(speed - 1) <= NEAR_SPEED:
            return 1.0
        factor = speed / self.wants_speed
        return min(max(round(self._room_rate * factor, 2), LEAST_RATE), MOST_RATE)

    # ------------------------------------------------------------ what follows

    @property
    def waiting(self) -> bool:
        """Whether the person may be in the middle of an act, so that the player is left alone."""
        return not (self._sought_ms is None and self._paused_otherwise_ms is None and self._rate is None)

    def due(self, now_ms: float) -> Act | None:
        """The act that is certain now; each is returned once."""
        if self._sought_ms is not None:
            return self._due_seek(now_ms)
        if self._rate is not None:
            act, self._rate = self._rate, None
            return act
        since_ms = self._paused_otherwise_ms
        if since_ms is None or now_ms - since_ms < STEP_MS:
            return None
        self._paused_otherwise_ms = None
        return PlayedIt(since_ms) if self.wants_pause else PausedIt(since_ms)

    def _due_seek(self, now_ms: float) -> Act | None:
        if self._seeking or self._landed_ms is None or now_ms - self._landed_ms < SEEK_SERIES_MS:
            return None
        sought_ms, self._sought_ms, self._landed_ms = self._sought_ms, None, None
        return Sought(sought_ms or now_ms)

    def due_in_ms(self, now_ms: float) -> float:
        """When to ask again, if nothing is reported before."""
        since = [self._paused_otherwise_ms, STEP_MS], [self._landed_ms, SEEK_SERIES_MS]
        left = [at + wait - now_ms for at, wait in since if at is not None and wait is not None]
        return max(0.0, min(left, default=1000.0))

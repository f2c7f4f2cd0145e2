"""What a player is asked to do, and what it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """As a heartbeat names them."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    PLAYING = "playing"
    PAUSED = "paused"
    BUFFERING = "buffering"
    ENDED = "ended"
    ERROR = "error"
    OFF = "off"


@dataclass(frozen=True)
class Pause:
    on: bool


@dataclass(frozen=True)
class Seek:
    to_s: float


@dataclass(frozen=True)
class Rate:
    """A speed, of which the room's `room_rate` is the part without corrections."""

    rate: float
    room_rate: float
    keeps_pitch: bool


@dataclass(frozen=True)
class Stall:
    """It began, or is over after `waited_ms`."""

    began: bool
    waited_ms: float = 0.0


Effect = Pause | Seek | Rate | Stall


@dataclass(frozen=True)
class Step:
    state: State
    effects: list[Effect]
    ask_in_ms: float

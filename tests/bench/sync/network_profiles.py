"""Network profiles: frame delays from a seeded generator, in TCP's order. Pure; time is an argument."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Way:
    """One direction of a path. Spikes and bursts add to the base and its jitter; all in milliseconds."""

    base_ms: float
    jitter_ms: float = 0.0
    gamma: bool = False  # one-sided with a long tail, instead of netem's symmetric normal distribution
    spikes: float = 0.0  # share of frames
    spike_ms: tuple[float, float] = (0.0, 0.0)
    burst_ms: tuple[float, float] = (0.0, 0.0)  # a queue at the uplink that lasts seconds


@dataclass(frozen=True)
class Profile:
    name: str
    title: str
    up: Way
    down: Way

    @property
    def bias_ms(self) -> float:
        """Half the asymmetry, which cannot be measured: the bias of every clock offset."""
        return (self.up.base_ms - self.down.base_ms) / 2


def queueing(way: Way) -> Way:
    """Return the jitter of a queue: never faster than the empty path, often as fast."""
    return replace(way, base_ms=way.base_ms - way.jitter_ms, gamma=True)


def _both(way: Way) -> tuple[Way, Way]:
    return way, way


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("P0", "LAN, 2/2 ms", *_both(Way(2, 0.2))),
        Profile("P1", "20/20 ± 4 ms, 3 % spikes to 120 ms", *_both(Way(20, 4, spikes=0.03, spike_ms=(20, 120)))),
        Profile("P2", "48/48 ± 9 ms, 4 % spikes to 250 ms", *_both(Way(48, 9, spikes=0.04, spike_ms=(50, 250)))),
        Profile("P3", "asymmetric 60/40 ms", Way(60, 3), Way(40, 3)),
        Profile(
            "P4",
            "mobile 32/24 ms, 2 % 200 to 400 ms",
            Way(32, 8, gamma=True, spikes=0.02, spike_ms=(200, 400)),
            Way(24, 6, gamma=True, spikes=0.02, spike_ms=(200, 400)),
        ),
        Profile("P5", "20/20 ms, upload bursts to 180 ms", Way(20, 3, burst_ms=(30, 180)), Way(20, 3)),
    )
}  # fmt: skip

BURST_S = (1.0, 6.0)
CALM_S = (2.0, 10.0)


class Line:
    """One direction of one player's path, first in, first out."""

    def __init__(self, way: Way, seed: str) -> None:
        self.way = way
        self.random = random.Random(seed)
        self.last_s = 0.0
        self.turn_s = 0.0
        self.burst = True  # the first state is calm

    def due_s(self, now_s: float) -> float:
        """Return the arrival time: not before earlier frames, and not before now."""
        self.last_s = max(self.last_s, now_s + self.delay_ms(now_s) / 1000)
        return self.last_s

    def delay_ms(self, now_s: float) -> float:
        way = self.way
        delay_ms = way.base_ms + self._jitter_ms() + self._burst_ms(now_s)
        if self.random.random() < way.spikes:
            delay_ms += self.random.uniform(*way.spike_ms)
        return max(0.0, delay_ms)

    def _jitter_ms(self) -> float:
        if not self.way.jitter_ms:
            return 0.0
        if self.way.gamma:
            return self.random.gammavariate(2.0, self.way.jitter_ms / 2)
        return self.random.gauss(0.0, self.way.jitter_ms)

    def _burst_ms(self, now_s: float) -> float:
        if not self.way.burst_ms[1]:
            return 0.0
        if now_s >= self.turn_s:
            self.burst = not self.burst
            self.turn_s = now_s + self.random.uniform(*(BURST_S if self.burst else CALM_S))
        return self.random.uniform(*self.way.burst_ms) if self.burst else 0.0

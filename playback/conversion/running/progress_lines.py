"""Read the progress that ffmpeg writes. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ProgressReader:
    """Feed it each line of `-progress`. `out_s`: media time written so far; `speed`: times real time."""

    out_s: float = 0.0
    speed: float | None = None

    def feed(self, line: str) -> bool:
        """Return True at the end of a report."""
        name, _, value = line.strip().partition("=")
        if name == "out_time_us":
            self.out_s = max(self.out_s, _number(value) / 1e6)
        elif name == "speed":
            self.speed = _number(value.strip().removesuffix("x")) or self.speed
        return name == "progress"


def _number(text: str) -> float:
    """Return 0 for texts that are no numbers, such as N/A at the beginning, and for negative ones."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 <= number < 1e15 else 0.0

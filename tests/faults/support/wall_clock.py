"""Servers whose wall clock a test can set; the kernel's other clocks are unchanged, as when the date jumps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.servers import faketime_path


@dataclass(frozen=True)
class WallClock:
    file: Path
    library: str

    def off_by(self, seconds: int) -> None:
        """Set the offset from now on, for every process that uses this clock."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        os.replace(new, self.file)

    @property
    def env(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def wall_clock(folder: Path) -> WallClock:
    """Yield a clock without an offset. Raises Missing."""
    clock = WallClock(folder / "wall_clock", faketime_path())
    clock.off_by(0)
    return clock

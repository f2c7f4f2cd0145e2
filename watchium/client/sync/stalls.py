"""When a player has had no data for so long that the room should know. Pure."""

from __future__ import annotations

from watchium.client.sync.effects import Stall
from watchium.client.sync.timeline import Seen

NOTICED_MS = 250.0


class StallWatch:
    def __init__(self) -> None:
        self.stalled = False
        self._since_ms: float | None = None

    def update(self, seen: Seen) -> Stall | None:
        """Return the report that is due: a stall began, or is over."""
        if not seen.starved:
            return self.end(seen)
        if self._since_ms is None:
            self._since_ms = seen.now_ms
        if self.stalled or seen.now_ms - self._since_ms < NOTICED_MS:
            return None
        self.stalled = True
        return Stall(began=True)

    def end(self, seen: Seen) -> Stall | None:
        """The player has data, or needs none: return the report of the end, if the room knows of a stall."""
        since_ms, self._since_ms = self._since_ms, None
        if not self.stalled:
            return None
        self.stalled = False
        waited_ms = 0.0 if since_ms is None else max(0.0, seen.now_ms - since_ms)
        return Stall(began=False, waited_ms=waited_ms)

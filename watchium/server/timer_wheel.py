"""One timer that goes round to thousands who want to be looked after every few seconds.

A timer for each would be set anew as often as somebody is heard from, in a heap of thousands.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

STEP_S = 0.05  # so late somebody may be looked after; more of them at once would hold up the loop


class TimerWheel:
    """Lives on one event loop. Nobody is taken out: who has gone meanwhile says so when called."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._due: dict[int, list[Callable[[], None]]] = {}  # by step since the loop's clock began
        self._next = 0  # everything before it was called
        self._going = False

    def call_at(self, due_s: float, call: Callable[[], None]) -> None:
        """Once, at that time of the loop's clock or a step later."""
        if not self._going:
            self._going, self._next = True, int(self.loop.time() / STEP_S)
            self.loop.call_later(STEP_S, self._go)
        step = max(int(due_s / STEP_S) + 1, self._next)
        self._due.setdefault(step, []).append(call)

    def _go(self) -> None:
        now = int(self.loop.time() / STEP_S)
        due, self._next = range(self._next, now + 1), now + 1
        for step in due:
            for call in self._due.pop(step, ()):
                try:
                    call()
                except Exception:  # the others want to be looked after all the same
                    logger.exception("somebody could not be looked after")
        self._going = bool(self._due)
        if self._going:
            self.loop.call_later(STEP_S, self._go)

"""A timer wheel: one timer for thousands of connections that need a callback every few seconds.

A timer for each would be rescheduled with every received frame, in a heap of thousands.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

STEP_S = 0.05  # the largest delay of a callback; with longer steps more callbacks of one step would hold up the loop


class TimerWheel:
    """Belongs to one event loop. Callbacks cannot be cancelled: they check themselves whether they still apply."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._due: dict[int, list[Callable[[], None]]] = {}  # by step since the loop's clock began
        self._next = 0  # every step before it was run
        self._running = False

    def call_at(self, due_s: float, call: Callable[[], None]) -> None:
        """Call once at this loop time, or up to a step later."""
        if not self._running:
            self._running, self._next = True, int(self.loop.time() / STEP_S)
            self.loop.call_later(STEP_S, self._run)
        step = max(int(due_s / STEP_S) + 1, self._next)
        self._due.setdefault(step, []).append(call)

    def _run(self) -> None:
        now = int(self.loop.time() / STEP_S)
        due, self._next = range(self._next, now + 1), now + 1
        for step in due:
            for call in self._due.pop(step, ()):
                try:
                    call()
                except Exception:  # must not stop the others
                    logger.exception("a timer callback failed")
        self._running = bool(self._due)
        if self._running:
            self.loop.call_later(STEP_S, self._run)

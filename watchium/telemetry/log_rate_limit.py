"""Keeps what strangers can cause from filling the log: a scanner's thousand wrong addresses are no news."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

# Characters of a message that tell one kind from another: what follows may be the sender's own words.
SAME = 24
KINDS = 50
EACH_S = 60.0
LIMITED = ("django.security", "uvicorn")


class Rare:
    """Lets each key pass once in `period_s`, and no more than `most` keys. Holds at most that many."""

    def __init__(self, period_s: float, most: int) -> None:
        self.period_s = period_s
        self.most = most
        self._seen: dict[str, float] = {}
        self._lock = Lock()  # lines are logged on every thread

    def passes(self, key: str, now_s: float) -> bool:
        with self._lock:
            self._seen = {known: at_s for known, at_s in self._seen.items() if now_s - at_s < self.period_s}
            if key in self._seen or len(self._seen) >= self.most:
                return False
            self._seen[key] = now_s
            return True


class Refusals(logging.Filter):
    """Shows a line for each 4xx answer to LOG_LEVEL=DEBUG alone, and repeats a refusal's line once a minute at most."""

    def __init__(self, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self._rare = Rare(EACH_S, KINDS)
        self._clock = clock

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and getattr(record, "status_code", 500) < 500:
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
            return logging.getLogger().isEnabledFor(logging.DEBUG)
        if record.name.startswith("django.security") and record.levelno > logging.WARNING:
            # What Django calls an error here is a request that makes no sense: no operator has to act on it.
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        if record.name.startswith(LIMITED):
            return self._rare.passes(
                f"{record.name} {str(record.msg)[:SAME]} {_error(record)}", self._clock()
            )
        return True


def _error(record: logging.LogRecord) -> str:
    """The kind of an exception, so that one kind does not hide another; empty without one."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind.__name__ if kind is not None else ""

"""Limits log lines that anyone can cause: a scanner's thousand wrong addresses must not fill the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

# Characters of a message that distinguish its kind: the rest may be text chosen by the sender.
KEY_CHARS = 24
MOST_KINDS = 50
PERIOD_S = 60.0
LIMITED = ("django.security", "uvicorn")


class OncePerPeriod:
    """Passes each key once in `period_s` seconds, and no more than `most` keys; stores at most that many."""

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


class RejectionFilter(logging.Filter):
    """Logs 4xx responses at DEBUG level only, and each kind of rejection at most once a minute."""

    def __init__(self, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self._limit = OncePerPeriod(PERIOD_S, MOST_KINDS)
        self._clock = clock

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and getattr(record, "status_code", 500) < 500:
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
            return logging.getLogger().isEnabledFor(logging.DEBUG)
        if record.name.startswith("django.security") and record.levelno > logging.WARNING:
            # An error for Django, but only an invalid request: an operator need not act on it.
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        if record.name.startswith(LIMITED):
            return self._limit.passes(
                f"{record.name} {str(record.msg)[:KEY_CHARS]} {_error(record)}", self._clock()
            )
        return True


def _error(record: logging.LogRecord) -> str:
    """The class of the record's exception, so that one class does not hide another; empty without an exception."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind.__name__ if kind is not None else ""

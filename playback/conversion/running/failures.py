"""Why a conversion failed, as a sentence for the person who asked for it. Pure."""

from __future__ import annotations

import re

from playback.conversion.running.process import Outcome, killed_by
from playback.domain.library import problems

LEAST_FREE_BYTES = 500 * 1000 * 1000  # the database of the instance may be on the same disk

_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_INPUT_GONE = re.compile(r"^file:.*: no such file or directory", re.IGNORECASE)
_INPUT_ERROR = re.compile(r"input/output error|stale file handle|transport endpoint", re.IGNORECASE)
_MEMORY = re.compile(r"cannot allocate memory|out of memory", re.IGNORECASE)
MAX_REASON = 160


class Failure(Exception):
    """The message is a sentence. `retried`: another attempt may succeed."""

    def __init__(self, message: str, *, retried: bool = False):
        super().__init__(message)
        self.retried = retried


def no_room(needed_gb: float, budget_gb: float) -> str:
    return problems.NO_ROOM.format(needed=f"{needed_gb:.1f}", budget=f"{budget_gb:g}")


def failure_of(outcome: Outcome) -> Failure:
    """Return the reason of a run that ended by itself with an error."""
    log = "\n".join(outcome.errors)
    if _FULL.search(log):
        return Failure(problems.DISK_FULL)
    if any(_INPUT_GONE.match(line) for line in outcome.errors):
        return Failure(problems.VANISHED)
    if _INPUT_ERROR.search(log):
        return Failure(problems.DISK_ERROR, retried=True)
    if _MEMORY.search(log):
        return Failure(problems.MEMORY)
    if signal := killed_by(outcome.code):
        if signal == "SIGXCPU":
            return Failure(problems.TOO_SLOW)
        return Failure(problems.CRASHED.format(signal=signal), retried=True)
    return Failure(problems.UNREADABLE.format(reason=_reason(outcome.errors)))


def _reason(errors: tuple[str, ...]) -> str:
    """Return ffmpeg's last message without addresses and paths."""
    for line in reversed(errors):
        text = re.sub(r"^\[[^\]]*\]\s*", "", line.strip())
        text = re.sub(r"^file:.*?: ", "", text).strip(" .")
        if text:
            return f" ({text[:MAX_REASON]})"
    return ""

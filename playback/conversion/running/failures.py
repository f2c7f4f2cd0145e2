"""Why a conversion failed, as a sentence for the person who asked for it. Pure."""

from __future__ import annotations

import re

from playback.conversion.running.process import Outcome, killed_by

LEAST_FREE_BYTES = 500 * 1000 * 1000  # the database of the instance may be on the same disk

NOT_INSTALLED = "ffmpeg is not installed on the server."
NOT_SCANNED = "The server does not know what this file contains: scan the library again."
NO_LIBRARY = "The library's folder is not there. Is it mounted?"
VANISHED = "The file is gone."
CHANGED = "The file changed while it was prepared. Scan the library, then prepare it again."
DISK_FULL = "The server's disk is full."
NOT_STORED = "The server cannot store it ({reason})."
INTERNAL = "Something went wrong on the server. The error was logged."
TOO_SLOW = "It took too long and was stopped."
TOO_LARGE = "It becomes far larger than a film of its length, and was stopped."
CRASHED = "The converter ended three times without finishing ({signal})."
ABANDONED = "The converter was stopped three times before it finished."
UNREADABLE = "ffmpeg cannot convert this file{reason}."
OTHER_FFMPEG = "ffmpeg was replaced by another version during the conversion."
NO_OUTPUT = "ffmpeg found nothing to convert in this file."

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
    return (
        f"There is no room for it: it may need {needed_gb:.1f} GB, and prepared files together may have "
        f"{budget_gb:g} GB (WATCHIUM_CONVERTED_GB)."
    )


def failure_of(outcome: Outcome) -> Failure:
    """Return the reason of a run that ended by itself with an error."""
    log = "\n".join(outcome.errors)
    if _FULL.search(log):
        return Failure(DISK_FULL)
    if any(_INPUT_GONE.match(line) for line in outcome.errors):
        return Failure(VANISHED)
    if _INPUT_ERROR.search(log):
        return Failure(
            "The file cannot be read any more: the disk or network drive reports an error.", retried=True
        )
    if _MEMORY.search(log):
        return Failure("Converting this file needs too much memory.")
    if signal := killed_by(outcome.code):
        if signal == "SIGXCPU":
            return Failure(TOO_SLOW)
        return Failure(CRASHED.format(signal=signal), retried=True)
    return Failure(UNREADABLE.format(reason=_reason(outcome.errors)))


def _reason(errors: tuple[str, ...]) -> str:
    """Return ffmpeg's last message without addresses and paths."""
    for line in reversed(errors):
        text = re.sub(r"^\[[^\]]*\]\s*", "", line.strip())
        text = re.sub(r"^file:.*?: ", "", text).strip(" .")
        if text:
            return f" ({text[:MAX_REASON]})"
    return ""

"""Reads films for their captions in the background, one after the other."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

from playback.library.captions.extraction import Wanted, extract, remember_failure
from watchium.process_state import process_state

logger = logging.getLogger(__name__)

MAX_WAITING = 20


class Worker:
    """One thread that reads films one after the other. It ends with the process, whatever it is doing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Wanted] = {}
        self._thread: threading.Thread | None = None

    def request(self, wanted: Wanted) -> bool:
        """Read this film soon; return False if too many are waiting."""
        with self._lock:
            if wanted.name not in self._waiting and len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.setdefault(wanted.name, wanted)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="captions", daemon=True)
                self._thread.start()
            return True

    def has(self, wanted: Wanted) -> bool:
        """Whether this film is being read, or will be."""
        return wanted.name in self._waiting

    def _next(self) -> Wanted | None:
        """Return the oldest request, which stays until it is done; None ends the thread."""
        with self._lock:
            wanted = next(iter(self._waiting.values()), None)
            if wanted is None:
                self._thread = None
            return wanted

    def _work(self) -> None:
        while wanted := self._next():
            try:
                extract(wanted)
            except OSError as error:
                logger.warning("captions of %s stay in the film for now: %s", wanted.owner, error)
            except Exception:
                logger.exception("captions of %s cannot be taken out", wanted.owner)
                with suppress(OSError):
                    remember_failure(wanted)
            finally:
                with self._lock:
                    self._waiting.pop(wanted.name, None)


WORKER = process_state(Worker)

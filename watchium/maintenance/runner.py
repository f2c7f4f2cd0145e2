"""Does the daily maintenance in one of the serving processes: the one whose turn it is to look after all rooms.

On a thread of its own, in batches with pauses, so that neither the event loop nor the sockets' database threads wait
for it. Every process looks once a minute; the database says whether a run is due, and one of them claims it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from watchium.db.batch_delete import PAUSE_S
from watchium.maintenance.schedule import due_at
from watchium.maintenance.work import maintain
from watchium.models import MaintenanceRun
from watchium.realtime.delivery import process

logger = logging.getLogger(__name__)

LOOK_MS = 60_000.0
BATCH_PAUSE_S = 0.05

_started_ms: float | None = None
_looked_ms = 0.0
_thread: threading.Thread | None = None


def start(now_ms: float) -> None:
    """From now on this process looks for runs that are due, unless the operator switched that off."""
    global _started_ms, _looked_ms
    _started_ms = now_ms if settings.MAINTENANCE else None
    _looked_ms = now_ms


def should_look(now_ms: float) -> bool:
    """Whether the last look is a minute ago; a clock that went back counts as well."""
    global _looked_ms
    if _started_ms is None or abs(now_ms - _looked_ms) < LOOK_MS:
        return False
    _looked_ms = now_ms
    return True


def minute_of_day() -> int:
    """This installation's own, so that many on one host do not clean at once."""
    digest = salted_hmac("watchium.maintenance", "minute of day").hexdigest()
    return int(digest[:8], 16) % (24 * 60)


def look(now_ms: float) -> None:
    """Begin a run where one is due. To be called by the process whose turn it is."""
    global _thread
    if _thread is not None and _thread.is_alive():
        return
    last = MaintenanceRun.objects.last() or MaintenanceRun()
    failed_ms = last.finished_ms if last.problem else 0.0
    due_ms = due_at(last.succeeded_ms, failed_ms, _started_ms or now_ms, minute_of_day())
    if now_ms >= due_ms and MaintenanceRun.objects.claim(process(), now_ms):
        _thread = threading.Thread(target=_run_on_thread, args=(now_ms,), name="maintenance", daemon=True)
        _thread.start()


def _run_on_thread(began_ms: float) -> None:
    PAUSE_S.set(BATCH_PAUSE_S)
    try:
        run(began_ms, lambda: time.time() * 1000)
    finally:
        connection.close()


def run(began_ms: float, clock: Callable[[], float]) -> None:
    """Do it, and note what came of it; what goes wrong is logged and tried again in an hour."""
    rows, problem = 0, ""
    try:
        for _, count in maintain():
            rows += count
    except Exception as error:
        logger.exception("maintenance failed; it is tried again in an hour")
        problem = f"{type(error).__name__}: {error}".strip()
    now_ms = clock()
    MaintenanceRun.objects.finish(process(), began_ms, now_ms, rows=rows, problem=problem)
    if not problem:
        logger.info("maintenance took %.1f s and concerned %d rows", (now_ms - began_ms) / 1000, rows)

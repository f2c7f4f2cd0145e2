"""Runs the daily maintenance in one of the worker processes: the current leader.

It runs on a thread of its own, in batches with pauses, so that neither the event loop nor the database threads of the
sockets wait for it. Every process checks once a minute whether a run is due; the leader claims it in the database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from watchium.db.batch_delete import PAUSE_S
from watchium.maintenance.schedule import due_at
from watchium.maintenance.work import maintain
from watchium.models import MaintenanceRun
from watchium.process_state import process_state
from watchium.realtime.groups import process_id

logger = logging.getLogger(__name__)

CHECK_MS = 60_000.0
BATCH_PAUSE_S = 0.05


@dataclass
class _State:
    started_ms: float | None = None
    checked_ms: float = 0.0
    thread: threading.Thread | None = None


_state = process_state(_State)


def start(now_ms: float) -> None:
    """Check for due runs from now on, unless the operator disabled maintenance."""
    _state.started_ms = now_ms if settings.MAINTENANCE else None
    _state.checked_ms = now_ms


def should_check(now_ms: float) -> bool:
    """Whether the last check was a minute ago, or the wall clock went back by as much."""
    if _state.started_ms is None or abs(now_ms - _state.checked_ms) < CHECK_MS:
        return False
    _state.checked_ms = now_ms
    return True


def minute_of_day() -> int:
    """Derived from the secret key, so that several installations on one host do not run at the same time."""
    digest = salted_hmac("watchium.maintenance", "minute of day").hexdigest()
    return int(digest[:8], 16) % (24 * 60)


def run_if_due(now_ms: float) -> None:
    """Claim and start a due run. To be called by the leader."""
    if _state.thread is not None and _state.thread.is_alive():
        return
    last = MaintenanceRun.objects.last() or MaintenanceRun()
    failed_ms = last.finished_ms if last.problem else 0.0
    due_ms = due_at(last.succeeded_ms, failed_ms, _state.started_ms or now_ms, minute_of_day())
    if now_ms >= due_ms and MaintenanceRun.objects.claim(process_id(), now_ms):
        _state.thread = threading.Thread(
            target=_run_on_thread, args=(now_ms,), name="maintenance", daemon=True
        )
        _state.thread.start()


def _run_on_thread(began_ms: float) -> None:
    PAUSE_S.set(BATCH_PAUSE_S)
    try:
        run(began_ms, lambda: time.time() * 1000)
    finally:
        connection.close()


def run(began_ms: float, clock: Callable[[], float]) -> None:
    """Run the maintenance and store the result. An error is logged, and the run is retried in an hour."""
    rows, problem = 0, ""
    try:
        for _, count in maintain():
            rows += count
    except Exception as error:
        logger.exception("maintenance failed; it is tried again in an hour")
        problem = f"{type(error).__name__}: {error}".strip()
    now_ms = clock()
    MaintenanceRun.objects.finish(process_id(), began_ms, now_ms, rows=rows, problem=problem)
    if not problem:
        logger.info("maintenance took %.1f s and concerned %d rows", (now_ms - began_ms) / 1000, rows)

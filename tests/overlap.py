"""Two transactions that overlap, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

from django.db import connection, transaction

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'relation'"
_MOST_S = 10.0


def overlapping(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Call `first` in a transaction that commits once `second` waits for a lock or has ended. Return both results."""
    done_first = Event()

    def run_first() -> Any:
        try:
            with transaction.atomic():
                result = first()
                done_first.set()
                _wait_until(lambda: later.done() or _someone_waits())
                return result
        finally:
            done_first.set()
            connection.close()

    def run_second() -> Any:
        try:
            done_first.wait(_MOST_S)
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        later: Future[Any] = pool.submit(run_second)
        return pool.submit(run_first).result(), later.result()


def _someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return bool(cursor.fetchone()[0])


def _wait_until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + _MOST_S
    while not reached():
        assert time.monotonic() < until, "the second transaction neither waits nor ends"
        time.sleep(0.01)

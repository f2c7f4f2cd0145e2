"""A small thread pool for the sockets' database calls, so that the event loop never waits for the database.

Each thread keeps its connection between calls. A round trip to check the connection would cost a tenth of a command; a
database that shuts down closes the connection, which is detected without a query.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from threading import local
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from watchium.db.connection_check import is_closed
from watchium.telemetry import counters

P = ParamSpec("P")
R = TypeVar("R")

# A connection used this recently is not checked; a command that meets a closed one may be sent again.
TRUSTED_S = 0.5

_pool: Executor = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
_thread = local()


async def in_database(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run the call on a thread of the pool, with a usable connection, and return its result."""

    def on_thread() -> R:
        _close_broken_connection()
        try:
            return call(*args, **kwargs)
        except (OperationalError, InterfaceError):
            counters.count("database_errors", "threads")
            raise
        finally:
            _close_failed_connection()

    return await asyncio.get_running_loop().run_in_executor(_pool, copy_context().run, on_thread)


def _close_broken_connection() -> None:
    if connection.connection is None:
        return
    if time.monotonic() - getattr(_thread, "used_s", 0.0) > TRUSTED_S and _is_broken():
        connection.close()


def _is_broken() -> bool:
    return connection.vendor == "postgresql" and is_closed(connection.connection.fileno())


def _close_failed_connection() -> None:
    """Close the connection if it failed, otherwise keep it open for the next call."""
    connection.close_at = None  # CONN_MAX_AGE is 0, for the short-lived threads of requests
    close_old_connections()
    _thread.used_s = time.monotonic()

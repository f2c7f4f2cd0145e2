"""The small pool of threads on which sockets use the database, so that the loop never waits for it.

Each thread keeps its connection between calls. A round trip to ask whether it is still good would cost as much as a
tenth of a command; a database that went away says so by closing the line, which is seen without asking.
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

from watchium.db.connection_check import has_hung_up
from watchium.telemetry import counters

P = ParamSpec("P")
R = TypeVar("R")

# So soon after its last use nobody looks; a command that meets a dead line then may be sent again.
TRUSTED_S = 0.5

_pool: Executor = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
_thread = local()


async def in_database(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The call's result, made on a thread of the pool with a connection that is fit for use."""

    def on_thread() -> R:
        _drop_what_is_cut_off()
        try:
            return call(*args, **kwargs)
        except (OperationalError, InterfaceError):
            counters.count("database_errors", "threads")
            raise
        finally:
            _keep_what_is_sound()

    return await asyncio.get_running_loop().run_in_executor(_pool, copy_context().run, on_thread)


def _drop_what_is_cut_off() -> None:
    if connection.connection is None:
        return
    if time.monotonic() - getattr(_thread, "used_s", 0.0) > TRUSTED_S and _is_cut_off():
        connection.close()


def _is_cut_off() -> bool:
    return connection.vendor == "postgresql" and has_hung_up(connection.connection.fileno())


def _keep_what_is_sound() -> None:
    connection.close_at = None  # the settings say 0, for the threads of requests: they come and go
    close_old_connections()
    _thread.used_s = time.monotonic()

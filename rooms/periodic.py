"""Periodic work on rooms: it runs in one elected process, and an error in one room does not affect the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from rooms.models import Pulse
from watchium.realtime.groups import process_id

logger = logging.getLogger(__name__)

T = TypeVar("T")


def is_leader(now_ms: float) -> bool:
    """Whether this process holds the leader lease, from now on for some seconds.

    Two processes may hold it for a moment, so each action claims its rows.
    """
    # With SQLite there is one process, which should not write every second while nothing happens.
    return connection.vendor == "sqlite" or Pulse.objects.try_acquire(process_id(), now_ms)


def for_each_isolated(action: Callable[[T, float], object], due: Iterable[T], now_ms: float) -> int:
    """Run the action on each due item; return how many it changed.

    Errors are logged, and the item is due again at the next tick. Only the loss of the database is raised.
    """
    changed = 0
    for item in due:
        try:
            changed += bool(action(item, now_ms))
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
                raise
            logger.exception("%s failed for %s", action.__name__, item)
    return changed

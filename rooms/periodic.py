"""What becomes due is looked for by one process at a time, and one room's trouble holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from rooms.models import Pulse
from watchium.realtime.groups import process_id

logger = logging.getLogger(__name__)

T = TypeVar("T")


def as_leader(look: Callable[[float], object], now_ms: float) -> None:
    """Look for what is due unless another process does. Two may for a moment: each deed claims its work."""
    # SQLite serves one process, which should not write every second where nothing happens.
    if connection.vendor == "sqlite" or Pulse.objects.try_acquire(process_id(), now_ms):
        look(now_ms)


def for_each_isolated(deed: Callable[[T, float], object], due: Iterable[T], now_ms: float) -> int:
    """Do it to each on its own; how many that changed. What fails is logged, and still due at the next look.

    Raises only what means that the database is away.
    """
    changed = 0
    for one in due:
        try:
            changed += bool(deed(one, now_ms))
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
                raise
            logger.exception("%s failed for %s", deed.__name__, one)
    return changed

"""The lease of a claimed job: renewed with its progress, until the job is done, cancelled or taken over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from playback.models import Conversion
from playback.models.conversion import LEASE_MS
from watchium import server_clock

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The job was cancelled, or another worker has it, or may have it soon."""


class Lease:
    def __init__(self, row: Conversion, now_ms: Callable[[], float] = server_clock.now_ms):
        self.row = row
        self._now_ms = now_ms
        self._renewed_ms = now_ms()

    def renew(self, **progress: float | bool | None) -> None:
        """Store the progress. While the database is away, go on as long as the lease holds. Raises LeaseLost."""
        now_ms = self._now_ms()
        try:
            held = Conversion.objects.renew(self.row, now_ms, **progress)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if now_ms - self._renewed_ms > LEASE_MS:
                raise LeaseLost from error
            logger.warning("a conversion waits for the database: %s", error)
            return
        if not held:
            raise LeaseLost
        self._renewed_ms = now_ms

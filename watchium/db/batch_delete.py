"""Deleting beside live traffic: in batches, each a short transaction of its own."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 1000
# Between two batches: a serving process that cleans leaves the database and the interpreter to its people meanwhile.
PAUSE_S: ContextVar[float] = ContextVar("pause_s", default=0.0)


def discard(rows: QuerySet[Any], *, batch: int = BATCH, dry_run: bool = False) -> int:
    """Delete these rows, or with `dry_run` count them; how many. Rows that others hold are left to the next time."""
    if dry_run:
        return rows.count()
    total = 0
    while count := _discard_some(rows, batch):
        total += count
        time.sleep(PAUSE_S.get())
    return total


@transaction.atomic
def _discard_some(rows: QuerySet[Any], batch: int) -> int:
    # Asked again under the lock: a guest may have come back since, and two cleaners may run at once.
    held = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True).only("pk")[:batch]
    pks = [row.pk for row in held]
    if pks:
        rows.model._default_manager.filter(pk__in=pks).delete()
    return len(pks)

"""Deletes rows while the instance serves requests: in batches, each in a short transaction."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 1000
# The pause between two batches, in which a serving process leaves the database and the interpreter to its requests.
PAUSE_S: ContextVar[float] = ContextVar("pause_s", default=0.0)


def delete_in_batches(rows: QuerySet[Any], *, batch: int = BATCH, dry_run: bool = False) -> int:
    """Delete these rows, or with `dry_run` count them, and return their number. Rows locked by others are skipped."""
    if dry_run:
        return rows.count()
    total = 0
    while count := _delete_batch(rows, batch):
        total += count
        time.sleep(PAUSE_S.get())
    return total


@transaction.atomic
def _delete_batch(rows: QuerySet[Any], batch: int) -> int:
    # The query is repeated under the lock: a guest may have returned since, and two maintenance runs may overlap.
    locked = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True).only("pk")[:batch]
    pks = [row.pk for row in locked]
    if pks:
        rows.model._default_manager.filter(pk__in=pks).delete()
    return len(pks)

"""Moves rows from one person to another, when guests sign in."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet


def move_rows(rows: QuerySet[Any], person: Model) -> None:
    """Make the rows those of another person; rows that the person has already stay as they are.

    Another device of the person may store the same row at this moment, so that asking first and updating then would
    violate the constraint: the database decides. The rows are read locked, so that nothing they refer to is deleted.
    """
    moved = list(rows.select_for_update().order_by("pk"))
    pks = [row.pk for row in moved]
    for row in moved:
        row.pk, row.person = None, person
    rows.model._default_manager.bulk_create(moved, ignore_conflicts=True)
    rows.filter(pk__in=pks).delete()

"""Locks of the whole instance that end with the transaction: for sums over rows that others may be adding."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections

from watchium.db.prepared import is_postgresql


def lock_until_commit(name: str) -> None:
    """Wait until no other transaction holds the lock of this name. SQLite has one writing transaction at a time anyway.

    Take it after the rows that the action locks, so that two actions never wait for each other.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.validate_no_broken_transaction()
    if not database.in_atomic_block:
        raise RuntimeError("A lock that ends with the transaction needs one.")
    if is_postgresql():
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"watchium {name}"])

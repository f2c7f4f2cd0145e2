"""Migrate the test database back and forward again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Walk = Iterator[str]  # makes rows, yields a migration, looks there, yields again, and looks after the latest


def begin(walks: Sequence[Walk], app: str) -> None:
    """Make the rows of all walks, then go back to the migration of each in turn, and look there."""
    targets = [next(walk) for walk in walks]
    assert targets == sorted(targets, reverse=True)
    for walk, target in zip(walks, targets, strict=True):
        migrate(app, target)
        next(walk)


def end(walks: Sequence[Walk]) -> None:
    """Look at the rows after the latest migration."""
    for walk in walks:
        assert next(walk, "ended") == "ended"


def migrate(app: str, target: str | None) -> None:
    """Migrate one app to a migration, or to before its first; migrations of other apps that depend on it follow."""
    MigrationExecutor(connection).migrate([(app, target)])


def migrate_to_latest() -> None:
    """Apply all migrations of all apps: going back in one may have taken back those of another."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

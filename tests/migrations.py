"""Migrate the test database back and forward again."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(app: str, target: str | None) -> None:
    """Migrate one app to a migration, or to before its first; migrations of other apps that depend on it follow."""
    MigrationExecutor(connection).migrate([(app, target)])


def migrate_to_latest() -> None:
    """Apply all migrations of all apps: going back in one may have taken back those of another."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

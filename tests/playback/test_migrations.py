from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(target: str | None) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("playback", target)])


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_and_forth():
    try:
        migrate(None)
        assert "playback_playback" not in connection.introspection.table_names()
    finally:
        migrate("0001_playback")
    assert "playback_playbackevent" in connection.introspection.table_names()


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "playback", check=True, dry_run=True, skip_checks=True, verbosity=0)

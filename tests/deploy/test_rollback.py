from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader

OURS = ("watchium", "rooms", "playback", "chat", "accounts")
STEPS = sorted(key for key in MigrationLoader(None).disk_migrations if key[0] in OURS)


@pytest.mark.parametrize("step", STEPS, ids="_".join)
def test_every_migration_is_reversible(step: tuple[str, str]):
    migration = MigrationLoader(None).disk_migrations[step]
    assert all(operation.reversible for operation in migration.operations)

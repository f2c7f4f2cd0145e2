from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader

OURS = ("watchium", "rooms", "playback", "chat")
STEPS = sorted(key for key in MigrationLoader(None).disk_migrations if key[0] in OURS)


@pytest.mark.parametrize("step", STEPS, ids="_".join)
def test_an_earlier_version_can_be_gone_back_to_over_every_migration(step: tuple[str, str]):
    migration = MigrationLoader(None).disk_migrations[step]
    assert all(operation.reversible for operation in migration.operations)

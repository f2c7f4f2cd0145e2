from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rooms.models import AccountName

LATEST = "0007_token_ends"


def migrate(target: str) -> None:
    MigrationExecutor(connection).migrate([("rooms", target)])


def indexed() -> set[str]:
    """The columns of leases that an index knows."""
    with connection.cursor() as cursor:
        kept = connection.introspection.get_constraints(cursor, "rooms_connection").values()
    return {column for one in kept if one["index"] or one["unique"] for column in one["columns"]}


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_without_touching_an_index():
    assert "lapses_at_ms" not in indexed()
    try:
        migrate("0003_pulse")
        assert "lapses_at_ms" in indexed()
    finally:
        migrate(LATEST)
    assert "lapses_at_ms" not in indexed()


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "rooms", check=True, dry_run=True, skip_checks=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_accounts_whose_names_looked_alike_before_keep_them_and_the_oldest_holds_the_key():
    accounts = [User.objects.create_user(name, password="x") for name in ("bob", "b\u03bfb", "BOB", "dana")]
    try:
        migrate("0005_leases_in_place")
        assert "rooms_accountname" not in connection.introspection.table_names()
    finally:
        migrate(LATEST)
    assert [AccountName.objects.holds(account) for account in accounts] == [True, False, False, True]
    second = accounts[1]
    second.last_name = "Smith"
    second.save()
    assert User.objects.get(username="b\u03bfb").last_name == "Smith"
    assert not AccountName.objects.is_taken("Bob", except_account=accounts[0].pk)

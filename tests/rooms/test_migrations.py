from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rooms.domain.rights import DEFAULTS
from rooms.models import AccountName, Person, Room
from tests.migrations import LATEST, Walk


def indexed_columns() -> set[str]:
    """Return the columns of connections that are part of an index."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "rooms_connection").values()
    return {
        column
        for constraint in constraints
        if constraint["index"] or constraint["unique"]
        for column in constraint["columns"]
    }


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "rooms", check=True, dry_run=True, skip_checks=True, verbosity=0)


def similar_names() -> Walk:
    """The oldest account holds the key of a name; rooms of that time have the usual rights."""
    room = Room.objects.create(title="movie-night")
    accounts = [User.objects.create_user(name, password="x") for name in ("bob", "b\u03bfb", "BOB", "dana")]
    yield "rooms", "0005_leases_in_place"
    assert "rooms_accountname" not in connection.introspection.table_names()
    yield LATEST
    room.refresh_from_db()
    assert (room.title, room.levels) == ("movie-night", DEFAULTS)
    assert [AccountName.objects.holds(account) for account in accounts] == [True, False, False, True]
    second = accounts[1]
    second.last_name = "Smith"
    second.save()
    assert User.objects.get(username="b\u03bfb").last_name == "Smith"
    assert not AccountName.objects.is_taken("Bob", except_account=accounts[0].pk)


def leases() -> Walk:
    """Renewing a lease updates no index."""
    assert "lapses_at_ms" not in indexed_columns()
    yield "rooms", "0003_pulse"
    assert "lapses_at_ms" in indexed_columns()
    yield LATEST
    assert "lapses_at_ms" not in indexed_columns()


@pytest.mark.django_db
def test_ids_are_generated_without_save_and_migrations_do_not_know_how():
    (first, second) = Person.objects.bulk_create([Person(username="a"), Person(username="b")])
    third, _ = Person.objects.get_or_create(username="c")
    ids = {person.user_id for person in (first, second, third, Person())}
    assert len(ids) == 4
    assert all(user_id.startswith("g_") for user_id in ids)
    historical = MigrationExecutor(connection).loader.project_state().apps
    for model, field in (("Person", "user_id"), ("Room", "room_id"), ("Room", "epoch")):
        assert not historical.get_model("rooms", model)._meta.get_field(field).has_default()

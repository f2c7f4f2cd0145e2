from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from playback.models import MediaItem, Playback
from rooms.models import Room

LATEST = "0006_orders_of_the_library"


def migrate(target: str | None) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("playback", target)])


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_and_forth():
    try:
        migrate(None)
        assert "playback_playback" not in connection.introspection.table_names()
    finally:
        migrate(LATEST)
    assert "playback_playbackevent" in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_a_room_that_waits_is_paused_on_the_way_back_and_keeps_its_place():
    room = Room.objects.create(title="movie-night")
    Playback.objects.create(room=room, phase="holding", position=12.5, hold_until_ms=1.0)
    try:
        migrate("0001_playback")
        with connection.cursor() as cursor:
            cursor.execute("SELECT phase, position FROM playback_playback")
            assert cursor.fetchall() == [("paused", 12.5)]
    finally:
        migrate(LATEST)
    playback = Playback.objects.get()
    assert (playback.stall_policy, playback.stall_wait_s, playback.hold) == ("carry_on", 8, None)


@pytest.mark.django_db(transaction=True)
def test_what_was_in_the_library_before_is_found_and_sorted_like_what_comes_after():
    item = MediaItem(
        title="\u212c 2", artist="Björk", album="Post", kind="audio", mime="audio/flac", path="Post/02.flac"
    )
    item.save()
    try:
        migrate("0005_player")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE playback_mediaitem SET words = 'B', sort_title = 'B'")  # as before
    finally:
        migrate(LATEST)
    item.refresh_from_db()
    assert (item.words, item.sort_title) == ("b 2\nbjork\npost", "b 000000002")
    assert (item.sort_artist, item.sort_album, item.sort_place) == ("1bjork", "1post", "post/000000002.flac")


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "playback", check=True, dry_run=True, skip_checks=True, verbosity=0)

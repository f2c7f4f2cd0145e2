from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection

from playback.domain.queue import Entry, Queue
from playback.domain.undo_history import History, QueueSnapshot
from playback.models import DevicePlayer, MediaItem, Playback, PlayerHistory
from rooms.models import Room
from tests.migrations import migrate, migrate_to_latest


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_and_forth():
    try:
        migrate("playback", None)
        assert "playback_playback" not in connection.introspection.table_names()
    finally:
        migrate_to_latest()
    assert "playback_playbackevent" in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_a_waiting_room_is_paused_on_the_way_back_and_keeps_its_position():
    room = Room.objects.create(title="movie-night")
    Playback.objects.create(room=room, phase="holding", position=12.5, hold_until_ms=1.0)
    try:
        migrate("playback", "0001_playback")
        with connection.cursor() as cursor:
            cursor.execute("SELECT phase, position FROM playback_playback")
            assert cursor.fetchall() == [("paused", 12.5)]
    finally:
        migrate_to_latest()
    playback = Playback.objects.get()
    assert (playback.stall_policy, playback.stall_wait_s, playback.hold) == ("carry_on", 8, None)


@pytest.mark.django_db(transaction=True)
def test_existing_items_are_found_and_sorted_like_new_ones():
    item = MediaItem(
        title="\u212c 2", artist="Björk", album="Post", kind="audio", mime="audio/flac", path="Post/02.flac"
    )
    item.save()
    try:
        migrate("playback", "0005_player")
        with connection.cursor() as cursor:
            # as an earlier version wrote it
            cursor.execute("UPDATE playback_mediaitem SET words = 'B', sort_title = 'B'")
    finally:
        migrate_to_latest()
    item.refresh_from_db()
    assert (item.words, item.sort_title) == ("b 2\nbjork\npost", "b 000000002")
    assert (item.sort_artist, item.sort_album, item.sort_place) == ("1bjork", "1post", "post/000000002.flac")


@pytest.mark.django_db(transaction=True)
def test_existing_albums_of_the_same_name_are_separated():
    for artist in ("Queen", "Abba"):
        for number in (1, 2):
            path = f"{artist}/Live/{number}.flac"
            MediaItem.objects.create(
                title="x",
                artist=artist,
                album="Live",
                kind="audio",
                mime="audio/flac",
                path=path,
                album_artist=artist,
            )
    before = list(MediaItem.objects.order_by("pk").values("pk", "title", "path", "album"))
    try:
        migrate("playback", "0008_source_of_length")
    finally:
        migrate_to_latest()
    assert list(MediaItem.objects.order_by("pk").values("pk", "title", "path", "album")) == before
    keys = dict(MediaItem.objects.values_list("path", "album_key"))
    assert keys["Queen/Live/1.flac"] == keys["Queen/Live/2.flac"] != keys["Abba/Live/1.flac"]
    assert set(MediaItem.objects.values_list("album_artist", flat=True)) == {None}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "playback", check=True, dry_run=True, skip_checks=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_the_undo_history_survives_migration_back_and_forth():
    history = PlayerHistory(player=DevicePlayer.objects.create(device_id="A" * 16))
    queue = Queue((Entry("1.0", 5), Entry("1.1", 6)), "1.1")
    history.stacks = History(
        (QueueSnapshot(Queue()), QueueSnapshot(queue, 12.25, True)), (QueueSnapshot(queue, 1e-7),)
    )
    history.save()
    try:
        migrate("playback", "0006_orders_of_the_library")
        with connection.cursor() as cursor:
            cursor.execute("SELECT done, undone FROM playback_playerhistory")
            done, undone = (json.loads(column) for column in cursor.fetchone())
        assert done == [[None, 0.0, False], ["1.1", 12.25, True, ["1.0", 5], ["1.1", 6]]]
        assert undone == [["1.1", 1e-7, False, ["1.0", 5], ["1.1", 6]]]
        with connection.cursor() as cursor:  # rows of earlier versions did not say whether it played
            cursor.execute("UPDATE playback_playerhistory SET undone = %s", ['[["1.1", 1, ["1.1", 6]]]'])
    finally:
        migrate_to_latest()
    after = PlayerHistory.objects.get().stacks
    assert after.done == history.stacks.done
    assert after.undone == (QueueSnapshot(Queue((Entry("1.1", 6),), "1.1"), 1.0),)


@pytest.mark.django_db(transaction=True)
def test_an_existing_duration_is_an_estimate_unless_it_is_a_samples():
    sample = Room.objects.create(title="sample")
    film = Room.objects.create(title="film")
    empty = Room.objects.create(title="empty")
    Playback.objects.create(room=sample, duration=96.021, media={"url": "/media/samples/clip.webm"})
    Playback.objects.create(room=film, duration=54.9, media={"url": "https://example.org/film.mp3"})
    Playback.objects.create(room=empty)
    try:
        migrate("playback", "0007_packed_history")
    finally:
        migrate_to_latest()
    sources = dict(Playback.objects.values_list("room__title", "duration_source"))
    assert sources == {"sample": "exact", "film": "metadata", "empty": "exact"}
    assert set(Playback.objects.values_list("duration_refuted", flat=True)) == {None}


@pytest.mark.django_db(transaction=True)
def test_how_existing_items_play_is_unknown_until_the_next_scan():
    """Samples are never scanned, and play."""
    for path, plays in (("film.mkv", "transcode"), ("/media/samples/clip.webm", "direct")):
        MediaItem.objects.create(
            title=path,
            kind="video",
            mime="video/webm",
            path=path,
            plays=plays,
            why="x",
            starts_directly=False,
            facts={"container": "matroska"},
        )
    try:
        migrate("playback", "0009_albums_of_one_name")
        with connection.cursor() as cursor:
            cursor.execute("SELECT title FROM playback_mediaitem ORDER BY path")
            assert len(cursor.fetchall()) == 2
    finally:
        migrate_to_latest()
    items = {item.path: item for item in MediaItem.objects.all()}
    film = items["film.mkv"]
    assert (film.plays, film.why, film.starts_directly, film.media_facts) == ("", "", True, None)
    assert items["/media/samples/clip.webm"].plays == "direct"

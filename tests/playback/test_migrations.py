from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection

from playback.domain.queue import Entry, Queue
from playback.domain.undo_history import History, QueueSnapshot
from playback.models import DevicePlayer, MediaItem, Playback, PlayerHistory, StoredQueue
from rooms.domain.rights import DEFAULTS, Right
from rooms.models import Room
from tests.migrations import LATEST, RenderedMigrations, Walk, walked
from tests.rooms.test_migrations import leases, similar_names

# Those of playback that need none of rooms go back first.
OLDEST = (("playback", "0005_player"), ("rooms", "0003_pulse"), ("playback", ""))


@pytest.fixture(scope="module")
def migrations() -> RenderedMigrations:
    return RenderedMigrations(*OLDEST)


@pytest.mark.django_db(transaction=True)
def test_rooms_and_playback_go_back_and_forth_and_a_waiting_room_is_paused_on_the_way(migrations):
    room = Room.objects.create(title="film-night")
    Playback.objects.create(room=room, phase="holding", position=12.5, hold_until_ms=1.0)
    with walked(migrations, [similar_names(), leases()]):
        migrations.back("playback", "0001_playback")
        assert rows("SELECT phase, position FROM playback_playback") == [("paused", 12.5)]
        migrations.forward("playback", "0002_stall_policy")
        later = rows("SELECT phase, position, stall_policy, stall_wait_s, hold FROM playback_playback")
        assert later == [("paused", 12.5, "carry_on", 8, None)]
        migrations.back("playback", "")
        assert "playback_playback" not in connection.introspection.table_names()
    assert "playback_playbackevent" in connection.introspection.table_names()


def rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "playback", check=True, dry_run=True, skip_checks=True, verbosity=0)


# ---------------------------------------------------------------- rows of earlier versions


@pytest.mark.django_db(transaction=True)
def test_existing_rows_are_kept_and_completed(migrations):
    walks = [make() for make in (how_items_play, albums_of_one_name, durations, undo_history, order_of_items)]
    with walked(migrations, walks):
        pass


def how_items_play() -> Walk:
    """It is unknown until the next scan; samples are never scanned, and play."""
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
    yield "playback", "0009_albums_of_one_name"
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM playback_mediaitem WHERE mime = 'video/webm'")
        assert len(cursor.fetchall()) == 2
    yield LATEST
    items = {item.path: item for item in MediaItem.objects.all()}
    film = items["film.mkv"]
    assert (film.plays, film.why, film.starts_directly, film.media_facts) == ("", "", True, None)
    assert items["/media/samples/clip.webm"].plays == "direct"


def albums_of_one_name() -> Walk:
    """They are separated."""
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
    live = MediaItem.objects.filter(album="Live")
    before = list(live.order_by("pk").values("pk", "title", "path", "album"))
    yield "playback", "0008_source_of_length"
    yield LATEST
    assert list(live.order_by("pk").values("pk", "title", "path", "album")) == before
    keys = dict(live.values_list("path", "album_key"))
    assert keys["Queen/Live/1.flac"] == keys["Queen/Live/2.flac"] != keys["Abba/Live/1.flac"]


def durations() -> Walk:
    """They are estimates unless of a sample."""
    sample = Room.objects.create(title="sample")
    film = Room.objects.create(title="film")
    empty = Room.objects.create(title="empty")
    Playback.objects.create(room=sample, duration=96.021, media={"url": "/media/samples/clip.webm"})
    Playback.objects.create(room=film, duration=54.9, media={"url": "https://example.org/film.mp3"})
    Playback.objects.create(room=empty)
    yield "playback", "0007_packed_history"
    yield LATEST
    sources = dict(Playback.objects.values_list("room__title", "duration_source"))
    assert sources == {"sample": "exact", "film": "metadata", "empty": "exact"}
    assert set(Playback.objects.values_list("duration_refuted", flat=True)) == {None}


def undo_history() -> Walk:
    """It survives both ways."""
    history = PlayerHistory(player=DevicePlayer.objects.create(device_id="A" * 16))
    queue = Queue((Entry("1.0", 5), Entry("1.1", 6)), "1.1")
    history.stacks = History(
        (QueueSnapshot(Queue()), QueueSnapshot(queue, 12.25, True)), (QueueSnapshot(queue, 1e-7),)
    )
    history.save()
    yield "playback", "0006_orders_of_the_library"
    with connection.cursor() as cursor:
        cursor.execute("SELECT done, undone FROM playback_playerhistory")
        done, undone = (json.loads(column) for column in cursor.fetchone())
    assert done == [[None, 0.0, False], ["1.1", 12.25, True, ["1.0", 5], ["1.1", 6]]]
    assert undone == [["1.1", 1e-7, False, ["1.0", 5], ["1.1", 6]]]
    with connection.cursor() as cursor:  # rows of earlier versions did not say whether it played
        cursor.execute("UPDATE playback_playerhistory SET undone = %s", ['[["1.1", 1, ["1.1", 6]]]'])
    yield LATEST
    after = PlayerHistory.objects.get().stacks
    assert after.done == history.stacks.done
    assert after.undone == (QueueSnapshot(Queue((Entry("1.1", 6),), "1.1"), 1.0),)


def order_of_items() -> Walk:
    """They are found and sorted like new ones."""
    item = MediaItem(
        title="\u212c 2", artist="Björk", album="Post", kind="audio", mime="audio/flac", path="Post/02.flac"
    )
    item.save()
    yield "playback", "0005_player"
    with connection.cursor() as cursor:
        # as an earlier version wrote it
        cursor.execute("UPDATE playback_mediaitem SET words = 'B', sort_title = 'B'")
    yield LATEST
    item.refresh_from_db()
    assert (item.words, item.sort_title) == ("b 2\nbjork\npost", "b 000000002")
    assert (item.sort_artist, item.sort_album, item.sort_place) == ("1bjork", "1post", "post/000000002.flac")


@pytest.mark.django_db(transaction=True)
def test_who_may_add_to_a_queue_becomes_a_right_and_goes_back(migrations):
    rooms = {who: Room.objects.create(title=who) for who in ("everyone", "moderators", "host")}
    for who, room in rooms.items():
        document = json.dumps({"revision": 1, "settings": {"who_adds": who}}, separators=(",", ":"))
        StoredQueue.objects.create(room=room, document=document)
    without_queue = Room.objects.create(title="no queue")
    try:
        migrations.back("playback", "0029_watched_media")
        with connection.cursor() as cursor:
            cursor.execute("SELECT document FROM playback_storedqueue WHERE document LIKE '%host%'")
            assert json.loads(cursor.fetchone()[0])["settings"]["who_adds"] == "host"
    finally:
        migrations.forward()
    for who, room in rooms.items():
        room.refresh_from_db()
        assert room.levels == {**DEFAULTS, Right.QUEUE_ADD: who}
    without_queue.refresh_from_db()
    assert without_queue.levels == DEFAULTS

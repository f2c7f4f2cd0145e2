from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

import playback.models.history.played_media
from playback.management.commands.cleanup_playback_events import cleanup_playback_events
from playback.models import Playback, PlaybackEvent, PlayedMedia
from playback.room import actions, end_of_media
from rooms.models import Member, Person, Room
from tests.cases import CLIP
from tests.playback.room.fixtures import NOW_MS, SONG, load, pause, seek
from tests.playback.room.queue.fixtures import FILMS, QueueCase
from watchium.services.people.merge_guest import merge_guest_into_account


class WhatARoomPlayed(QueueCase):
    def history(self) -> list[PlayedMedia]:
        return PlayedMedia.objects.before(self.room, 2**53, 400)

    def left(self) -> list[tuple[str, float, str | None]]:
        return [(row.played_media.url, round(row.position, 3), row.name) for row in self.history()]

    def test_other_media_leave_what_played_at_its_position(self):
        self.started(NOW_MS - 90_000)
        actions.load(self.alice, load("https://example.org/a.mp4", "a"), now_ms=NOW_MS - 60_000)
        actions.seek(self.alice, seek(2467, "there"), now_ms=NOW_MS)
        actions.load(self.alice, load(SONG, "b"), now_ms=NOW_MS + 5000)
        assert self.left() == [("https://example.org/a.mp4", 2467.0, "Alice"), (CLIP, 29.75 + 0.25, None)]
        row = self.history()[0]
        assert (row.started_ms, row.left_ms) == (NOW_MS - 60_000, NOW_MS + 5000)
        assert row.continue_at == 2467.0

    def test_media_that_never_moved_are_no_history(self):
        actions.load(self.alice, load(SONG, "a"), now_ms=NOW_MS)
        actions.load(self.alice, load(CLIP, "b"), now_ms=NOW_MS + 1)
        assert self.left() == []

    def test_an_entry_of_the_queue_was_put_on_by_the_member_who_added_it(self):
        self.adds(self.bob, *FILMS[:2])
        self.does(self.alice, "queue_play", entry_id=self.id_of("a"))
        self.started(NOW_MS)
        Playback.objects.filter(room=self.room).update(
            duration=100.0, position=100.0, ends_at_ms=NOW_MS - 1, at_ms=NOW_MS - 1
        )
        assert end_of_media.end(self.room.pk, NOW_MS)
        self.does(self.alice, "queue_play", entry_id=self.id_of("a"), now_ms=NOW_MS + 40_000)
        assert [(url, name) for url, _, name in self.left()] == [(FILMS[1], "Bob"), (FILMS[0], "Bob")]
        assert self.history()[1].continue_at is None, "it was played to its end"

    def test_a_demo_forgets_what_its_visitors_played(self):
        self.started(NOW_MS - 90_000)
        actions.load(self.alice, load(SONG, "a"), now_ms=NOW_MS - 60_000)
        actions.seek(self.alice, seek(41, "there"), now_ms=NOW_MS)
        assert self.left()
        Room.objects.update(is_demo=True)
        self.room.members.update(present=False)
        with self.committing():
            assert end_of_media.reset(self.room.pk, NOW_MS + 1)
        assert self.left() == []

    def test_an_idle_room_remembers_where_it_was_when_it_is_reset(self):
        actions.seek(self.alice, seek(41, "there"), now_ms=NOW_MS)
        self.room.members.update(present=False)
        with self.committing():
            assert end_of_media.reset(self.room.pk, NOW_MS + 1)
        assert self.left() == [(CLIP, 41.0, None)]

    def test_history_survives_the_log(self):
        actions.load(self.alice, load("https://example.org/a.mp4", "a"), now_ms=NOW_MS)
        actions.seek(self.alice, seek(41, "there"), now_ms=NOW_MS)
        PlaybackEvent.objects.update(created_at=timezone.now() - timedelta(days=8))
        Room.objects.filter(pk=self.room.pk).update(last_active_at=timezone.now() - timedelta(days=8))
        Member.objects.update(present=False)
        assert cleanup_playback_events() == 2
        actions.load(self.alice, load(SONG, "b"), now_ms=NOW_MS)
        assert self.left() == [("https://example.org/a.mp4", 41.0, None)]
        assert self.history()[0].started_ms is None

    def test_a_room_keeps_its_latest_history(self):
        with patch.object(
            playback.models.history.played_media,
            "_PRUNE",
            playback.models.history.played_media._PRUNE.replace("300", "3"),
        ):
            for n in range(6):
                actions.seek(self.alice, seek(10 + n, f"s{n}"), now_ms=NOW_MS + 20_000 * n)
                actions.load(self.alice, load(SONG, f"l{n}"), now_ms=NOW_MS + 20_000 * n + 1)
        assert [position for _, position, _ in self.left()] == [15.0, 14.0, 13.0]

    def test_a_deleted_person_is_not_named_and_a_guest_who_signs_in_keeps_the_name(self):
        actions.load(self.alice, load("https://example.org/a.mp4", "a"), now_ms=NOW_MS)
        actions.pause(self.alice, pause("p", current_time=12), now_ms=NOW_MS)
        actions.load(self.alice, load(SONG, "b"), now_ms=NOW_MS)
        account = Person.objects.create(username="alice of the account")
        merge_guest_into_account(self.alice.person, account)
        assert self.left() == [("https://example.org/a.mp4", 12.0, "alice of the account")]
        Person.objects.get(pk=account.pk).delete()
        assert self.left() == [("https://example.org/a.mp4", 12.0, None)]

from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from playback import actions, course, questions
from playback.models import Playback, PlaybackEvent, SyncState
from rooms.models import Room
from tests.playback.scenes import NOW_MS, DeedCase, seek


class Cost(DeedCase):
    def test_telling_again_asks_once_however_much_was_missed(self):
        for n in range(3):
            actions.seek(self.alice, seek(n, f"{n}"), now_ms=NOW_MS)
        room = Room.objects.get(pk=self.room.pk)
        for since in (0, 2):
            with self.assertNumQueries(1):
                questions.missed(room, since)

    def test_a_snapshot_asks_once(self):
        room = Room.objects.get(pk=self.room.pk)
        with self.assertNumQueries(1):
            questions.snapshot(room)

    def test_a_length_that_is_known_is_asked_for_once(self):
        self.assertFalse(actions.learn_duration(self.bob, 5.0, revision=0))
        with self.assertNumQueries(0):
            self.assertFalse(actions.learn_duration(self.alice, 5.0, revision=0))

    def test_nothing_due_asks_twice(self):
        with self.assertNumQueries(2):
            course.due(NOW_MS)


class Indexes(DeedCase):
    """The plan, with sequential scans made unattractive where so few rows would invite one."""

    def plan(self, rows) -> str:
        if connection.vendor != "postgresql":
            return rows.explain()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        return json.dumps(rows.explain())

    def test_every_question_of_the_log_has_its_index(self):
        log, week = PlaybackEvent.objects, timezone.now() - timedelta(days=7)
        for rows, index in (
            (log.since(self.room, 3), "event_one_per_revision"),
            (log.filter(room=self.room, person=self.alice.person, event_id="x"), "event_"),
            (log.of_type(self.room, "seek"), "event_room_type"),
            (log.between(self.room, NOW_MS, NOW_MS + 1), "event_room_at"),
            (log.filter(created_at__lt=week), "event_created"),
            (SyncState.objects.discardable(week), "sync_created_type"),
            (Playback.objects.filter(ends_at_ms__lte=NOW_MS), "ends_at_ms"),
            (Playback.objects.filter(hold_until_ms__isnull=False), "playback_hold_until"),
        ):
            with self.subTest(index=index):
                self.assertIn(index, self.plan(rows))

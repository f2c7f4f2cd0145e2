from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import playback.room.start.due
from playback.domain.room_queue.state import RoomQueue
from playback.models import Playback, PlaybackEvent, SyncState
from playback.room import actions, duration_updates, end_of_media, queries, stall_handling
from playback.room.queue.actions import change_queue
from playback.room.queue.storage import encoded_queue, forget_encoded, queue_of
from rooms.models import Room
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, pause, play, seek
from watchium.protocol.commands import MediaRequest, PlayerReport
from watchium.protocol.queue import AddToQueue, MediaToQueue


class Cost(ActionCase):
    def test_resending_is_one_query_however_many_events_were_missed(self):
        for n in range(3):
            actions.seek(self.alice, seek(n, f"{n}"), now_ms=NOW_MS)
        room = Room.objects.get(pk=self.room.pk)
        for since in (0, 2):
            with self.assertNumQueries(1):
                queries.missed(room, since)

    def test_a_snapshot_is_one_query(self):
        room = Room.objects.get(pk=self.room.pk)
        with self.assertNumQueries(1):
            queries.snapshot(room)

    def test_a_known_duration_is_queried_once(self):
        self.addCleanup(duration_updates.forget_all)
        report = PlayerReport(current_time=0, is_playing=True, is_synced=True, revision=0, duration=5.0)
        with self.assertNumQueries(1):
            self.assertFalse(duration_updates.update_from_report(self.bob, report, NOW_MS))
        with self.assertNumQueries(0):
            self.assertFalse(duration_updates.update_from_report(self.alice, report, NOW_MS))

    def test_nothing_due_is_a_query_for_each_kind(self):
        with self.assertNumQueries(3):
            end_of_media.due(NOW_MS)
            playback.room.start.due.due(NOW_MS)
            stall_handling.due(NOW_MS)

    def test_a_room_without_a_queue_pays_nothing_for_it(self):
        with self.assertNumQueries(0):
            assert queue_of(self.room) == RoomQueue()
            assert encoded_queue(self.room) == (0, None)

    def test_a_queue_is_read_for_joins_once_and_when_it_was_changed_elsewhere(self):
        def add(event_id: str) -> Room:
            payload = MediaToQueue(items=[MediaRequest(media_url=SONG)])
            with self.committing():
                change_queue(self.alice, AddToQueue(event_id=event_id, payload=payload), now_ms=NOW_MS)
            return Room.objects.get(pk=self.room.pk)

        room = add("a")
        with self.assertNumQueries(1):
            first = encoded_queue(room)
        with self.assertNumQueries(0):
            assert encoded_queue(room) == first
        room = add("b")
        with self.assertNumQueries(0):
            assert encoded_queue(room)[0] == 2
        forget_encoded()
        with self.assertNumQueries(1):
            assert encoded_queue(room)[0] == 2

    def test_a_queue_adds_no_query_to_play_pause_and_a_heartbeat(self):
        def costs(event_id: str) -> list[int]:
            calls = (
                lambda: actions.play(self.alice, play(f"play{event_id}"), now_ms=NOW_MS),
                lambda: actions.pause(self.alice, pause(f"pause{event_id}"), now_ms=NOW_MS + 1000),
                lambda: actions.seek(self.alice, seek(5, f"seek{event_id}"), now_ms=NOW_MS + 2000),
            )
            counts = []
            for call in calls:
                with CaptureQueriesContext(connection) as captured:
                    call()
                counts.append(len(captured))
            return counts

        without = costs("1")
        payload = MediaToQueue(items=[MediaRequest(media_url=SONG)] * 100)
        change_queue(self.alice, AddToQueue(event_id="a", payload=payload), now_ms=NOW_MS)
        assert costs("2") == without


class Indexes(ActionCase):
    """Query plans, with enough rows and fresh statistics for the planner to choose by cost."""

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        others = [Room.objects.create(title=f"room {n}") for n in range(20)]
        PlaybackEvent.objects.bulk_create(
            PlaybackEvent(
                room=room, type=kind, at_ms=NOW_MS - 1000 * n, position=0, rate=1, phase="paused", metadata={}
            )
            for room in [*others, cls.room]
            for n, kind in enumerate(["buffer_start", "buffer_end", "sync_request", "seek"] * 25)
        )
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE playback_playbackevent")

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
            (log.filter(room=self.room, type="seek").order_by("-created_at")[:100], "event_room_type"),
            (
                log.filter(room=self.room, at_ms__gte=NOW_MS, at_ms__lt=NOW_MS + 1).order_by("at_ms", "pk"),
                "event_room_at",
            ),
            (log.filter(created_at__lt=week), "event_created"),
            (SyncState.objects.discardable(week), "sync_created_type"),
            (Playback.objects.filter(ends_at_ms__lte=NOW_MS), "ends_at_ms"),
            (Playback.objects.filter(hold_until_ms__isnull=False), "playback_hold_until"),
        ):
            with self.subTest(index=index):
                self.assertIn(index, self.plan(rows))

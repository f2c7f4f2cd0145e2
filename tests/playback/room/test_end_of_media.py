from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent
from playback.room import actions, end_of_media
from rooms.models import Member, Room
from tests.cases import CLIP
from tests.playback.room.fixtures import NOW_MS, ActionCase, load

END_MS = NOW_MS + 96_021


class EndOfMedia(ActionCase):
    def test_nothing_ends_before_its_end(self):
        self.started()
        self.assertEqual(end_of_media.due(END_MS - 1), 0)

    def test_it_stops_at_its_end_once_however_many_processes_check(self):
        self.started()
        with self.committing():
            self.assertEqual([end_of_media.due(END_MS + late) for late in (300, 300, 400)], [1, 0, 0])
        event = self.published.last("timeline")
        self.assertEqual((event["payload"]["phase"], event["payload"]["cause"]), ("ended", "end"))
        self.assertEqual((event["payload"]["current_time"], event["timestamp"]), (96.021, END_MS))
        self.assertIsNone(event["payload"]["user_id"])

    def test_two_that_found_the_same_end_write_it_once(self):
        self.started()
        self.assertTrue(end_of_media.end(self.room.pk, END_MS))
        self.assertFalse(end_of_media.end(self.room.pk, END_MS))
        self.assertEqual(PlaybackEvent.objects.filter(type="timeline").count(), 1)

    def test_the_next_loop_is_announced_before_the_last_one_ends_and_follows_without_a_gap(self):
        Playback.objects.filter(room=self.room).update(loops=True)
        self.started()
        self.assertEqual(end_of_media.due(END_MS - end_of_media.LOOP_AHEAD_MS - 1), 0)
        with self.committing():
            self.assertEqual([end_of_media.due(END_MS - early) for early in (2000, 1000, 0)], [1, 0, 0])
        event = self.published.last("timeline")
        self.assertEqual((event["payload"]["current_time"], event["timestamp"]), (0, END_MS))
        self.assertEqual(self.timeline().ends_at_ms, END_MS + 96_021)

    def test_a_loop_announced_too_late_starts_late_enough_to_seek(self):
        Playback.objects.filter(room=self.room).update(loops=True)
        self.started()
        with self.committing():
            end_of_media.due(END_MS + 200)
        event = self.published.last("timeline")
        self.assertEqual((event["payload"]["cause"], event["payload"]["current_time"]), ("loop", 0))
        self.assertEqual(event["timestamp"], END_MS + 700)
        self.assertEqual(self.timeline().ends_at_ms, END_MS + 700 + 96_021)

    def test_an_error_at_the_end_of_one_room_does_not_delay_others(self):
        self.started()
        other = Room.objects.create(title="another")
        Playback.objects.create(
            room=other, phase="playing", duration=1.0, at_ms=NOW_MS, ends_at_ms=NOW_MS + 1000
        )
        Playback.objects.filter(room=self.room).update(ends_at_ms=NOW_MS, media={"no": "medium"})
        with self.assertLogs("rooms.periodic"):
            self.assertEqual(end_of_media.due(END_MS), 1)
        self.assertEqual(Playback.objects.get(room=other).phase, "ended")
        self.assertEqual(self.timeline().phase, "playing")


class DemoReset(ActionCase):
    def setUp(self) -> None:
        super().setUp()
        self.started()
        self.be(is_demo=True, last_active_at=timezone.now() - timedelta(seconds=61))
        Member.objects.filter(room=self.room).update(present=False)

    def be(self, **facts) -> None:
        Room.objects.filter(pk=self.room.pk).update(**facts)

    def test_it_starts_afresh_after_a_minute_empty(self):
        with self.committing():
            self.assertEqual(end_of_media.reset_idle_demos(NOW_MS + 50_000), 1)
        self.assertEqual(self.published.last("timeline")["payload"]["cause"], "reset")
        self.assertEqual(self.timeline(), Timeline(0, 1, "paused", NOW_MS + 50_000, 2, 96.021))

    def test_a_demo_gets_its_own_media_back(self):
        Member.objects.filter(pk=self.alice.pk).update(present=True)
        actions.load(self.alice, load("https://example.org/broken.mp4"), now_ms=NOW_MS)
        Member.objects.filter(pk=self.alice.pk).update(present=False)
        self.be(last_active_at=timezone.now() - timedelta(seconds=61))
        self.assertEqual(end_of_media.reset_idle_demos(NOW_MS), 1)
        playback = Playback.objects.get(room=self.room)
        self.assertEqual((playback.media["url"], playback.duration), (CLIP, 96.021))

    def test_once(self):
        end_of_media.reset_idle_demos(NOW_MS)
        self.be(last_active_at=timezone.now() - timedelta(seconds=61))
        self.assertEqual(end_of_media.reset_idle_demos(NOW_MS), 0)

    def test_not_within_the_minute(self):
        self.be(last_active_at=timezone.now() - timedelta(seconds=50))
        self.assertEqual(end_of_media.reset_idle_demos(NOW_MS), 0)

    def test_a_demo_with_members_is_not_reset(self):
        Member.objects.filter(pk=self.bob.pk).update(present=True)
        self.assertEqual(end_of_media.reset_idle_demos(NOW_MS), 0)
        self.assertFalse(end_of_media.reset(self.room.pk, NOW_MS))

    def test_no_other_room(self):
        self.be(is_demo=False)
        self.assertEqual(end_of_media.reset_idle_demos(NOW_MS), 0)

from __future__ import annotations

import msgspec
import pytest

import rooms.actions
from playback.domain.timeline import OPEN_MS
from playback.models import Playback, PlaybackEvent
from playback.room import actions, duration_updates, end_of_media
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member
from tests.playback.room.fixtures import NOW_MS, ActionCase, load, play, seek
from watchium.protocol.commands import PlayerReport
from watchium.protocol.errors import NotMember

FILM = "https://example.org/film.mp3"
REPORTED_S = 54.0
AT_ITS_END_MS = NOW_MS + 54_000


class DurationCase(ActionCase):
    """Media by address plays since NOW_MS; alice's player reported a duration of 54 s."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(duration_updates.forget_all)
        actions.load(self.alice, load(FILM), now_ms=NOW_MS - 1000)
        self.says(self.alice, 0, NOW_MS - 900, duration=REPORTED_S, is_playing=False)
        actions.play(self.alice, play(current_time=0), now_ms=NOW_MS - 250)
        assert self.timeline().at_ms == NOW_MS

    def says(self, by: Member, current_time: float, now_ms: float, **facts) -> bool:
        """Send a heartbeat; return whether it changed the room."""
        facts = {"is_playing": True, "is_synced": True, "revision": self.timeline().revision, **facts}
        report = PlayerReport(current_time=current_time, **facts)
        LAST_REPORTS.record(self.room.room_id, by.person.user_id, report, now_ms)
        with self.committing():
            return duration_updates.update_from_report(by, report, now_ms)

    def at(self, now_ms: float) -> int:
        with self.committing():
            return end_of_media.due(now_ms)

    def duration(self):
        timeline = self.timeline()
        return timeline.duration_s, timeline.duration_source


class CatchingUp(DurationCase):
    """bob watches from the start while the room is ahead of him."""

    def test_the_end_of_a_player_that_catches_up_is_not_the_rooms(self):
        self.assertFalse(
            self.says(
                self.bob, 10, NOW_MS + 10_000, ended_at=10, duration=10, state="catching_up", is_synced=False
            )
        )
        self.assertEqual(self.duration(), (REPORTED_S, "metadata"))

    def test_it_does_not_delay_the_end_that_others_report(self):
        self.says(self.bob, 2, NOW_MS + 19_000, state="catching_up", is_synced=False)
        self.assertTrue(self.says(self.alice, 20, NOW_MS + 20_000, ended_at=20, duration=REPORTED_S))
        self.assertEqual(self.timeline().phase, "ended")


class AcceptedReports(DurationCase):
    def test_a_controllers_player_sets_the_duration_and_it_is_broadcast(self):
        event = self.published.last("timeline")
        self.assertEqual(
            (event["payload"]["cause"], event["payload"]["duration"], event["payload"]["duration_source"]),
            ("duration", REPORTED_S, "metadata"),
        )

    def test_a_better_duration_replaces_a_worse_one_and_moves_no_player(self):
        before = self.timeline()
        self.assertTrue(self.says(self.alice, 1, NOW_MS + 1000, duration=90))
        after = self.timeline()
        self.assertEqual(self.duration(), (90, "metadata"))
        self.assertEqual(after.revision, before.revision + 1)
        self.assertEqual(after.position_at(NOW_MS + 9999), before.position_at(NOW_MS + 9999))

    def test_the_same_again_and_a_shorter_one_change_nothing(self):
        for duration in (REPORTED_S, REPORTED_S + 0.5, 20):
            self.assertFalse(self.says(self.alice, 1, NOW_MS + 1000, duration=duration))
        self.assertEqual(self.duration(), (REPORTED_S, "metadata"))

    def test_tags_of_the_library_give_way_to_a_player(self):
        Playback.objects.filter(room=self.room).update(duration=10.0, duration_source="tags")
        duration_updates.forget_all()
        self.assertTrue(self.says(self.alice, 1, NOW_MS + 1000, duration=54.9))

    def test_a_member_is_not_believed_where_a_controllers_player_knows(self):
        self.says(self.alice, 1, NOW_MS + 1000, duration=REPORTED_S)
        self.assertFalse(self.says(self.bob, 1, NOW_MS + 1000, duration=90))
        self.assertEqual(self.duration(), (REPORTED_S, "metadata"))

    def test_a_member_is_believed_where_the_hosts_browser_cannot_play_it(self):
        LAST_REPORTS.clear()
        self.says(self.alice, 0, NOW_MS + 1000, is_playing=False, state="error")
        self.assertTrue(self.says(self.bob, 1, NOW_MS + 1000, duration=90))

    def test_a_member_who_has_left_is_refused(self):
        rooms.actions.leave(self.bob)
        with pytest.raises(NotMember):
            self.says(self.bob, 1, NOW_MS + 1000, duration=90)

    def test_a_report_about_an_older_timeline_may_be_about_other_media(self):
        self.assertFalse(self.says(self.alice, 1, NOW_MS + 1000, duration=90, revision=1))

    def test_the_duration_of_a_sample_is_exact(self):
        actions.load(self.alice, load(event_id="sample"), now_ms=NOW_MS + 1)
        actions.play(self.alice, play("again"), now_ms=NOW_MS + 2)
        self.assertFalse(self.says(self.alice, 1, NOW_MS + 3000, duration=900))
        self.assertFalse(self.says(self.alice, 1, NOW_MS + 3000, ended_at=1))
        self.assertEqual(self.duration(), (69.2065, "exact"))

    def test_a_room_limits_how_often_its_duration_changes(self):
        said = [self.says(self.alice, 1, NOW_MS + 1000, duration=100 * 2**n) for n in range(12)]
        self.assertLess(sum(said), 13)
        changes = PlaybackEvent.objects.filter(cause="duration").count()
        for n in range(12, 30):
            self.says(self.alice, 1, NOW_MS + 1000, duration=100 * 1.2**n)
        self.assertLessEqual(PlaybackEvent.objects.filter(cause="duration").count(), max(changes, 13))

    def test_a_report_without_news_makes_no_query(self):
        self.says(self.alice, 1, NOW_MS + 1000, duration=REPORTED_S)
        report = PlayerReport(
            current_time=1,
            is_playing=True,
            is_synced=True,
            revision=self.timeline().revision,
            duration=REPORTED_S,
        )
        with self.assertNumQueries(0):
            self.assertFalse(duration_updates.update_from_report(self.alice, report, NOW_MS + 4000))
        refused = msgspec.structs.replace(report, duration=90)
        duration_updates.update_from_report(self.bob, refused, NOW_MS + 4000)
        with self.assertNumQueries(0):
            self.assertFalse(duration_updates.update_from_report(self.bob, refused, NOW_MS + 7000))


class EstimatedEnd(DurationCase):
    def test_media_does_not_end_while_a_player_continues(self):
        for late_s in (3, 6, 9):
            late_ms = AT_ITS_END_MS + 1000 * late_s
            self.says(self.alice, 54 + late_s, late_ms, duration=REPORTED_S)
            self.at(late_ms + OPEN_MS)
        self.assertEqual(self.timeline().phase, "playing")
        self.assertEqual(self.duration(), (60, "passed"))
        self.assertEqual(self.timeline().position_at(AT_ITS_END_MS + 10_000), 64)

    def test_extending_the_end_takes_no_revision(self):
        self.says(self.alice, 54.5, AT_ITS_END_MS + 500)
        before = self.timeline().revision
        self.assertEqual([self.at(AT_ITS_END_MS + OPEN_MS + ms) for ms in (0, 1000, 2000)], [0, 0, 0])
        self.assertEqual(self.timeline().revision, before)

    def test_media_does_not_end_either_while_it_plays_for_a_member(self):
        self.says(self.bob, 56, AT_ITS_END_MS + 2000)
        self.assertEqual(self.at(AT_ITS_END_MS + OPEN_MS), 0)

    def test_members_without_control_do_not_extend_the_end_for_ever(self):
        far_ms = AT_ITS_END_MS + 1000 * (duration_updates.MEMBERS_EXTEND_S + 10)
        self.says(self.bob, 54 + duration_updates.MEMBERS_EXTEND_S + 10, far_ms)
        self.assertEqual(self.at(far_ms), 1)

    def test_it_ends_in_an_empty_room(self):
        self.assertEqual(self.at(AT_ITS_END_MS + OPEN_MS - 1), 0)
        self.assertEqual(self.at(AT_ITS_END_MS + OPEN_MS), 1)
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("ended", REPORTED_S))

    def test_it_ends_where_all_players_stopped(self):
        self.says(self.alice, 54, AT_ITS_END_MS + 500, is_playing=False, state="ended")
        self.assertEqual(self.at(AT_ITS_END_MS + OPEN_MS), 1)

    def test_a_player_that_loads_past_the_end_is_waited_for_and_not_for_ever(self):
        self.says(self.alice, 54, AT_ITS_END_MS + 500, is_playing=False, state="loading")
        self.assertEqual(self.at(AT_ITS_END_MS + OPEN_MS), 0)
        later_ms = AT_ITS_END_MS + duration_updates.LOADING_MS + 1
        self.says(self.alice, 54, later_ms, is_playing=False, state="loading")
        self.assertEqual(self.at(later_ms + OPEN_MS), 1)

    def test_a_seek_beyond_it_is_not_clamped_and_plays_on(self):
        actions.seek(self.alice, seek(80), now_ms=NOW_MS + 5000)
        self.assertEqual(self.timeline().position_s, 80)
        self.says(self.alice, 81, NOW_MS + 7000)
        self.assertEqual(self.at(NOW_MS + 9500), 0)
        self.assertEqual(self.timeline().phase, "playing")

    def test_a_file_that_grew_moves_the_end_also_after_it_was_reached(self):
        self.says(self.alice, 54, AT_ITS_END_MS + 20, ended_at=54.0, is_playing=False)
        self.assertEqual(self.duration(), (54.0, "ended"))
        actions.play(self.alice, play("again"), now_ms=AT_ITS_END_MS + 9000)
        self.assertEqual(self.timeline().position_s, 0)
        self.assertTrue(self.says(self.alice, 1, AT_ITS_END_MS + 10_000, duration=120))
        self.assertEqual(self.duration(), (120, "metadata"))


class EndOfData(DurationCase):
    def test_it_is_the_end_of_the_room(self):
        self.assertTrue(self.says(self.alice, 53.9, AT_ITS_END_MS, ended_at=53.9, is_playing=False))
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("ended", 53.9))
        event = self.published.last("timeline")["payload"]
        self.assertEqual((event["cause"], event["duration_source"]), ("end", "ended"))

    def test_once(self):
        ended = {"ended_at": 53.9, "is_playing": False}
        self.says(self.alice, 53.9, AT_ITS_END_MS, **ended)
        revision = self.timeline().revision
        self.assertFalse(self.says(self.alice, 53.9, AT_ITS_END_MS + 3000, **ended))
        self.assertEqual(self.timeline().revision, revision)

    def test_after_more_frames_than_the_header_states(self):
        self.says(self.alice, 60, AT_ITS_END_MS + 6000)
        self.assertTrue(self.says(self.alice, 90, AT_ITS_END_MS + 36_000, ended_at=90.02, is_playing=False))
        self.assertEqual(self.duration(), (90.02, "ended"))

    def test_a_too_long_duration_in_the_header_does_not_keep_the_clock_running(self):
        self.says(self.alice, 1, NOW_MS + 1000, duration=300)
        self.assertTrue(self.says(self.alice, 20, NOW_MS + 20_100, ended_at=20.0, is_playing=False))
        self.assertEqual((self.timeline().phase, self.duration()), ("ended", (20.0, "ended")))
        actions.play(self.alice, play("again"), now_ms=NOW_MS + 30_000)
        self.assertFalse(self.says(self.alice, 1, NOW_MS + 31_000, duration=300))

    def test_data_that_ends_early_for_one_player_does_not_stop_players_with_more(self):
        self.says(self.alice, 1, NOW_MS + 1000, duration=300)
        broke_off = {"ended_at": 20.0, "is_playing": False}
        self.says(self.bob, 19, NOW_MS + 19_000)
        self.assertFalse(self.says(self.alice, 20, NOW_MS + 20_100, **broke_off))
        self.says(self.bob, 22, NOW_MS + 22_000)
        self.assertFalse(self.says(self.alice, 20, NOW_MS + 23_100, **broke_off))
        self.assertEqual(self.timeline().phase, "playing")

    def test_data_that_ended_for_all_ends_the_room(self):
        self.says(self.alice, 1, NOW_MS + 1000, duration=300)
        ended = {"ended_at": 20.0, "is_playing": False, "duration": 300.0}
        self.says(self.bob, 19, NOW_MS + 19_000)
        self.assertFalse(self.says(self.alice, 20, NOW_MS + 20_100, **ended))
        self.says(self.bob, 20, NOW_MS + 20_200, **ended)
        self.assertTrue(self.says(self.alice, 20, NOW_MS + 23_100, **ended))

    def test_a_member_does_not_end_media_that_still_plays_for_the_host(self):
        self.says(self.alice, 10, NOW_MS + 10_000, duration=REPORTED_S)
        self.assertFalse(self.says(self.bob, 10, NOW_MS + 10_100, ended_at=10.0, is_playing=False))
        self.assertEqual(self.timeline().phase, "playing")

    def test_an_end_from_elsewhere_than_the_room_is_no_end(self):
        self.assertFalse(self.says(self.alice, 50, NOW_MS + 1000, ended_at=50.0, is_playing=False))

    def test_a_loop_starts_again_there(self):
        Playback.objects.filter(room=self.room).update(loops=True)
        self.assertTrue(self.says(self.alice, 53.9, AT_ITS_END_MS, ended_at=53.9, is_playing=False))
        timeline = self.timeline()
        self.assertEqual((timeline.phase, timeline.position_s, timeline.duration_s), ("playing", 0, 53.9))
        self.assertGreater(timeline.at_ms, AT_ITS_END_MS)

from __future__ import annotations

import gc
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from playback.models import Playback, PlaybackEvent, SyncState
from playback.room import actions
from playback.room.command import content_hash_of
from playback.room.status_reports import LAST_REPORTS
from rooms import actions as room_actions
from rooms.models import ControlPolicy, Member, Room
from tests.cases import CLIP
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, load, pause, play, seek, set_rate
from watchium.protocol.commands import BufferReport, BufferStart, LastApplied, PlayerReport, SyncRequest
from watchium.protocol.errors import (
    EventIdConflict,
    NotHost,
    NotMember,
    RateLimited,
    RoomClosed,
    UnknownMedia,
)
from watchium.realtime.groups import room_group


class Playing(ActionCase):
    def test_everyone_starts_together_a_little_ahead(self):
        with self.committing():
            accepted = actions.play(self.alice, play(current_time=12.5), now_ms=NOW_MS)
        event = self.published.last("play")
        self.assertEqual((accepted.revision, accepted.timestamp), (1, NOW_MS + 250))
        self.assertEqual((event["revision"], event["timestamp"]), (1, NOW_MS + 250))
        self.assertEqual(event["payload"]["current_time"], 12.5)
        self.assertTrue(event["payload"]["is_playing"])
        self.assertEqual(event["payload"]["user_id"], self.alice.person.user_id)
        self.assertEqual(event["payload"]["event_id"], "play")
        self.assertEqual(event["payload"]["duration"], 96.021)
        self.assertEqual(self.published.types(room_group(self.room.room_id)), ["play"])

    def test_the_lead_grows_with_the_farthest_member(self):
        far = PlayerReport(
            current_time=0, is_playing=False, is_synced=True, latency_ms=600, start_cost_ms=100
        )
        LAST_REPORTS.record(self.room.room_id, self.bob.person.user_id, far, NOW_MS)
        accepted = actions.play(self.alice, play(), now_ms=NOW_MS)
        self.assertEqual(accepted.timestamp, NOW_MS + 440)

    def test_a_position_beyond_the_end_is_the_end_and_playing_there_starts_again(self):
        actions.seek(self.alice, seek(5000), now_ms=NOW_MS)
        self.assertEqual(self.timeline().position_s, 96.021)
        actions.play(self.alice, play(), now_ms=NOW_MS)
        self.assertEqual(self.timeline().position_s, 0)

    def test_the_end_is_known_while_playing_only(self):
        self.started()
        self.assertEqual(Playback.objects.get(room=self.room).ends_at_ms, NOW_MS + 96_021)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 1000)
        self.assertIsNone(Playback.objects.get(room=self.room).ends_at_ms)


class Snapshots(ActionCase):
    def test_a_command_leaves_nothing_for_the_garbage_collector(self):
        commands = {actions.play: play(), actions.seek: seek(5), actions.pause: pause()}
        actions.play(self.alice, play("before"), now_ms=NOW_MS)  # creates the rows that are created once
        while gc.collect():  # of former tests, too: some leave garbage when they are collected
            pass
        gc.disable()
        self.addCleanup(gc.enable)
        for action, command in commands.items():
            action(self.alice, command, now_ms=NOW_MS + 1000)  # type: ignore[operator]
            self.assertEqual(gc.collect(), 0, action.__name__)


class Pausing(ActionCase):
    def test_everyone_stops_where_the_host_stopped(self):
        self.started()
        actions.pause(self.alice, pause(at=NOW_MS + 12_500), now_ms=NOW_MS + 12_620)
        timeline = self.timeline()
        self.assertEqual((timeline.position_s, timeline.at_ms), (12.5, NOW_MS + 12_500))
        self.assertEqual(timeline.position_at(NOW_MS + 1e6), 12.5)

    def test_a_given_position_is_used(self):
        self.started()
        actions.pause(self.alice, pause(current_time=20.25), now_ms=NOW_MS + 12_620)
        self.assertEqual(self.timeline().position_s, 20.25)

    def test_a_gesture_is_at_most_a_second_old_and_never_ahead(self):
        self.started()
        actions.pause(self.alice, pause("1", at=0), now_ms=NOW_MS + 10_000)
        self.assertEqual(self.timeline().at_ms, NOW_MS + 9_000)
        actions.play(self.alice, play("2"), now_ms=NOW_MS + 10_000)
        actions.pause(self.alice, pause("3", at=1e14), now_ms=NOW_MS + 20_000)
        self.assertEqual(self.timeline().at_ms, NOW_MS + 20_000)

    def test_a_gesture_is_never_older_than_the_last_change(self):
        self.started()
        actions.pause(self.alice, pause(at=NOW_MS - 500), now_ms=NOW_MS + 200)
        self.assertEqual((self.timeline().at_ms, self.timeline().position_s), (NOW_MS, 0))

    def test_a_pause_before_the_start_keeps_the_start(self):
        actions.play(self.alice, play(current_time=30), now_ms=NOW_MS)
        actions.pause(self.alice, pause(at=NOW_MS + 100), now_ms=NOW_MS + 120)
        self.assertEqual((self.timeline().at_ms, self.timeline().position_s), (NOW_MS + 100, 30))


class Seeking(ActionCase):
    def test_a_seek_while_paused_applies_immediately(self):
        accepted = actions.seek(self.alice, seek(40), now_ms=NOW_MS)
        self.assertEqual(accepted.timestamp, NOW_MS)
        self.assertEqual(self.timeline().phase, "paused")

    def test_while_playing_it_leaves_time_to_load(self):
        self.started()
        accepted = actions.seek(self.alice, seek(40), now_ms=NOW_MS + 5000)
        self.assertEqual(accepted.timestamp, NOW_MS + 5500)
        self.assertTrue(self.timeline().playing)
        self.assertEqual(self.last_row().metadata, {"from": 5.0})


class ChangingRate(ActionCase):
    def test_a_new_rate_does_not_move_the_position(self):
        self.started()
        actions.set_rate(self.alice, set_rate(1.5, at=NOW_MS + 9_900), now_ms=NOW_MS + 10_000)
        timeline = self.timeline()
        self.assertEqual((timeline.position_s, timeline.at_ms, timeline.rate), (9.9, NOW_MS + 9_900, 1.5))
        self.assertEqual(timeline.position_at(NOW_MS + 11_900), pytest.approx(12.9))

    def test_a_pause_keeps_the_rate(self):
        actions.set_rate(self.alice, set_rate(2), now_ms=NOW_MS)
        actions.play(self.alice, play(), now_ms=NOW_MS)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 5000)
        self.assertEqual(self.timeline().rate, 2)


class Loading(ActionCase):
    def test_loaded_media_is_paused_at_its_start(self):
        self.started()
        with self.committing():
            actions.load(self.alice, load(), now_ms=NOW_MS + 5000)
        event = self.published.last("load")["payload"]
        self.assertEqual(
            (event["media"]["url"], event["media"]["kind"], event["phase"]), (SONG, "audio", "paused")
        )
        self.assertEqual((event["current_time"], event["duration"]), (0, 69.2065))

    def test_unplayable_media_changes_nothing(self):
        self.started()
        before = self.timeline()
        with pytest.raises(UnknownMedia):
            actions.load(self.alice, load("javascript:alert(1)"), now_ms=NOW_MS + 5000)
        self.assertEqual(self.timeline(), before)
        self.assertEqual(Playback.objects.get(room=self.room).media["url"], CLIP)


class Refusing(ActionCase):
    all_actions = (
        (actions.play, play()),
        (actions.pause, pause()),
        (actions.seek, seek(40)),
        (actions.set_rate, set_rate(2)),
        (actions.load, load()),
    )

    def refused(self, by: Member, error: type[Exception]) -> None:
        before = self.timeline()
        for action, command in self.all_actions:
            with self.committing(), pytest.raises(error):
                action(by, command, now_ms=NOW_MS)
        self.assertEqual(self.timeline(), before)
        self.assertEqual((PlaybackEvent.objects.count(), SyncState.objects.count()), (0, 0))
        self.assertEqual(self.published.frames, [])

    def test_bob_may_not(self):
        self.refused(self.bob, NotHost)

    def test_members_who_left_may_not_control(self):
        Member.objects.filter(pk=self.bob.pk).update(left_at="2026-01-01T00:00Z")
        self.refused(self.bob, NotMember)

    def test_a_closed_room_rejects_commands(self):
        Room.objects.filter(pk=self.room.pk).update(closed_at="2026-01-01T00:00Z")
        self.refused(self.alice, RoomClosed)

    def test_bob_may_control_if_the_room_allows_it(self):
        Room.objects.filter(pk=self.room.pk).update(control_policy=ControlPolicy.EVERYONE)
        self.assertEqual(actions.play(self.bob, play(), now_ms=NOW_MS).revision, 1)

    def test_a_former_host_may_not(self):
        room_actions.transfer_host(self.alice, self.bob.person.user_id)
        with pytest.raises(NotHost):
            actions.play(self.alice, play(), now_ms=NOW_MS)
        actions.play(self.bob, play(), now_ms=NOW_MS)


class Idempotency(ActionCase):
    def test_twenty_times_the_same_command_is_one_change_and_twenty_equal_answers(self):
        with self.committing():
            answers = {actions.play(self.alice, play(), now_ms=NOW_MS + n) for n in range(20)}
        self.assertEqual(len(answers), 1)
        self.assertEqual(self.timeline().revision, 1)
        self.assertEqual(self.published.types(), ["play"])

    def test_the_gesture_instant_does_not_make_it_another_command(self):
        first = actions.pause(self.alice, pause(at=NOW_MS), now_ms=NOW_MS)
        self.assertEqual(actions.pause(self.alice, pause(at=NOW_MS - 3), now_ms=NOW_MS + 1), first)

    def test_the_same_event_id_with_other_content_is_refused(self):
        actions.seek(self.alice, seek(40, "x"), now_ms=NOW_MS)
        for action, command in (
            (actions.seek, seek(41, "x")),
            (actions.pause, pause("x", current_time=40)),
            (actions.load, load(event_id="x")),
        ):
            with pytest.raises(EventIdConflict):
                action(self.alice, command, now_ms=NOW_MS)
        self.assertEqual(self.timeline().revision, 1)

    def test_a_later_field_that_is_left_out_is_not_the_same_as_a_zero_in_it(self):
        requests = (SyncRequest(), SyncRequest(payload=LastApplied(queue_revision=0)))
        self.assertNotEqual(*map(content_hash_of, requests))

    def test_two_people_may_use_the_same_event_id(self):
        Room.objects.filter(pk=self.room.pk).update(control_policy=ControlPolicy.EVERYONE)
        actions.play(self.alice, play("x"), now_ms=NOW_MS)
        self.assertEqual(actions.pause(self.bob, pause("x"), now_ms=NOW_MS).revision, 2)

    def test_an_answer_is_given_again_to_a_former_host_and_beyond_the_throttle(self):
        first = actions.play(self.alice, play(), now_ms=NOW_MS)
        for n in range(59):
            actions.play(self.alice, play(f"{n}"), now_ms=NOW_MS)
        room_actions.transfer_host(self.alice, self.bob.person.user_id)
        self.assertEqual(actions.play(self.alice, play(), now_ms=NOW_MS), first)


class RateLimits(ActionCase):
    def test_sixty_a_minute_for_each_person_and_action(self):
        for n in range(60):
            actions.seek(self.alice, seek(n, f"{n}"), now_ms=NOW_MS)
        with pytest.raises(RateLimited) as refused:
            actions.seek(self.alice, seek(60, "60"), now_ms=NOW_MS)
        self.assertEqual(refused.value.retry_after_ms, 1000)
        self.assertEqual(self.timeline().revision, 60)
        actions.pause(self.alice, pause(), now_ms=NOW_MS)
        actions.seek(self.alice, seek(60, "60"), now_ms=NOW_MS + 1000)


class Diagnostics(ActionCase):
    def test_buffering_and_sync_requests_are_logged_without_a_revision(self):
        waited = BufferStart(
            event_id="b", payload=BufferReport(current_time=3.5, reason="network", latency_ms=12.5)
        )
        with self.committing():
            for command in (waited, waited, SyncRequest()):
                actions.record_notice(self.bob, command, now_ms=NOW_MS)
        rows = PlaybackEvent.objects.order_by("pk").values_list("type", "revision", "position")
        self.assertEqual(list(rows), [("buffer_start", None, 3.5), ("sync_request", None, 0)])
        self.assertEqual(PlaybackEvent.objects.first().metadata, {"reason": "network", "latency_ms": 12.5})
        self.assertEqual((self.timeline().revision, self.published.frames), (0, []))


class SyncStates(ActionCase):
    def report(self, member: Member, position_s: float, **fields) -> None:
        report = PlayerReport(**{"current_time": position_s, "is_playing": True, "is_synced": True, **fields})
        LAST_REPORTS.record(self.room.room_id, member.person.user_id, report, NOW_MS)

    def test_each_change_evaluates_all_present_members_at_its_instant(self):
        self.started()
        self.report(self.alice, 0.1)
        self.report(self.bob, 0, is_playing=False)
        actions.seek(self.alice, seek(50), now_ms=NOW_MS + 4000)
        states = {
            state.member_id: state
            for state in SyncState.objects.filter(sync_event_type="seek").select_related()
        }
        alice, bob = states[self.alice.pk], states[self.bob.pk]
        self.assertEqual((alice.host_time, alice.member_time, alice.is_synced), (4, pytest.approx(4.1), True))
        self.assertEqual((bob.host_time, bob.member_time, bob.is_synced), (4, 0, False))
        self.assertEqual(bob.time_difference, 4)

    def test_a_member_without_a_report_has_a_row_without_a_position(self):
        self.started()
        state = SyncState.objects.get(member=self.bob)
        self.assertEqual((state.member_time, state.is_synced), (None, None))

    def test_a_member_of_another_process_is_placed_by_its_written_report(self):
        self.started()
        ago = timezone.now() - timedelta(seconds=10)
        Member.objects.filter(pk=self.bob.pk).update(position=3.0, last_heartbeat=ago, is_synced=True)
        Member.objects.filter(pk=self.alice.pk).update(
            position=3.0, last_heartbeat=ago - timedelta(minutes=1), is_synced=True
        )
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 13_000)
        bob, alice = (
            SyncState.objects.get(member=member, sync_event_type="pause") for member in (self.bob, self.alice)
        )
        self.assertAlmostEqual(bob.member_time, 13.0, delta=1.0)
        self.assertEqual((bob.is_synced, alice.member_time, alice.is_synced), (True, None, None))

    def test_a_member_who_catches_up_is_neither_in_sync_nor_out_of_it(self):
        self.started()
        now = timezone.now()
        Member.objects.filter(pk=self.bob.pk).update(position=3.0, last_heartbeat=now, is_synced=None)
        self.report(self.bob, 3.0, state="catching_up")
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 13_000)
        state = SyncState.objects.get(member=self.bob, sync_event_type="pause")
        self.assertEqual((state.member_time, state.is_synced), (None, None))

    def test_a_report_from_before_the_last_change_is_not_evaluated(self):
        self.started()
        self.report(self.bob, 0.0)
        actions.seek(self.alice, seek(50), now_ms=NOW_MS + 1000)
        actions.set_rate(self.alice, set_rate(1.5), now_ms=NOW_MS + 2500)
        state = SyncState.objects.get(member=self.bob, sync_event_type="set_rate")
        self.assertEqual((state.host_time, state.member_time, state.is_synced), (51, None, None))
        before = SyncState.objects.get(member=self.bob, sync_event_type="seek")
        self.assertEqual((before.member_time, before.is_synced), (1, True))

    def test_a_report_about_an_older_timeline_is_not_evaluated_for_a_while(self):
        self.started()
        actions.seek(self.alice, seek(50), now_ms=NOW_MS + 1000)
        for said_ms, judged in ((2000, None), (15_000, False)):
            with self.subTest(said_ms):
                report = PlayerReport(current_time=2, is_playing=True, is_synced=True, revision=1)
                LAST_REPORTS.record(self.room.room_id, self.bob.person.user_id, report, NOW_MS + said_ms)
                now_ms = NOW_MS + said_ms + 500
                actions.play(self.alice, play(f"judge {said_ms}"), now_ms=now_ms)
                state = SyncState.objects.filter(member=self.bob, sync_event_type="play").latest("pk")
                self.assertEqual(state.is_synced, judged)

    def test_a_row_written_before_the_last_change_is_not_evaluated(self):
        self.started()
        actions.seek(self.alice, seek(50), now_ms=NOW_MS + 5000)
        ago = timezone.now() - timedelta(seconds=10)
        Member.objects.filter(pk=self.bob.pk).update(position=3.0, last_heartbeat=ago)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 13_000)
        state = SyncState.objects.get(member=self.bob, sync_event_type="pause")
        self.assertEqual((state.member_time, state.is_synced), (None, None))

    def test_the_share_in_sync_by_type(self):
        self.started()
        self.report(self.alice, 0.1)
        self.report(self.bob, 90)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 1000)
        share = SyncState.objects.by_type(SyncState.objects.first().created_at, self.room)[0]
        self.assertEqual((share.kind, share.evaluated, share.synced, share.percentage), ("pause", 2, 1, 50))


class Cost(ActionCase):
    def test_a_command_is_two_round_trips_besides_begin_and_commit(self):
        statements = (
            4 if connection.vendor == "postgresql" else 10
        )  # SQLite counts each statement of a round trip
        with self.assertNumQueries(statements):
            actions.play(self.alice, play("two here"), now_ms=NOW_MS)
        self.enrol(self.carol)
        with self.assertNumQueries(statements):
            actions.play(self.alice, play("three here"), now_ms=NOW_MS)

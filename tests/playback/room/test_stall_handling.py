from __future__ import annotations

import math
from random import Random

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playback.models import Playback, PlaybackEvent
from playback.room import actions, queries, settings, stall_handling
from playback.room.status_reports import LAST_REPORTS
from rooms import actions as room_actions
from rooms.models import Member, Person, Room
from tests.playback.room.fixtures import NOW_MS, ActionCase, load, pause, play, seek, set_rate
from watchium import server_clock
from watchium.protocol.commands import BufferEnd, BufferReport, BufferStart, ContinueWithout, PlayerReport
from watchium.protocol.errors import BadMessage, EventIdConflict, NotHost

LEAD_MS = 150  # for members this close


class Waiting(ActionCase):
    """A room that waits for its members; `say` sends a heartbeat of alice or bob."""

    def setUp(self) -> None:
        super().setUp()
        LAST_REPORTS.clear()
        stall_handling._state.waiting.clear()
        self.be(stall_policy="wait")

    def be(self, **facts) -> None:
        Playback.objects.filter(room=self.room).update(**facts)

    def now(self) -> Playback:
        return Playback.objects.of(Room.objects.get(pk=self.room.pk))

    def say(self, member: Member, state="tracking", at_ms=NOW_MS, revision=None, **fields) -> bool:
        """Send a heartbeat as the socket does; return whether it changed the room."""
        revision = self.now().room.revision if revision is None else revision
        fields = {"latency_ms": 20.0, "start_cost_ms": 80.0, **fields}
        report = PlayerReport(
            current_time=0, is_playing=False, is_synced=True, state=state, revision=revision, **fields
        )
        LAST_REPORTS.record(self.room.room_id, member.person.user_id, report, at_ms)
        return stall_handling.is_affected(self.room.room_id) and stall_handling.on_report(member, at_ms)

    def everyone_says(self, state="tracking", at_ms=NOW_MS) -> None:
        for member in (self.alice, self.bob):
            self.say(member, state, at_ms)

    def underruns(self, member: Member, at_ms: float, event_id=None) -> None:
        with self.committing():
            report = BufferStart(event_id=event_id, payload=BufferReport(reason="waiting"))
            actions.record_notice(member, report, now_ms=at_ms)

    def recovers(self, member: Member, at_ms: float) -> None:
        with self.committing():
            actions.record_notice(member, BufferEnd(payload=BufferReport(waited_ms=900)), now_ms=at_ms)

    def continue_without(self, by: Member, at_ms: float, event_id="go"):
        with self.committing():
            return actions.continue_without(by, ContinueWithout(event_id=event_id), now_ms=at_ms)

    def waits_for(self) -> list[str]:
        held = self.now().current_wait
        return [one.username for one in held.members] if held else []

    def start_playing(self) -> None:
        """Play since NOW_MS, with all members in sync."""
        self.everyone_says("paused", NOW_MS - 1000)
        actions.play(self.alice, play("start", current_time=0), now_ms=NOW_MS - LEAD_MS)
        self.everyone_says("tracking")
        assert self.timeline().playing


class Stalls(Waiting):
    def test_the_room_waits_at_its_position_and_names_the_members(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        event = self.published.last("timeline")
        whole = event["payload"]
        self.assertEqual((whole["phase"], whole["cause"], whole["is_playing"]), ("holding", "hold", False))
        self.assertEqual((whole["current_time"], event["timestamp"]), (10, NOW_MS + 10_000))
        bob = {"user_id": self.bob.person.user_id, "username": "Bob"}
        self.assertEqual(whole["hold"], {"why": "stall", "who": [bob], "until": NOW_MS + 18_000})
        self.assertIsNone(whole["user_id"])
        self.assertEqual(msgspec.to_builtins(queries.snapshot(self.now().room))["hold"], whole["hold"])

    def test_it_resumes_when_bob_is_ready_and_moves_no_player(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        self.assertFalse(self.say(self.bob, "stalled", NOW_MS + 10_500))
        self.assertFalse(self.say(self.alice, "paused", NOW_MS + 10_600))
        with self.committing():
            self.assertTrue(self.say(self.bob, "ready", NOW_MS + 12_000))
        event = self.published.last("timeline")
        self.assertEqual((event["payload"]["phase"], event["payload"]["cause"]), ("playing", "release"))
        self.assertIsNone(event["payload"]["hold"])
        self.assertEqual((event["payload"]["current_time"], event["timestamp"]), (10, NOW_MS + 12_150))
        self.assertFalse(self.say(self.bob, "ready", NOW_MS + 12_100))

    def test_the_end_of_buffering_is_being_ready(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        self.recovers(self.bob, NOW_MS + 11_000)
        self.assertTrue(self.timeline().playing)
        rows = PlaybackEvent.objects.filter(type__startswith="buffer").order_by("pk")
        self.assertEqual([row.metadata for row in rows], [{"reason": "waiting"}, {"waited_ms": 900}])

    def test_a_room_also_waits_for_a_member_without_reports_until_they_have_data(self):
        actions.play(self.alice, play("start", current_time=0), now_ms=NOW_MS - 250)
        self.underruns(self.bob, NOW_MS + 10_000)
        self.underruns(self.alice, NOW_MS + 10_100)
        self.recovers(self.bob, NOW_MS + 11_000)
        self.assertEqual(self.waits_for(), ["Alice"])
        self.recovers(self.alice, NOW_MS + 11_000)
        self.assertTrue(self.timeline().playing)

    def test_it_loops_once_however_many_processes_check(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        self.assertEqual(stall_handling.due(NOW_MS + 17_999), 0)
        with self.committing():
            self.assertEqual([stall_handling.due(NOW_MS + 18_400) for _ in range(3)], [1, 0, 0])
        self.assertEqual(self.published.last("timeline")["payload"]["cause"], "hold_ended")
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("playing", 10))

    def test_a_room_waits_as_long_as_its_setting_says(self):
        self.be(stall_wait_s=3)
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        self.assertEqual(self.now().hold_until_ms, NOW_MS + 13_000)

    def test_a_room_that_carries_on_or_is_not_synchronised_does_not_wait(self):
        for facts in ({"stall_policy": "carry_on"}, {"stall_policy": "wait", "sync_enabled": False}):
            self.be(**facts)
            self.start_playing()
            self.underruns(self.bob, NOW_MS + 10_000)
            self.assertTrue(self.timeline().playing)
            actions.pause(self.alice, pause(str(facts)), now_ms=NOW_MS + 11_000)
            self.assertEqual(PlaybackEvent.objects.filter(type="timeline").count(), 0)
            PlaybackEvent.objects.filter(event_id="start").update(event_id=None)

    def test_a_room_waits_neither_for_a_hidden_tab_nor_while_paused(self):
        self.start_playing()
        self.say(self.bob, "hidden", NOW_MS + 9_000)
        self.underruns(self.bob, NOW_MS + 10_000)
        self.assertTrue(self.timeline().playing)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 11_000)
        self.underruns(self.alice, NOW_MS + 12_000)
        self.assertEqual(self.timeline().phase, "paused")

    def test_a_room_does_not_wait_in_the_last_moments(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 95_000)
        self.assertTrue(self.timeline().playing)

    def test_two_members_with_underruns_are_both_named_and_awaited(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)
        self.underruns(self.alice, NOW_MS + 11_000)
        self.underruns(self.alice, NOW_MS + 11_100)
        self.assertEqual(self.waits_for(), ["Bob", "Alice"])
        self.assertEqual(self.now().hold_until_ms, NOW_MS + 18_000)
        self.assertFalse(self.say(self.bob, "ready", NOW_MS + 12_000))
        with self.committing():
            self.assertEqual(stall_handling.due(NOW_MS + 12_500), 1)
        event = self.published.last("timeline")["payload"]
        self.assertEqual(
            (event["cause"], [one["username"] for one in event["hold"]["who"]]), ("hold", ["Alice"])
        )
        self.assertEqual(stall_handling.due(NOW_MS + 12_600), 0)
        self.assertTrue(self.say(self.alice, "ready", NOW_MS + 13_000))

    def test_a_room_does_not_wait_for_members_with_too_many_underruns(self):
        self.start_playing()
        for n in range(3):
            self.underruns(self.bob, NOW_MS + n * 10_000 + 1000)
            self.assertEqual(self.timeline().phase, "holding")
            stall_handling.due(NOW_MS + n * 10_000 + 9_000)
        self.underruns(self.bob, NOW_MS + 31_000)
        self.assertTrue(self.timeline().playing)
        self.underruns(self.alice, NOW_MS + 32_000)
        self.assertEqual(self.waits_for(), ["Alice"])

    def test_a_room_does_not_wait_for_members_who_left(self):
        self.start_playing()
        self.replace(server_clock, "now_ms", lambda: NOW_MS + 11_000)
        self.underruns(self.bob, NOW_MS + 10_000)
        with self.committing():
            room_actions.leave(self.bob)
        self.assertTrue(self.timeline().playing)
        self.assertEqual(self.published.last("timeline")["payload"]["cause"], "release")


class Starts(Waiting):
    def test_with_all_members_ready_it_starts_without_a_wait(self):
        self.everyone_says("paused")
        accepted = actions.play(self.alice, play(current_time=0), now_ms=NOW_MS + 500)
        self.assertTrue(self.timeline().playing)
        self.assertEqual(accepted.timestamp, NOW_MS + 650)

    def test_without_reports_it_starts_without_a_wait(self):
        actions.play(self.alice, play(), now_ms=NOW_MS)
        self.assertTrue(self.timeline().playing)

    def test_it_starts_when_the_last_one_is_ready(self):
        self.say(self.alice, "paused")
        self.say(self.bob, "loading")
        with self.committing():
            accepted = actions.play(self.alice, play(current_time=0), now_ms=NOW_MS + 500)
        event = self.published.last("play")["payload"]
        self.assertEqual((event["phase"], event["hold"]["why"]), ("holding", "ready"))
        self.assertEqual([one["username"] for one in event["hold"]["who"]], ["Bob"])
        self.assertEqual(event["hold"]["until"], NOW_MS + 30_500)
        self.assertEqual((accepted.revision, accepted.timestamp), (1, NOW_MS + 500))
        self.assertFalse(self.say(self.bob, "ready", NOW_MS + 900, revision=0))
        with self.committing():
            self.assertTrue(self.say(self.bob, "ready", NOW_MS + 1000))
        self.assertEqual(self.published.last("timeline")["payload"]["cause"], "release")
        self.assertEqual(self.timeline().at_ms, NOW_MS + 1150)

    def test_in_the_middle_it_waits_eight_seconds(self):
        self.start_playing()
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 20_000)
        self.everyone_says("loading", NOW_MS + 20_500)
        actions.play(self.alice, play(), now_ms=NOW_MS + 21_000)
        self.assertEqual(self.now().hold_until_ms, NOW_MS + 29_000)
        self.assertEqual(stall_handling.due(NOW_MS + 29_000), 1)
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("playing", 20))

    def test_a_seek_while_playing_waits_there_for_everyone(self):
        self.start_playing()
        with self.committing():
            actions.seek(self.alice, seek(60), now_ms=NOW_MS + 5000)
        event = self.published.last("seek")
        self.assertEqual((event["payload"]["phase"], event["payload"]["current_time"]), ("holding", 60))
        self.assertEqual(
            (event["timestamp"], event["payload"]["hold"]["until"]), (NOW_MS + 5000, NOW_MS + 35_000)
        )
        self.assertEqual(self.waits_for(), ["Alice", "Bob"])
        self.assertFalse(self.say(self.alice, "ready", NOW_MS + 5200))
        self.assertTrue(self.say(self.bob, "ready", NOW_MS + 5300))
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("playing", 60))

    def test_a_seek_while_waiting_starts_a_new_wait_there(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 4000)
        actions.seek(self.alice, seek(60), now_ms=NOW_MS + 5000)
        held = self.now().current_wait
        self.assertEqual((held.reason, self.timeline().position_s), ("ready", 60))
        self.assertEqual(self.now().wait_budget.spent_ms(self.bob.person.user_id, NOW_MS + 5000), 1000)

    def test_a_seek_while_waiting_starts_there_if_no_member_is_left_to_wait_for(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 4000)
        LAST_REPORTS.clear()
        actions.seek(self.alice, seek(60), now_ms=NOW_MS + 5000)
        self.assertTrue(self.timeline().playing)
        self.assertIsNone(self.now().hold)

    def test_a_seek_while_paused_does_not_wait(self):
        self.everyone_says("loading")
        actions.seek(self.alice, seek(60), now_ms=NOW_MS)
        self.assertEqual(self.timeline().phase, "paused")


class Resuming(Waiting):
    def setUp(self) -> None:
        super().setUp()
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 10_000)

    def test_the_host_continues_without_the_awaited_members(self):
        accepted = self.continue_without(self.alice, NOW_MS + 11_000)
        event = self.published.last("timeline")
        self.assertEqual((event["payload"]["cause"], event["payload"]["phase"]), ("release", "playing"))
        self.assertEqual(event["payload"]["user_id"], self.alice.person.user_id)
        self.assertEqual((event["payload"]["event_id"], event["revision"]), ("go", accepted.revision))
        self.assertEqual(event["payload"]["current_time"], 10)
        self.assertEqual(self.continue_without(self.alice, NOW_MS + 11_100), accepted)

    def test_only_controllers_may_continue_without(self):
        with pytest.raises(NotHost):
            self.continue_without(self.bob, NOW_MS + 11_000)
        self.assertEqual(self.timeline().phase, "holding")

    def test_without_a_wait_it_changes_nothing(self):
        self.continue_without(self.alice, NOW_MS + 11_000)
        before = self.timeline()
        self.assertIsNone(self.continue_without(self.alice, NOW_MS + 12_000, "again").revision)
        self.assertEqual(self.timeline(), before)

    def test_its_event_id_is_for_nothing_else(self):
        self.continue_without(self.alice, NOW_MS + 11_000)
        with pytest.raises(EventIdConflict):
            actions.pause(self.alice, pause("go"), now_ms=NOW_MS + 12_000)

    def test_play_resumes_a_waiting_room_too(self):
        actions.play(self.alice, play(), now_ms=NOW_MS + 11_000)
        self.assertTrue(self.timeline().playing)

    def test_a_pause_pauses_there(self):
        with self.committing():
            actions.pause(self.alice, pause(), now_ms=NOW_MS + 11_000)
        self.assertEqual((self.timeline().phase, self.timeline().position_s), ("paused", 10))
        self.assertIsNone(self.published.last("pause")["payload"]["hold"])
        self.assertEqual(stall_handling.due(NOW_MS + 30_000), 0)

    def test_other_changes_keep_the_wait_and_publish_it(self):
        with self.committing():
            actions.set_rate(self.alice, set_rate(1.5), now_ms=NOW_MS + 11_000)
            room_actions.transfer_host(self.alice, self.bob.person.user_id)
        for kind in ("set_rate", "new_host"):
            self.assertEqual(self.published.last(kind)["payload"]["hold"]["until"], NOW_MS + 18_000)
        self.assertEqual(self.waits_for(), ["Bob"])

    def test_loading_media_does_not_wait(self):
        actions.load(self.alice, load(), now_ms=NOW_MS + 11_000)
        self.assertEqual((self.timeline().phase, self.now().hold), ("paused", None))

    def test_a_room_set_to_carry_on_resumes_immediately(self):
        def carry_on(room: Room) -> list[str]:
            settings.change_settings(room, {"stall_policy": "carry_on"}, now_ms=NOW_MS + 11_000)
            return ["stall_policy"]

        with self.committing():
            room_actions.update_room(self.room, actor=None, also_update=carry_on)
        self.assertTrue(self.timeline().playing)
        event = self.published.last("room_changed")["payload"]
        self.assertEqual((event["room"]["stall_policy"], event["phase"]), ("carry_on", "playing"))

    def test_a_resent_event_equals_the_original_byte_for_byte(self):
        self.continue_without(self.alice, NOW_MS + 11_000)
        events = [frame for _, frame in self.published.frames if frame["revision"] is not None]
        again = [msgspec.json.decode(frame) for frame in queries.missed(self.now().room, 1)]
        self.assertEqual(again, events)
        self.assertEqual(len(events), 2)

    def test_no_system_comment_is_written(self):
        self.continue_without(self.alice, NOW_MS + 11_000)
        self.assertNotIn("new_comment", self.published.types())


class Settings(Waiting):
    def test_a_choice_that_is_none_is_refused(self):
        for bad in ({"stall_policy": "hope"}, {"stall_wait_s": 0}, {"stall_wait_s": 31}, {"phase": "ended"}):
            with pytest.raises(BadMessage):
                settings.change_settings(self.now().room, bad, now_ms=NOW_MS)


class Cost(Waiting):
    def test_reevaluating_no_rooms_is_one_query(self):
        self.start_playing()
        with self.assertNumQueries(1):
            stall_handling.due(NOW_MS)

    def test_an_underrun_in_a_room_that_carries_on_takes_no_lock(self):
        self.be(stall_policy="carry_on")
        with self.assertNumQueries(5):  # savepoint, member, playback, row, release savepoint
            self.underruns(self.bob, NOW_MS)

    def test_the_queries_of_a_gated_start_do_not_grow_with_the_members(self):
        self.everyone_says("loading")
        with CaptureQueriesContext(connection) as few:
            actions.play(self.alice, play("few"), now_ms=NOW_MS)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 1000)
        for n in range(10):
            person = Person.objects.create(username=f"guest {n}")
            self.say(self.enrol(person), "loading", NOW_MS + 1000)
        self.everyone_says("loading", NOW_MS + 1000)
        with CaptureQueriesContext(connection) as many:
            actions.play(self.alice, play("many"), now_ms=NOW_MS + 1500)
        self.assertEqual(len(self.waits_for()), 12)
        self.assertEqual(len(many), len(few))

    def test_a_heartbeat_from_a_room_that_does_not_wait_makes_no_query(self):
        self.start_playing()
        with self.assertNumQueries(0):
            self.assertFalse(self.say(self.bob, "tracking", NOW_MS + 3000, revision=1))

    def test_a_waiting_room_costs_three_queries(self):
        self.start_playing()
        self.underruns(self.bob, NOW_MS + 1000)
        with self.assertNumQueries(1 + 5):  # waiting rooms; savepoint, room, playback, members, resume
            stall_handling.due(NOW_MS + 2000)


class AnyEvening(Waiting):
    def test_whatever_happens_nothing_jumps_every_wait_ends_and_the_host_can_resume(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self.evening(Random(seed))

    def evening(self, random: Random) -> None:
        now_ms = max(NOW_MS, self.timeline().at_ms + 1000)
        for step in range(40):
            now_ms += random.choice([5, 300, 1500, 9000, 40_000])
            before = self.timeline()
            kind = random.choice(["starve", "starve", "say", "recover", "due", "play", "pause", "seek", "go"])
            self.happen(kind, random, now_ms, f"{random.random()}-{step}")
            self.check(before, kind, now_ms)
        actions.play(self.alice, play(f"{random.random()}"), now_ms=now_ms)
        if self.timeline().phase == "holding":
            actions.continue_without(
                self.alice, ContinueWithout(event_id=f"{random.random()}"), now_ms=now_ms
            )
        self.assertTrue(self.timeline().playing)

    def happen(self, kind: str, random: Random, now_ms: float, event_id: str) -> None:
        who = random.choice([self.alice, self.bob])
        match kind:
            case "starve":
                actions.record_notice(who, BufferStart(), now_ms=now_ms)
            case "recover":
                actions.record_notice(who, BufferEnd(), now_ms=now_ms)
            case "say":
                self.say(who, random.choice(["tracking", "loading", "stalled", "ready", "hidden"]), now_ms)
            case "due":
                stall_handling.due(now_ms)
            case "play":
                actions.play(self.alice, play(event_id), now_ms=now_ms)
            case "pause":
                actions.pause(self.alice, pause(event_id), now_ms=now_ms)
            case "seek":
                actions.seek(self.alice, seek(random.uniform(0, 90), event_id), now_ms=now_ms)
            case "go":
                actions.continue_without(self.alice, ContinueWithout(event_id=event_id), now_ms=now_ms)

    def check(self, before, kind: str, now_ms: float) -> None:
        after, playback = self.timeline(), self.now()
        self.assertIn(after.revision - before.revision, (0, 1))
        starts_again = kind == "play" and before.position_at(now_ms) >= (before.duration_s or 1e9)
        if kind != "seek" and not starts_again:
            self.assertAlmostEqual(after.position_at(now_ms), before.position_at(now_ms), places=6)
        self.assertEqual(after.phase == "holding", playback.hold is not None)
        if after.phase == "holding":
            self.assertTrue(math.isfinite(playback.hold_until_ms))
            self.assertLessEqual(playback.hold_until_ms, max(after.at_ms, now_ms) + 30_000)
            self.assertTrue(playback.current_wait.members)

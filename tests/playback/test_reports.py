from __future__ import annotations

import pytest

from playback import presence
from playback.reports import LAST, LastReports
from rooms.models import Member
from tests.playback.scenes import NOW_MS, DeedCase
from watchium.wire.messages import PlayerReport


def report(position_s: float = 0.0, **told) -> PlayerReport:
    return PlayerReport(**{"current_time": position_s, "is_playing": True, "is_synced": True, **told})


def test_memory_is_bounded_by_rooms_and_by_members():
    last = LastReports(rooms=2, members_per_room=3)
    for room in "abc":
        for user in "12345":
            last.note(room, user, report(), NOW_MS)
    assert last.for_room("a") == {}
    assert set(last.for_room("c")) == {"3", "4", "5"}
    assert {room: set(members) for room, members in last.take_changed().items()} == {
        "b": {"3", "4", "5"},
        "c": {"3", "4", "5"},
    }


def test_what_changed_is_taken_once():
    last = LastReports()
    last.note("a", "1", report(1), NOW_MS)
    last.note("a", "1", report(2), NOW_MS)
    assert [seen.report.current_time for seen in last.take_changed()["a"].values()] == [2]
    assert last.take_changed() == {}


def test_who_left_is_forgotten():
    last = LastReports()
    last.note("a", "1", report(), NOW_MS)
    last.forget("a", "1")
    last.forget("b", "1")
    assert last.for_room("a") == {}
    assert not last.take_changed().get("a")


def test_a_silent_player_counts_no_more():
    last = LastReports()
    last.note("a", "1", report(), NOW_MS)
    assert last.fresh("a", NOW_MS + 10_000)
    assert not last.fresh("a", NOW_MS + 10_001)


class Gathering(DeedCase):
    def setUp(self) -> None:
        super().setUp()
        LAST.clear()
        self.started()

    def say(self, member: Member, position_s: float, **told) -> None:
        LAST.note(self.room.room_id, member.person.user_id, report(position_s, **told), NOW_MS + 10_000)

    def test_the_server_judges_who_is_in_sync(self):
        self.say(self.alice, 10.4, is_synced=False, latency_ms=30.0, state="tracking")
        self.say(self.bob, 9.4, is_synced=True)
        with self.telling():
            presence.due(NOW_MS + 11_000)
        told = {one["user_id"]: one for one in self.heard.last("presence")["payload"]["members"]}
        alice, bob = told[self.alice.person.user_id], told[self.bob.person.user_id]
        self.assertEqual((alice["is_synced"], alice["drift_ms"], alice["current_time"]), (True, 400, 11.4))
        self.assertEqual((bob["is_synced"], bob["drift_ms"]), (False, -600))
        self.assertEqual((alice["latency_ms"], alice["state"]), (30, "tracking"))

    def test_it_is_written_and_told_once(self):
        self.say(self.bob, 9.4)
        with self.telling(), self.assertNumQueries(2):
            presence.due(NOW_MS + 11_000)
        with self.telling(), self.assertNumQueries(0):
            presence.due(NOW_MS + 12_000)
        self.assertEqual(self.heard.types().count("presence"), 1)
        bob, alice = Member.objects.get(pk=self.bob.pk), Member.objects.get(pk=self.alice.pk)
        self.assertEqual((bob.position, bob.is_synced), (pytest.approx(10.4), False))
        self.assertIsNotNone(bob.last_heartbeat)
        self.assertIsNone(alice.last_heartbeat)

    def test_many_are_written_in_one_statement(self):
        for n in range(450):
            LAST.note(self.room.room_id, f"g_{n}", report(), NOW_MS)
        gathered = presence.judge(LAST.take_changed(), NOW_MS)
        with self.assertNumQueries(1):
            self.assertEqual(presence.keep(gathered), 0)

    def test_a_room_that_is_gone_is_told_nothing(self):
        LAST.note("gone", "g_1", report(), NOW_MS)
        self.assertEqual(presence.judge(LAST.take_changed(), NOW_MS), {})

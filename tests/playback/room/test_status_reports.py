from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from secrets import token_hex
from unittest.mock import patch

import pytest
from django.db import OperationalError

from playback.domain.drift import MAX_AGE_MS
from playback.models import Playback
from playback.room import actions, status_broadcast
from playback.room.status_reports import LAST_REPORTS, UNCHANGED_INTERVAL_MS, WRITE_INTERVAL_MS, LastReports
from rooms.models import Member
from tests.playback.room.fixtures import NOW_MS, ActionCase, seek
from tests.servers import redis
from watchium import server_clock
from watchium.protocol.commands import PlayerReport
from watchium.protocol.types import MissingTrack
from watchium.shared_state.redis import RedisStore


def report(position_s: float = 0.0, **fields) -> PlayerReport:
    return PlayerReport(**{"current_time": position_s, "is_playing": True, "is_synced": True, **fields})


def test_memory_is_bounded_by_rooms_and_by_members():
    last = LastReports(rooms=2, members_per_room=3)
    for room in "abc":
        for user in "12345":
            last.record(room, user, report(), NOW_MS)
    assert last.for_room("a") == {}
    assert set(last.for_room("c")) == {"3", "4", "5"}
    assert {room: set(members) for room, members in last.take_unpublished(NOW_MS).items()} == {
        "b": {"3", "4", "5"},
        "c": {"3", "4", "5"},
    }


def test_changed_rooms_are_taken_once():
    last = LastReports()
    last.record("a", "1", report(1), NOW_MS)
    last.record("a", "1", report(2), NOW_MS)
    assert [received.report.current_time for received in last.take_unpublished(NOW_MS)["a"].values()] == [2]
    assert last.take_unpublished(NOW_MS + 10_000) == {}


def test_failed_reports_are_published_a_second_later_unless_superseded():
    last = LastReports(rooms=2)
    for room, user in (("a", "1"), ("b", "1"), ("b", "2"), ("b", "3")):
        last.record(room, user, report(1), NOW_MS)
    taken = last.take_unpublished(NOW_MS)
    last.forget("b", "2")
    last.record("b", "3", report(2), NOW_MS + 10)
    last.record("c", "1", report(1), NOW_MS + 10)  # and "a" is forgotten
    last.put_back(taken, NOW_MS + 20)
    assert "b" not in last.take_unpublished(NOW_MS + 999)
    again = last.take_unpublished(NOW_MS + 1000)
    assert {user: received.report.current_time for user, received in again.pop("b").items()} == {
        "1": 1,
        "3": 2,
    }
    assert again == {}


def published(last: LastReports, now_ms: float) -> set[str]:
    return set(last.take_unpublished(now_ms).get("a", ()))


def test_changes_are_published_immediately_but_at_most_once_a_second():
    last = LastReports()
    last.record("a", "1", report(1), NOW_MS)
    assert published(last, NOW_MS) == {"1"}
    last.record("a", "2", report(1), NOW_MS + 100)
    assert published(last, NOW_MS + 999) == set()
    assert published(last, NOW_MS + 1000) == {"2"}


def test_a_player_that_catches_up_costs_no_more_broadcasts_than_one_in_step():
    last = LastReports()
    last.record("a", "1", report(1, state="catching_up", drift_ms=-90_000.0), NOW_MS)
    assert published(last, NOW_MS) == {"1"}
    for elapsed_ms in range(3000, 12_000, 3000):
        behind = report(1, state="catching_up", drift_ms=-90_000.0 + elapsed_ms / 2)
        last.record("a", "1", behind, NOW_MS + elapsed_ms)
        assert published(last, NOW_MS + elapsed_ms) == set()
    last.record("a", "1", report(1, state="playing", drift_ms=0.0), NOW_MS + 12_000)
    assert published(last, NOW_MS + 12_000) == {"1"}


OTHERWISE = [
    {"state": "stalled"},
    {"is_playing": False},
    {"is_synced": False},
    {"drift_ms": 25.0},
    {"drift_ms": -15.0},
    {"drift_ms": None},
    {"lacks": MissingTrack(track="sound", codec="DTS")},
    {"fault": "expired"},
    {"copy": "different"},
]


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_a_changed_status_is_published_early(otherwise: dict):
    last = LastReports()
    last.record("a", "1", report(1, drift_ms=5.0), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(1, **{"drift_ms": 5.0, **otherwise}), NOW_MS + 3000)
    assert published(last, NOW_MS + 3000) == {"1"}


@pytest.mark.parametrize(
    "failed",
    [{"state": "error"}, {"lacks": MissingTrack(track="sound", codec="DTS")}, {"fault": "late"}],
)
def test_a_failure_is_published_early_again_after_the_room_changed(failed: dict):
    last = LastReports()
    last.record("a", "1", report(1, revision=7, **failed), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(1, revision=7, **failed), NOW_MS + 3000)
    assert published(last, NOW_MS + 3000) == set()
    last.record("a", "1", report(1, revision=8, **failed), NOW_MS + 6000)
    assert published(last, NOW_MS + 6000) == {"1"}


def test_less_than_half_a_frame_of_drift_is_no_change():
    last = LastReports()
    last.record("a", "1", report(1, drift_ms=5.0), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4, drift_ms=-14.9), NOW_MS + 3000)
    assert published(last, NOW_MS + 3000) == set()


def test_without_changes_all_members_are_published_after_twelve_seconds():
    last = LastReports()
    for user in "12":
        last.record("a", user, report(1), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4), NOW_MS + 3000)
    last.record("a", "2", report(6), NOW_MS + 5000)
    last.record("a", "1", report(7), NOW_MS + 6000)
    assert published(last, NOW_MS + 14_999) == set()
    assert published(last, NOW_MS + 15_000) == {"1", "2"}


def test_a_change_publishes_the_waiting_reports_too():
    last = LastReports()
    for user in "12":
        last.record("a", user, report(1), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4), NOW_MS + 3000)
    last.record("a", "2", report(4, state="stalled"), NOW_MS + 3100)
    assert published(last, NOW_MS + 3100) == {"1", "2"}


def test_a_member_who_left_is_forgotten():
    last = LastReports()
    last.record("a", "1", report(), NOW_MS)
    last.forget("a", "1")
    last.forget("b", "1")
    assert last.for_room("a") == {}
    assert not last.take_unpublished(NOW_MS).get("a")


def test_a_silent_player_counts_no_more():
    last = LastReports()
    last.record("a", "1", report(), NOW_MS)
    assert last.fresh("a", NOW_MS + 10_000)
    assert not last.fresh("a", NOW_MS + 10_001)


# ---------------------------------------------------------------- several processes


class Processes:
    """Two processes of one deployment, with a clock that only the test moves."""

    def __init__(self, url: str) -> None:
        prefix = f"scene-{token_hex(4)}"
        self.here = LastReports(store=cache(lambda: RedisStore(url, prefix)))
        self.there = LastReports(store=cache(lambda: RedisStore(url, prefix)))
        self.now_ms = NOW_MS

    def positions_here(self) -> dict[str, float]:
        """Advance the clock, and return positions by user_id."""
        self.now_ms += 100
        return {
            user_id: received.report.current_time for user_id, received in self.here.for_room("a").items()
        }


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture
def processes(redis_url: str) -> Iterator[Processes]:
    processes = Processes(redis_url)
    with patch.object(server_clock, "now_ms", lambda: processes.now_ms):
        yield processes


def test_reports_reach_the_other_process_with_the_batch(processes: Processes):
    processes.here.record("a", "alice", report(1), NOW_MS)
    processes.there.record("a", "bob", report(2), NOW_MS)
    assert processes.positions_here() == {"alice": 1}
    processes.there.post()
    assert set(processes.there.take_unpublished(NOW_MS)["a"]) == {"bob"}
    assert processes.positions_here() == {"alice": 1, "bob": 2}
    assert set(processes.here.take_unpublished(NOW_MS)["a"]) == {
        "alice"
    }  # each process publishes its own reports


def test_of_two_tabs_in_two_processes_the_later_report_counts(processes: Processes):
    processes.there.record("a", "bob", report(1), NOW_MS)
    processes.there.post()
    processes.here.record("a", "bob", report(2), NOW_MS + 1000)
    assert processes.positions_here() == {"bob": 2}
    processes.there.record("a", "bob", report(3), NOW_MS + 2000)
    processes.there.post()
    assert processes.positions_here() == {"bob": 3}


def test_that_data_ran_out_or_is_there_again_does_not_wait_for_the_batch(processes: Processes):
    shared = [
        processes.there.record("a", "bob", report(at, state=state), NOW_MS + at)
        for at, state in enumerate(["ready", "playing", "stalled", "stalled", "ready"])
    ]
    assert shared == [False, False, True, False, True]
    assert processes.there.share("a")
    assert not processes.there.share("a")
    assert processes.positions_here() == {"bob": 4}


def test_an_action_polls_the_board_once_and_again_after_a_change(processes: Processes):
    processes.here.record("a", "alice", report(1, state="loading"), NOW_MS)
    assert processes.positions_here() == {"alice": 1}
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.post()
    assert set(processes.here.for_room("a")) == {"alice"}
    processes.here.record("a", "alice", report(1, state="ready"), NOW_MS + 1)
    assert set(processes.here.for_room("a")) == {"alice", "bob"}


def test_polling_posts_the_unposted_reports(processes: Processes):
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.for_room("a")
    assert processes.positions_here() == {"bob": 2}


def test_a_member_who_left_is_forgotten_in_every_process(processes: Processes):
    processes.there.record("a", "bob", report(), NOW_MS)
    processes.there.post()
    processes.there.forget("a", "bob")
    processes.there.post()
    assert processes.positions_here() == {}


def test_a_player_that_has_data_again_is_ready_for_all(processes: Processes):
    processes.there.record("a", "bob", report(state="stalled", revision=3), NOW_MS)
    processes.there.became_ready("a", "bob", 4)
    processes.there.share("a")
    processes.positions_here()
    (bob,) = processes.here.fresh("a", NOW_MS)
    assert (bob.state, bob.revision) == ("ready", 4)


def test_a_report_of_another_version_is_skipped(processes: Processes):
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.post()
    processes.there._store().put({"reports:a": {"carol": b"\x93later", "dana": b"\xff"}})
    assert processes.positions_here() == {"bob": 2}


class Publishing(ActionCase):
    def setUp(self) -> None:
        super().setUp()
        LAST_REPORTS.clear()
        self.started()

    def say(self, member: Member, position_s: float, **fields) -> None:
        LAST_REPORTS.record(
            self.room.room_id, member.person.user_id, report(position_s, **fields), NOW_MS + 10_000
        )

    def test_the_server_evaluates_who_is_in_sync(self):
        self.say(self.alice, 10.4, is_synced=False, latency_ms=30.0, state="tracking")
        self.say(self.bob, 9.4, is_synced=True)
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        members = {one["user_id"]: one for one in self.published.last("presence")["payload"]["members"]}
        alice, bob = members[self.alice.person.user_id], members[self.bob.person.user_id]
        self.assertEqual((alice["is_synced"], alice["drift_ms"], alice["current_time"]), (True, 400, 11.4))
        self.assertEqual((bob["is_synced"], bob["drift_ms"]), (False, -600))
        self.assertEqual((alice["latency_ms"], alice["state"]), (30, "tracking"))

    def test_what_a_player_cannot_play_is_broadcast_as_long_as_it_reports_it(self):
        self.say(self.alice, 10.4)
        self.say(self.bob, 10.4, lacks=MissingTrack(track="sound", codec="DTS"), fault="expired")
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        members = {one["user_id"]: one for one in self.published.last("presence")["payload"]["members"]}
        self.assertEqual(members[self.bob.person.user_id]["lacks"], {"track": "sound", "codec": "DTS"})
        self.assertEqual(members[self.bob.person.user_id]["fault"], "expired")
        self.assertFalse({"lacks", "fault"} & members[self.alice.person.user_id].keys())

    def test_it_is_broadcast_and_written_once(self):
        self.say(self.bob, 9.4)
        with self.committing(), self.assertNumQueries(2):
            status_broadcast.due(NOW_MS + 11_000)
        with self.committing(), self.assertNumQueries(0):
            status_broadcast.due(NOW_MS + 22_000)
        self.assertFalse(status_broadcast.has_pending())
        self.assertEqual(self.published.types().count("presence"), 1)
        bob, alice = Member.objects.get(pk=self.bob.pk), Member.objects.get(pk=self.alice.pk)
        self.assertEqual((bob.position, bob.is_synced), (pytest.approx(10.4), False))
        self.assertIsNotNone(bob.last_heartbeat)
        self.assertIsNone(alice.last_heartbeat)

    def test_reports_during_a_database_outage_are_published_and_written_afterwards(self):
        for gone in (("sync_references", Playback.objects), ("save_reports", Member.objects)):
            with self.subTest(gone[0]):
                LAST_REPORTS.clear()
                self.say(self.bob, 9.4)
                away = patch.object(gone[1], gone[0], side_effect=OperationalError)
                with away, self.committing(), pytest.raises(OperationalError):
                    status_broadcast.due(NOW_MS + 11_000)
                Member.objects.update(position=None)
                with self.committing():
                    status_broadcast.due(NOW_MS + 12_000)
                self.assertEqual(self.written(), pytest.approx(11.4))
                self.assertFalse(status_broadcast.has_pending())

    def written(self) -> float | None:
        return Member.objects.get(pk=self.bob.pk).position

    def test_an_unchanged_member_is_written_every_twelve_seconds(self):
        where = []
        for second in range(10, 31, 3):
            LAST_REPORTS.record(
                self.room.room_id, self.bob.person.user_id, report(second), NOW_MS + second * 1000
            )
            with self.committing():
                status_broadcast.due(NOW_MS + second * 1000 + 2999)
                status_broadcast.due(NOW_MS + second * 1000 + 3000)
            where.append(round(self.written() or 0))
        self.assertEqual(where, [13, 13, 13, 13, 25, 25, 25])

    def test_written_reports_are_recent_enough_to_count(self):
        self.assertLess(WRITE_INTERVAL_MS + UNCHANGED_INTERVAL_MS + 2 * 3000, MAX_AGE_MS)

    def test_a_member_who_left_and_returned_is_written_immediately(self):
        self.say(self.bob, 9.4)
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        LAST_REPORTS.forget(self.room.room_id, self.bob.person.user_id)
        LAST_REPORTS.record(self.room.room_id, self.bob.person.user_id, report(12), NOW_MS + 12_000)
        with self.committing():
            status_broadcast.due(NOW_MS + 12_000)
        self.assertEqual(self.written(), pytest.approx(12))

    def test_a_report_from_before_the_last_change_is_not_evaluated(self):
        self.say(self.bob, 1000.0)
        self.say(self.alice, 9.4)
        LAST_REPORTS.record(self.room.room_id, self.alice.person.user_id, report(500), NOW_MS + 13_000)
        actions.seek(self.alice, seek(500.0), now_ms=NOW_MS + 12_000)
        with self.committing():
            status_broadcast.due(NOW_MS + 14_000)
        user_ids = [one["user_id"] for one in self.published.last("presence")["payload"]["members"]]
        self.assertEqual(user_ids, [self.alice.person.user_id])

    def test_how_a_members_own_copy_compares_is_broadcast(self):
        for member, copy in ((self.alice, {}), (self.bob, {"copy": "different", "longer_s": 3.0})):
            shown = report(9.4, **copy)
            LAST_REPORTS.record(self.room.room_id, member.person.user_id, shown, NOW_MS + 10_000)
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        members = self.published.last("presence")["payload"]["members"]
        self.assertEqual([one.get("copy") for one in members], [None, "different"])
        self.assertEqual([one.get("longer_s") for one in members], [None, 3.0])

    def test_many_are_written_in_one_statement(self):
        for n in range(450):
            LAST_REPORTS.record(self.room.room_id, f"g_{n}", report(), NOW_MS + 10_000)
        with self.committing(), self.assertNumQueries(2):
            status_broadcast.due(NOW_MS + 11_000)

    def test_nothing_is_broadcast_to_a_deleted_room(self):
        LAST_REPORTS.record("gone", "g_1", report(), NOW_MS)
        (part,) = status_broadcast.batches(NOW_MS)
        self.assertEqual(status_broadcast.evaluate(part, NOW_MS), {})

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
from tests.playback.room.fixtures import NOW_MS, DeedCase, seek
from tests.servers import redis
from watchium import server_clock
from watchium.protocol.commands import PlayerReport
from watchium.shared_state.redis import RedisStore


def report(position_s: float = 0.0, **told) -> PlayerReport:
    return PlayerReport(**{"current_time": position_s, "is_playing": True, "is_synced": True, **told})


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


def test_what_changed_is_taken_once():
    last = LastReports()
    last.record("a", "1", report(1), NOW_MS)
    last.record("a", "1", report(2), NOW_MS)
    assert [seen.report.current_time for seen in last.take_unpublished(NOW_MS)["a"].values()] == [2]
    assert last.take_unpublished(NOW_MS + 10_000) == {}


def test_what_could_not_be_told_is_told_a_second_later_but_for_what_is_not_so_any_more():
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
    assert {user: seen.report.current_time for user, seen in again.pop("b").items()} == {"1": 1, "3": 2}
    assert again == {}


def told(last: LastReports, now_ms: float) -> set[str]:
    return set(last.take_unpublished(now_ms).get("a", ()))


def test_what_is_news_is_told_at_once_but_at_most_once_a_second():
    last = LastReports()
    last.record("a", "1", report(1), NOW_MS)
    assert told(last, NOW_MS) == {"1"}
    last.record("a", "2", report(1), NOW_MS + 100)
    assert told(last, NOW_MS + 999) == set()
    assert told(last, NOW_MS + 1000) == {"2"}


OTHERWISE = [
    {"state": "stalled"},
    {"is_playing": False},
    {"is_synced": False},
    {"drift_ms": 25.0},
    {"drift_ms": -15.0},
    {"drift_ms": None},
]


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_it_is_news_when_somebody_does_otherwise(otherwise: dict):
    last = LastReports()
    last.record("a", "1", report(1, drift_ms=5.0), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(1, **{"drift_ms": 5.0, **otherwise}), NOW_MS + 3000)
    assert told(last, NOW_MS + 3000) == {"1"}


def test_less_than_half_a_frame_is_no_news():
    last = LastReports()
    last.record("a", "1", report(1, drift_ms=5.0), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4, drift_ms=-14.9), NOW_MS + 3000)
    assert told(last, NOW_MS + 3000) == set()


def test_while_all_goes_on_as_it_did_a_room_is_told_after_twelve_seconds_of_everybody():
    last = LastReports()
    for user in "12":
        last.record("a", user, report(1), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4), NOW_MS + 3000)
    last.record("a", "2", report(6), NOW_MS + 5000)
    last.record("a", "1", report(7), NOW_MS + 6000)
    assert told(last, NOW_MS + 14_999) == set()
    assert told(last, NOW_MS + 15_000) == {"1", "2"}


def test_news_takes_along_what_waited():
    last = LastReports()
    for user in "12":
        last.record("a", user, report(1), NOW_MS)
    last.take_unpublished(NOW_MS)
    last.record("a", "1", report(4), NOW_MS + 3000)
    last.record("a", "2", report(4, state="stalled"), NOW_MS + 3100)
    assert told(last, NOW_MS + 3100) == {"1", "2"}


def test_who_left_is_forgotten():
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
    """Two processes of one house, at an instant that stands until it is moved."""

    def __init__(self, url: str) -> None:
        prefix = f"scene-{token_hex(4)}"
        self.here = LastReports(store=cache(lambda: RedisStore(url, prefix)))
        self.there = LastReports(store=cache(lambda: RedisStore(url, prefix)))
        self.now_ms = NOW_MS

    def seen_here(self) -> dict[str, float]:
        """Positions by user_id, a moment later."""
        self.now_ms += 100
        return {user_id: seen.report.current_time for user_id, seen in self.here.for_room("a").items()}


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture
def processes(redis_url: str) -> Iterator[Processes]:
    processes = Processes(redis_url)
    with patch.object(server_clock, "now_ms", lambda: processes.now_ms):
        yield processes


def test_what_one_process_heard_is_known_in_the_other_after_its_batch(processes: Processes):
    processes.here.record("a", "alice", report(1), NOW_MS)
    processes.there.record("a", "bob", report(2), NOW_MS)
    assert processes.seen_here() == {"alice": 1}
    processes.there.post()
    assert set(processes.there.take_unpublished(NOW_MS)["a"]) == {"bob"}
    assert processes.seen_here() == {"alice": 1, "bob": 2}
    assert set(processes.here.take_unpublished(NOW_MS)["a"]) == {
        "alice"
    }  # each process tells what it heard itself


def test_of_two_tabs_in_two_processes_the_later_word_counts(processes: Processes):
    processes.there.record("a", "bob", report(1), NOW_MS)
    processes.there.post()
    processes.here.record("a", "bob", report(2), NOW_MS + 1000)
    assert processes.seen_here() == {"bob": 2}
    processes.there.record("a", "bob", report(3), NOW_MS + 2000)
    processes.there.post()
    assert processes.seen_here() == {"bob": 3}


def test_that_data_ran_out_or_is_there_again_does_not_wait_for_the_batch(processes: Processes):
    told = [
        processes.there.record("a", "bob", report(at, state=state), NOW_MS + at)
        for at, state in enumerate(["ready", "playing", "stalled", "stalled", "ready"])
    ]
    assert told == [False, False, True, False, True]
    assert processes.there.share("a")
    assert not processes.there.share("a")
    assert processes.seen_here() == {"bob": 4}


def test_a_deed_looks_once_however_often_it_asks_and_again_after_news(processes: Processes):
    processes.here.record("a", "alice", report(1, state="loading"), NOW_MS)
    assert processes.seen_here() == {"alice": 1}
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.post()
    assert set(processes.here.for_room("a")) == {"alice"}
    processes.here.record("a", "alice", report(1, state="ready"), NOW_MS + 1)
    assert set(processes.here.for_room("a")) == {"alice", "bob"}


def test_a_look_takes_along_what_was_not_posted_yet(processes: Processes):
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.for_room("a")
    assert processes.seen_here() == {"bob": 2}


def test_who_left_is_forgotten_in_every_process(processes: Processes):
    processes.there.record("a", "bob", report(), NOW_MS)
    processes.there.post()
    processes.there.forget("a", "bob")
    processes.there.post()
    assert processes.seen_here() == {}


def test_a_player_that_has_data_again_is_ready_for_all(processes: Processes):
    processes.there.record("a", "bob", report(state="stalled", revision=3), NOW_MS)
    processes.there.became_ready("a", "bob", 4)
    processes.there.share("a")
    processes.seen_here()
    (bob,) = processes.here.fresh("a", NOW_MS)
    assert (bob.state, bob.revision) == ("ready", 4)


def test_a_note_of_another_version_is_passed_over(processes: Processes):
    processes.there.record("a", "bob", report(2), NOW_MS)
    processes.there.post()
    processes.there._store().put({"reports:a": {"carol": b"\x93later", "dana": b"\xff"}})
    assert processes.seen_here() == {"bob": 2}


class Gathering(DeedCase):
    def setUp(self) -> None:
        super().setUp()
        LAST_REPORTS.clear()
        self.started()

    def say(self, member: Member, position_s: float, **told) -> None:
        LAST_REPORTS.record(
            self.room.room_id, member.person.user_id, report(position_s, **told), NOW_MS + 10_000
        )

    def test_the_server_judges_who_is_in_sync(self):
        self.say(self.alice, 10.4, is_synced=False, latency_ms=30.0, state="tracking")
        self.say(self.bob, 9.4, is_synced=True)
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        told = {one["user_id"]: one for one in self.published.last("presence")["payload"]["members"]}
        alice, bob = told[self.alice.person.user_id], told[self.bob.person.user_id]
        self.assertEqual((alice["is_synced"], alice["drift_ms"], alice["current_time"]), (True, 400, 11.4))
        self.assertEqual((bob["is_synced"], bob["drift_ms"]), (False, -600))
        self.assertEqual((alice["latency_ms"], alice["state"]), (30, "tracking"))

    def test_it_is_told_and_written_once(self):
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

    def test_what_the_database_was_away_for_is_told_and_written_when_it_is_back(self):
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

    def test_who_goes_on_is_written_every_twelve_seconds(self):
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

    def test_what_is_written_is_young_enough_to_be_believed(self):
        self.assertLess(WRITE_INTERVAL_MS + UNCHANGED_INTERVAL_MS + 2 * 3000, MAX_AGE_MS)

    def test_of_who_left_and_came_back_a_row_is_written_at_once(self):
        self.say(self.bob, 9.4)
        with self.committing():
            status_broadcast.due(NOW_MS + 11_000)
        LAST_REPORTS.forget(self.room.room_id, self.bob.person.user_id)
        LAST_REPORTS.record(self.room.room_id, self.bob.person.user_id, report(12), NOW_MS + 12_000)
        with self.committing():
            status_broadcast.due(NOW_MS + 12_000)
        self.assertEqual(self.written(), pytest.approx(12))

    def test_what_was_said_before_the_last_change_judges_nobody(self):
        self.say(self.bob, 1000.0)
        self.say(self.alice, 9.4)
        LAST_REPORTS.record(self.room.room_id, self.alice.person.user_id, report(500), NOW_MS + 13_000)
        actions.seek(self.alice, seek(500.0), now_ms=NOW_MS + 12_000)
        with self.committing():
            status_broadcast.due(NOW_MS + 14_000)
        told = [one["user_id"] for one in self.published.last("presence")["payload"]["members"]]
        self.assertEqual(told, [self.alice.person.user_id])

    def test_many_are_written_in_one_statement(self):
        for n in range(450):
            LAST_REPORTS.record(self.room.room_id, f"g_{n}", report(), NOW_MS + 10_000)
        with self.committing(), self.assertNumQueries(2):
            status_broadcast.due(NOW_MS + 11_000)

    def test_a_room_that_is_gone_is_told_nothing(self):
        LAST_REPORTS.record("gone", "g_1", report(), NOW_MS)
        (part,) = status_broadcast.batches(NOW_MS)
        self.assertEqual(status_broadcast.evaluate(part, NOW_MS), {})

from __future__ import annotations

import logging

import pytest
from django.db import DataError, OperationalError, connection, transaction

from rooms import periodic
from rooms.models import Pulse, Room
from tests.cases import Cast

NOW_MS = 1_795_219_200_000.0


class LeaderLeaseTests(Cast):
    def try_acquire(self, process: str, after_ms: float) -> bool:
        return Pulse.objects.try_acquire(process, NOW_MS + after_ms)

    def test_one_process_holds_the_lease(self):
        assert [self.try_acquire("a", 0), self.try_acquire("b", 10), self.try_acquire("c", 20)] == [
            True,
            False,
            False,
        ]
        assert [self.try_acquire("b", 990), self.try_acquire("a", 1000), self.try_acquire("b", 1990)] == [
            False,
            True,
            False,
        ]

    def test_another_process_takes_over_from_a_dead_one(self):
        assert self.try_acquire("a", 0)
        assert not self.try_acquire("b", 2000)
        assert self.try_acquire("b", 3000)
        assert not self.try_acquire("a", 3001)

    def test_a_clock_that_was_reset_frees_the_lease(self):
        assert self.try_acquire("a", 0)
        assert self.try_acquire("b", -1e6)

    def test_a_single_process_needs_no_lease(self):
        with self.assertNumQueries(0 if connection.vendor == "sqlite" else 5):  # the row is created once
            assert periodic.is_leader(NOW_MS)


class ForEachIsolatedTests(Cast):
    def rename(self, title: str, _now_ms: float) -> bool:
        with transaction.atomic():
            Room.objects.filter(pk=self.room.pk).update(title=title)
            if title == "bad":
                raise DataError("this one room")
        return True

    def test_a_failure_is_rolled_back_and_does_not_affect_other_items(self):
        with self.assertLogs("rooms.periodic", logging.ERROR) as log:
            assert periodic.for_each_isolated(self.rename, ["first", "bad", "bad"], NOW_MS) == 1
        assert Room.objects.get(pk=self.room.pk).title == "first"
        assert "rename failed for bad" in log.output[0]

    def test_without_a_database_no_further_item_is_tried(self):
        tried: list[str] = []

        def lose_the_database(item: str, _now_ms: float) -> None:
            tried.append(item)
            raise OperationalError

        self.replace(connection, "is_usable", lambda: False)
        with pytest.raises(OperationalError):
            periodic.for_each_isolated(lose_the_database, ["a", "b"], NOW_MS)
        assert tried == ["a"]

from __future__ import annotations

import logging

import pytest
from django.db import DataError, OperationalError, connection, transaction

from rooms import periodic
from rooms.models import Pulse, Room
from tests.cases import Cast

NOW_MS = 1_795_219_200_000.0


class Turns(Cast):
    def turn(self, process: str, after_ms: float) -> bool:
        return Pulse.objects.try_acquire(process, NOW_MS + after_ms)

    def test_one_process_looks_and_the_others_do_not(self):
        assert [self.turn("a", 0), self.turn("b", 10), self.turn("c", 20)] == [True, False, False]
        assert [self.turn("b", 990), self.turn("a", 1000), self.turn("b", 1990)] == [False, True, False]

    def test_another_takes_over_from_a_process_that_is_gone(self):
        assert self.turn("a", 0)
        assert not self.turn("b", 2000)
        assert self.turn("b", 3000)
        assert not self.turn("a", 3001)

    def test_a_clock_that_begins_anew_frees_the_turn(self):
        assert self.turn("a", 0)
        assert self.turn("b", -1e6)

    def test_a_single_process_writes_nothing_to_look(self):
        looked: list[float] = []
        with self.assertNumQueries(0 if connection.vendor == "sqlite" else 5):  # once a row is made
            periodic.as_leader(looked.append, NOW_MS)
        assert looked == [NOW_MS]


class OneByOne(Cast):
    def rename(self, title: str, _now_ms: float) -> bool:
        with transaction.atomic():
            Room.objects.filter(pk=self.room.pk).update(title=title)
            if title == "bad":
                raise DataError("this one room")
        return True

    def test_what_fails_holds_up_nobody_and_is_undone(self):
        with self.assertLogs("rooms.periodic", logging.ERROR) as log:
            assert periodic.for_each_isolated(self.rename, ["first", "bad", "bad"], NOW_MS) == 1
        assert Room.objects.get(pk=self.room.pk).title == "first"
        assert "rename failed for bad" in log.output[0]

    def test_without_a_database_nothing_more_is_tried(self):
        tried: list[str] = []

        def meet_a_dead_line(one: str, _now_ms: float) -> None:
            tried.append(one)
            raise OperationalError

        self.replace(connection, "is_usable", lambda: False)
        with pytest.raises(OperationalError):
            periodic.for_each_isolated(meet_a_dead_line, ["a", "b"], NOW_MS)
        assert tried == ["a"]

from __future__ import annotations

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test import TransactionTestCase, skipUnlessDBFeature

from rooms.models import Room
from watchium.db import prepared as prepared_module
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

SET_TITLE = "UPDATE rooms_room SET title = %s WHERE id = %s RETURNING title"
STATE = PreparedQuery("SELECT 1")


class Transactions(TransactionTestCase):
    def setUp(self) -> None:
        self.room = Room.objects.create(title="before")

    def set_title(self, title: str) -> PreparedQuery:
        return PreparedQuery(SET_TITLE, [title, self.room.pk])

    def title(self) -> str:
        return Room.objects.get(pk=self.room.pk).title

    def test_a_committed_transaction_keeps_its_changes(self):
        with transaction.atomic():
            assert run_in_one_round_trip(self.set_title("a"), self.set_title("b")) == [[("a",)], [("b",)]]
            assert run_in_one_round_trip(self.set_title("c")) == [[("c",)]]
        connection.close()
        assert self.title() == "c"

    def test_a_rolled_back_transaction_keeps_no_changes(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            run_in_one_round_trip(self.set_title("a"))
            Room.objects.create(title="another")
            raise ZeroDivisionError
        assert [room.title for room in Room.objects.all()] == ["before"]

    def test_a_failing_statement_rolls_back_the_others(self):
        twice = PreparedQuery("UPDATE rooms_room SET revision = %s WHERE id = %s", [-1, self.room.pk])
        with pytest.raises(IntegrityError), transaction.atomic():
            run_in_one_round_trip(self.set_title("a"), twice)
        assert self.title() == "before"

    def test_statements_that_cannot_be_sent_leave_the_transaction_usable(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with pytest.raises(Exception, match=r"adapt|bind|not supported"):
                run_in_one_round_trip(PreparedQuery(SET_TITLE, [object(), self.room.pk]))
            Room.objects.filter(pk=self.room.pk).update(title="a")
            raise ZeroDivisionError
        assert self.title() == "before"

    def test_an_inner_transaction_rolls_back_only_its_own_changes(self):
        with transaction.atomic():
            run_in_one_round_trip(self.set_title("a"))
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                run_in_one_round_trip(self.set_title("b"))
                raise ZeroDivisionError
        assert self.title() == "a"

    def test_an_invalid_statement_fails_each_time(self):
        for _ in range(2):
            with pytest.raises(DatabaseError, match="nowhere"):
                run_in_one_round_trip(PreparedQuery("SELECT 1 FROM nowhere"))
        assert run_in_one_round_trip(STATE) == [[(1,)]]


@skipUnlessDBFeature("has_select_for_update")
class RoundTrips(TransactionTestCase):
    def sent(self, *statements: PreparedQuery) -> list[str]:
        sent: list[str] = []

        def record(execute, sql, *rest):
            sent.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(record):
            run_in_one_round_trip(*statements)
        return sent

    def test_begin_is_sent_with_the_first_statement_of_a_transaction(self):
        run_in_one_round_trip(STATE)  # prepares it
        with transaction.atomic():
            (first,), (second,) = self.sent(STATE, STATE), self.sent(STATE)
        assert first.startswith("BEGIN; EXECUTE ")
        assert second.startswith("EXECUTE ")
        (outside,) = self.sent(STATE)
        assert outside.startswith("EXECUTE ")

    def test_a_statement_is_prepared_once_per_connection(self):
        def prepared() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_prepared_statements")
                return int(cursor.fetchone()[0])

        seven = PreparedQuery("SELECT 7")
        before = prepared()
        run_in_one_round_trip(seven)
        run_in_one_round_trip(seven, seven)
        assert prepared() == before + 1

    def test_a_statement_that_exists_on_the_connection_is_prepared_again(self):
        nine = PreparedQuery("SELECT 9")
        run_in_one_round_trip(nine)
        prepared_module._prepared.clear()
        with transaction.atomic():
            assert run_in_one_round_trip(nine) == [[(9,)]]

    def test_a_missing_statement_works_again_after_one_failure(self):
        query = PreparedQuery("SELECT 10")
        run_in_one_round_trip(query)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            run_in_one_round_trip(query)
        with transaction.atomic():
            assert run_in_one_round_trip(query) == [[(10,)]]

    def test_a_name_means_the_same_statement_in_every_process(self):
        def names(*statements: PreparedQuery) -> set[str]:
            """The prepared statements of a new connection."""
            with connection.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
                prepared_module._prepared.clear()
                run_in_one_round_trip(*statements)
                cursor.execute("SELECT name FROM pg_prepared_statements")
                return {name for (name,) in cursor.fetchall()}

        eleven, twelve = PreparedQuery("SELECT 11"), PreparedQuery("SELECT 12")
        assert names(eleven, twelve) == names(twelve, eleven)
        assert names(eleven).isdisjoint(names(twelve))

    def test_a_statement_whose_columns_changed_works_again_after_one_failure(self):
        query = PreparedQuery("SELECT value FROM changing")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE changing (value integer)")
            run_in_one_round_trip(query)
            cursor.execute("ALTER TABLE changing ALTER value TYPE text")
            with pytest.raises(NotSupportedError):
                run_in_one_round_trip(query)
            assert run_in_one_round_trip(query) == [[]]
            cursor.execute("DROP TABLE changing")

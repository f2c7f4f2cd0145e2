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
from watchium.db import prepared as trips
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

SET_TITLE = "UPDATE rooms_room SET title = %s WHERE id = %s RETURNING title"
STATE = PreparedQuery("SELECT 1")


class InTransactions(TransactionTestCase):
    def setUp(self) -> None:
        self.room = Room.objects.create(title="before")

    def name(self, title: str) -> PreparedQuery:
        return PreparedQuery(SET_TITLE, [title, self.room.pk])

    def title(self) -> str:
        return Room.objects.get(pk=self.room.pk).title

    def test_what_was_done_in_a_transaction_stays_when_it_commits(self):
        with transaction.atomic():
            assert run_in_one_round_trip(self.name("a"), self.name("b")) == [[("a",)], [("b",)]]
            assert run_in_one_round_trip(self.name("c")) == [[("c",)]]
        connection.close()
        assert self.title() == "c"

    def test_nothing_stays_of_a_transaction_that_does_not(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            run_in_one_round_trip(self.name("a"))
            Room.objects.create(title="another")
            raise ZeroDivisionError
        assert [room.title for room in Room.objects.all()] == ["before"]

    def test_nothing_stays_of_a_trip_whose_last_statement_fails(self):
        twice = PreparedQuery("UPDATE rooms_room SET revision = %s WHERE id = %s", [-1, self.room.pk])
        with pytest.raises(IntegrityError), transaction.atomic():
            run_in_one_round_trip(self.name("a"), twice)
        assert self.title() == "before"

    def test_a_trip_that_never_began_leaves_the_transaction_whole(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with pytest.raises(Exception, match=r"adapt|bind|not supported"):
                run_in_one_round_trip(PreparedQuery(SET_TITLE, [object(), self.room.pk]))
            Room.objects.filter(pk=self.room.pk).update(title="a")
            raise ZeroDivisionError
        assert self.title() == "before"

    def test_an_inner_transaction_undoes_its_own_part_alone(self):
        with transaction.atomic():
            run_in_one_round_trip(self.name("a"))
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                run_in_one_round_trip(self.name("b"))
                raise ZeroDivisionError
        assert self.title() == "a"

    def test_words_that_mean_nothing_are_refused_each_time(self):
        for _ in range(2):
            with pytest.raises(DatabaseError, match="nowhere"):
                run_in_one_round_trip(PreparedQuery("SELECT 1 FROM nowhere"))
        assert run_in_one_round_trip(STATE) == [[(1,)]]


@skipUnlessDBFeature("has_select_for_update")
class AtADistance(TransactionTestCase):
    def sent(self, *statements: PreparedQuery) -> list[str]:
        heard: list[str] = []

        def hear(execute, sql, *rest):
            heard.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(hear):
            run_in_one_round_trip(*statements)
        return heard

    def test_a_transaction_begins_along_with_its_first_trip(self):
        run_in_one_round_trip(STATE)  # is prepared
        with transaction.atomic():
            (first,), (second,) = self.sent(STATE, STATE), self.sent(STATE)
        assert first.startswith("BEGIN; EXECUTE ")
        assert second.startswith("EXECUTE ")
        (outside,) = self.sent(STATE)
        assert outside.startswith("EXECUTE ")

    def test_a_statement_is_prepared_once_for_each_connection(self):
        def prepared() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_prepared_statements")
                return int(cursor.fetchone()[0])

        seven = PreparedQuery("SELECT 7")
        before = prepared()
        run_in_one_round_trip(seven)
        run_in_one_round_trip(seven, seven)
        assert prepared() == before + 1

    def test_a_statement_that_another_user_of_the_connection_prepared_is_prepared_again(self):
        nine = PreparedQuery("SELECT 9")
        run_in_one_round_trip(nine)
        trips._prepared.clear()
        with transaction.atomic():
            assert run_in_one_round_trip(nine) == [[(9,)]]

    def test_a_statement_that_is_not_there_works_again_after_one_failure(self):
        asked = PreparedQuery("SELECT 10")
        run_in_one_round_trip(asked)
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            run_in_one_round_trip(asked)
        with transaction.atomic():
            assert run_in_one_round_trip(asked) == [[(10,)]]

    def test_a_name_means_the_same_words_in_every_process(self):
        def names(*statements: PreparedQuery) -> set[str]:
            """Of a connection that is used for the first time."""
            with connection.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
                trips._prepared.clear()
                run_in_one_round_trip(*statements)
                cursor.execute("SELECT name FROM pg_prepared_statements")
                return {name for (name,) in cursor.fetchall()}

        eleven, twelve = PreparedQuery("SELECT 11"), PreparedQuery("SELECT 12")
        assert names(eleven, twelve) == names(twelve, eleven)
        assert names(eleven).isdisjoint(names(twelve))

    def test_a_statement_whose_columns_became_others_works_again_after_one_failure(self):
        asked = PreparedQuery("SELECT value FROM changing")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE changing (value integer)")
            run_in_one_round_trip(asked)
            cursor.execute("ALTER TABLE changing ALTER value TYPE text")
            with pytest.raises(NotSupportedError):
                run_in_one_round_trip(asked)
            assert run_in_one_round_trip(asked) == [[]]
            cursor.execute("DROP TABLE changing")

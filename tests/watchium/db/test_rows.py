from __future__ import annotations

from django.db import connection
from django.forms.models import model_to_dict

from chat.models import Comment
from playback.models import Playback, PlaybackEvent
from rooms import access
from rooms.models import Member, Room
from tests.cases import Cast
from watchium.db.prepared import PreparedQuery, any_of, run_in_one_round_trip
from watchium.db.rows import RowMapper, insert, update


class ByHand(Cast):
    def asked(self, model, alias):
        columns = RowMapper(model, alias)
        (rows,) = run_in_one_round_trip(
            PreparedQuery(f"SELECT {columns.sql} FROM {model._meta.db_table} {alias} ORDER BY id")
        )
        return [columns.row(row) for row in rows]

    def test_a_row_read_by_hand_is_the_row_that_the_orm_reads(self):
        Room.objects.filter(pk=self.room.pk).update(seat_until_ms=1.5)
        Member.objects.filter(pk=self.bob.pk).update(last_heartbeat=self.bob.joined_at, is_synced=True)
        for model, alias in ((Room, "room"), (Member, "member"), (Playback, "playback")):
            with self.subTest(model=model.__name__):
                by_hand, by_orm = self.asked(model, alias), list(model.objects.order_by("pk"))
                assert by_hand == by_orm
                for one, other in zip(by_hand, by_orm, strict=True):
                    assert {f.attname: getattr(one, f.attname) for f in model._meta.concrete_fields} == {
                        f.attname: getattr(other, f.attname) for f in model._meta.concrete_fields
                    }

    def test_a_row_written_by_hand_is_the_row_that_was_meant(self):
        row = PlaybackEvent(
            room=self.room,
            type="seek",
            at_ms=1.0,
            position=2.5,
            rate=1,
            phase="paused",
            media={"title": "Schöne % Grüße; 'quoted' \\"},
            metadata={},
        )
        ((row.pk,),), _ = run_in_one_round_trip(insert(row), self.room.take_revision())
        kept = PlaybackEvent.objects.get(pk=row.pk)
        assert model_to_dict(kept) == model_to_dict(row)
        assert kept.created_at == row.created_at
        assert (self.room.revision, Room.objects.get(pk=self.room.pk).revision) == (1, 1)

    def test_only_what_is_named_is_written(self):
        Room.objects.filter(pk=self.room.pk).update(title="another")
        run_in_one_round_trip(update(self.room, "successor", "seat_hold_s"))
        assert Room.objects.get(pk=self.room.pk).title == "another"

    def test_many_values_are_one_value_for_the_database(self):
        for values in ([], [self.bob.pk], list(range(self.bob.pk, self.bob.pk + 40_000))):
            which = any_of("id", values)
            ((count,),) = run_in_one_round_trip(
                PreparedQuery(f"SELECT count(*) FROM rooms_member WHERE {which.sql}", which.values)
            )
            assert count == (self.bob.pk in values,)

    def test_a_member_locked_by_hand_stands_in_the_locked_room(self):
        bob, (comments,) = access.lock_and_ask(self.bob, Comment.to_answer_again(self.bob, "x"))
        assert (bob, bob.person, bob.room) == (self.bob, self.bob.person, self.room)
        assert comments == []

    def test_several_statements_are_one_trip_where_there_is_a_distance(self):
        with self.assertNumQueries(1 if connection.vendor == "postgresql" else 2):
            assert run_in_one_round_trip(
                PreparedQuery("SELECT 1"), PreparedQuery("SELECT CAST(%s AS integer)", [2])
            ) == [
                [(1,)],
                [(2,)],
            ]

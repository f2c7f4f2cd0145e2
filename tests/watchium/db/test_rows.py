from __future__ import annotations

import pytest
from django.db import connection
from django.forms.models import model_to_dict

from chat.models import Comment
from playback.models import Playback, PlaybackEvent
from rooms import access
from rooms.models import Member, Person, Room
from rooms.models.room import ROOM, ROOM_WITH_FILTER
from tests.cases import Cast
from watchium.db.prepared import PreparedQuery, any_of, run_in_one_round_trip
from watchium.db.rows import RowMapper, insert, new_row, update


class RowMapping(Cast):
    def read(self, model, alias):
        mapper = RowMapper(model, alias)
        (rows,) = run_in_one_round_trip(
            PreparedQuery(f"SELECT {mapper.sql} FROM {model._meta.db_table} {alias} ORDER BY id")
        )
        return [mapper.row(row) for row in rows]

    def test_a_mapped_row_equals_the_row_of_the_orm(self):
        Room.objects.filter(pk=self.room.pk).update(seat_until_ms=1.5)
        Member.objects.filter(pk=self.bob.pk).update(last_heartbeat=self.bob.joined_at, is_synced=True)
        for model, alias in ((Room, "room"), (Member, "member"), (Playback, "playback")):
            with self.subTest(model=model.__name__):
                mapped, by_orm = self.read(model, alias), list(model.objects.order_by("pk"))
                assert mapped == by_orm
                for one, other in zip(mapped, by_orm, strict=True):
                    values, expected = (
                        {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}
                        for row in (one, other)
                    )
                    assert values == expected
                    assert [*map(type, values.values())] == [*map(type, expected.values())]

    def test_a_document_may_hold_half_of_a_surrogate_pair(self):
        if connection.vendor == "postgresql":
            self.skipTest("PostgreSQL refuses to store it")
        media = {"title": "a file name\udcff", "url": "/media/a.webm"}
        Playback.objects.filter(room=self.room).update(media=media)
        assert Playback.objects.of(self.room).media == media

    def test_a_field_that_the_model_does_not_have_cannot_be_left_out(self):
        with pytest.raises(ValueError, match="Person has no field player_passphrase"):
            RowMapper(Person, "person", without=["player_passphrase", "created_at"])

    def test_a_command_reads_no_hash_of_a_passphrase_for_players(self):
        for mapper in (ROOM, ROOM_WITH_FILTER):
            assert "player_passphrase" not in mapper.names

    def test_a_new_row_equals_that_of_the_constructor(self):
        values = {"room_id": self.room.pk, "seq": 1, "text": "hello", "position": 2.5, "at_ms": 1.0}
        made, constructed = new_row(Comment, **values), Comment(**values)
        assert made.__dict__.keys() == constructed.__dict__.keys()
        assert model_to_dict(made) == model_to_dict(constructed)
        assert made._state.adding
        assert new_row(Room).epoch != new_row(Room).epoch
        with pytest.raises(TypeError, match="Comment has no column room"):
            new_row(Comment, room=self.room)

    def test_an_inserted_row_equals_the_row_of_the_orm(self):
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
        stored = PlaybackEvent.objects.get(pk=row.pk)
        assert model_to_dict(stored) == model_to_dict(row)
        assert stored.created_at == row.created_at
        assert (self.room.revision, Room.objects.get(pk=self.room.pk).revision) == (1, 1)

    def test_an_update_writes_only_the_named_fields(self):
        Room.objects.filter(pk=self.room.pk).update(title="another")
        run_in_one_round_trip(update(self.room, "successor", "seat_hold_s"))
        assert Room.objects.get(pk=self.room.pk).title == "another"

    def test_any_number_of_values_is_one_parameter(self):
        for values in ([], [self.bob.pk], list(range(self.bob.pk, self.bob.pk + 40_000))):
            condition = any_of("id", values)
            ((count,),) = run_in_one_round_trip(
                PreparedQuery(f"SELECT count(*) FROM rooms_member WHERE {condition.sql}", condition.values)
            )
            assert count == (self.bob.pk in values,)

    def test_a_locked_member_has_the_locked_room(self):
        bob, (comments,) = access.lock_and_query(self.bob, Comment.to_replay(self.bob, "x"))
        assert (bob, bob.person, bob.room) == (self.bob, self.bob.person, self.room)
        assert comments == []

    def test_several_statements_are_one_round_trip_on_postgresql(self):
        with self.assertNumQueries(1 if connection.vendor == "postgresql" else 2):
            assert run_in_one_round_trip(
                PreparedQuery("SELECT 1"), PreparedQuery("SELECT CAST(%s AS integer)", [2])
            ) == [
                [(1,)],
                [(2,)],
            ]

from __future__ import annotations

import pytest
from django.db import connection

import playback.room.actions
import playback.room.queries
import rooms.actions
from rooms.models import Person, Room
from tests.cases import Cast
from watchium.protocol.commands import OptionalPosition, Play, SyncRequest
from watchium.protocol.errors import NotMember, RoomClosed
from watchium.protocol.events import Welcome
from watchium.protocol.replies import Events
from watchium.services.room_snapshot import LogPosition, compose_snapshot, missed_events


class RoomSnapshot(Cast):
    def resumed(self, comment_seq: int) -> bool:
        return compose_snapshot(self.bob, "", LogPosition(0, "", comment_seq), 1)[0].payload.resumed

    def test_a_client_ahead_of_the_log_gets_a_snapshot(self):
        assert self.resumed(self.room.comment_seq)
        for unknown in (self.room.comment_seq + 1, -1, 10**30):
            assert not self.resumed(unknown)
        assert isinstance(missed_events(self.bob, "", 0, self.room.comment_seq, 1), Events)
        assert isinstance(missed_events(self.bob, "", 0, self.room.comment_seq + 1, 1), Welcome)

    def test_a_snapshot_takes_two_round_trips_whatever_the_number_of_members(self):
        for number in range(5):
            self.enrol(Person.objects.create(username=f"guest {number}"))
        with self.assertNumQueries(2 if connection.vendor == "postgresql" else 7):
            (welcome,) = compose_snapshot(self.bob, "", None, 1)
        state = welcome.payload
        assert [member.username for member in state.members][-2:] == ["Alice", "Bob"]
        assert len(state.members) == 7
        assert state.room.host_id == self.alice.person.user_id
        assert state.room.owner_id == self.alice.person.user_id

    def test_a_snapshot_names_its_last_change_and_no_later_one(self):
        for event_id in ("first", "second"):
            playback.room.actions.play(self.alice, Play(event_id=event_id, payload=OptionalPosition()))
        (welcome,) = compose_snapshot(self.bob, "", None, 1)
        assert (welcome.payload.revision, welcome.payload.event_id) == (2, "second")
        room = Room(pk=self.room.pk, revision=1)
        assert playback.room.queries.last_event_id([(2, "second")], room) == "first"

    def test_a_former_members_socket_gets_an_error_and_records_nothing(self):
        rooms.actions.leave(self.bob)
        for call in (
            lambda: missed_events(self.bob, "", 0, 0, 1),
            lambda: playback.room.actions.record_notice(self.bob, SyncRequest()),
        ):
            with pytest.raises(NotMember):
                call()

    def test_a_socket_of_a_closed_room_gets_an_error(self):
        rooms.actions.close_room(self.room, actor=None)
        with pytest.raises(RoomClosed):
            missed_events(self.bob, "", 0, 0, 1)

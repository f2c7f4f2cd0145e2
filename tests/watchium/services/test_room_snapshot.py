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
from watchium.services.room_snapshot import Applied, compose_snapshot, missed_events


class WelcomeTests(Cast):
    def resumed(self, comment_seq: int) -> bool:
        return compose_snapshot(self.bob, "", Applied(0, "", comment_seq), 1)[0].payload.resumed

    def test_who_heard_more_than_was_ever_said_gets_a_snapshot(self):
        assert self.resumed(self.room.comment_seq)
        for unknown in (self.room.comment_seq + 1, -1, 10**30):
            assert not self.resumed(unknown)
        assert isinstance(missed_events(self.bob, "", 0, self.room.comment_seq, 1), Events)
        assert isinstance(missed_events(self.bob, "", 0, self.room.comment_seq + 1, 1), Welcome)

    def test_it_takes_two_trips_however_many_are_there(self):
        for number in range(5):
            self.enrol(Person.objects.create(username=f"guest {number}"))
        with self.assertNumQueries(2 if connection.vendor == "postgresql" else 6):
            (welcome,) = compose_snapshot(self.bob, "", None, 1)
        told = welcome.payload
        assert [member.username for member in told.members][-2:] == ["Alice", "Bob"]
        assert len(told.members) == 7
        assert told.room.host_id == self.alice.person.user_id
        assert told.room.owner_id == self.alice.person.user_id

    def test_it_names_the_last_change_it_tells_of_and_none_that_came_meanwhile(self):
        for event_id in ("first", "second"):
            playback.room.actions.play(self.alice, Play(event_id=event_id, payload=OptionalPosition()))
        (welcome,) = compose_snapshot(self.bob, "", None, 1)
        assert (welcome.payload.revision, welcome.payload.event_id) == (2, "second")
        room = Room(pk=self.room.pk, revision=1)
        assert playback.room.queries.last_event_id([(2, "second")], room) == "first"

    def test_a_socket_that_outlives_its_membership_is_told_and_keeps_nothing(self):
        rooms.actions.leave(self.bob)
        for deed in (
            lambda: missed_events(self.bob, "", 0, 0, 1),
            lambda: playback.room.actions.record_notice(self.bob, SyncRequest()),
        ):
            with pytest.raises(NotMember):
                deed()

    def test_nor_one_that_outlives_its_room(self):
        rooms.actions.close_room(self.room, actor=None)
        with pytest.raises(RoomClosed):
            missed_events(self.bob, "", 0, 0, 1)

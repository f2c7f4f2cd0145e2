from __future__ import annotations

import pytest

import rooms.actions
from playback.models import Playback
from rooms.actions.hosting import choose_next_host, end_host_grace, start_host_grace
from rooms.models import Member, Room
from rooms.serializers import room_state
from tests.cases import Cast
from watchium.protocol.errors import NotFound, RuleRefused
from watchium.protocol.people.commands import SetSuccessor, SuccessorChoice
from watchium.services.room_commands import dispatch
from watchium.services.room_snapshot import RoomContents

NOW_MS = 1_000_000.0


class Successor(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.dora = self.enrol(self.carol, here_since_ms=3.0)

    def names(self, by: Member, user_id: str | None, event_id: str = "s") -> None:
        with self.committing():
            dispatch(by, SetSuccessor(event_id=event_id, payload=SuccessorChoice(user_id=user_id)))

    def room_now(self) -> Room:
        return Room.objects.get(pk=self.room.pk)

    def host(self) -> Member | None:
        return Member.objects.host_of(self.room)

    def test_takes_over_when_the_host_stays_away(self):
        self.names(self.alice, self.dora.person.user_id)
        state = self.published.last("room_changed")["payload"]["room"]
        assert state["successor_id"] == self.dora.person.user_id
        start_host_grace(self.room_now(), self.alice, NOW_MS)
        end_host_grace(self.room.pk, NOW_MS + 21_000)
        assert self.host() == self.dora
        assert self.room_now().successor_user_id is None

    def test_gives_the_room_back_to_its_owner(self):
        self.names(self.alice, self.dora.person.user_id)
        rooms.actions.leave(self.alice)
        assert self.host() == self.dora
        owner = rooms.actions.join(self.alice.person, self.room.room_id)
        rooms.actions.claim_host(owner)
        assert self.host() == owner

    def test_who_left_does_not_take_over_and_is_not_shown(self):
        self.names(self.alice, self.dora.person.user_id)
        rooms.actions.leave(self.dora)
        assert self.room_now().successor_user_id is None
        choose_next_host(self.room_now())
        assert self.host() == self.bob

    def test_may_be_nobody(self):
        self.names(self.alice, self.dora.person.user_id)
        self.names(self.alice, None, "s2")
        choose_next_host(self.room_now())
        assert self.host() == self.bob

    def test_is_named_by_the_host_only_and_is_another_member(self):
        with pytest.raises(RuleRefused, match="Only the host"):
            self.names(self.bob, self.dora.person.user_id)
        with pytest.raises(RuleRefused, match="another member"):
            self.names(self.alice, self.alice.person.user_id)
        with pytest.raises(NotFound):
            self.names(self.alice, "g_nobody")
        assert self.room_now().successor is None

    def test_costs_no_query_at_join(self):
        self.names(self.alice, self.dora.person.user_id)
        contents = RoomContents.now(self.room.pk)
        playback = Playback.objects.of(self.room)
        with self.assertNumQueries(0):
            state = room_state(contents.room, contents.host, playback.settings)
        assert state.successor_id == self.dora.person.user_id

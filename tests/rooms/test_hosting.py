from __future__ import annotations

import pytest

from rooms import actions
from rooms.models import ControlPolicy, Member, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import BadMessage, NotAllowed, NotFound, NotHost, NotMember, RateLimited


class HandOverTests(Cast):
    def test_alice_hands_the_seat_to_bob(self):
        with self.committing():
            revision = actions.transfer_host(self.alice, self.bob.person.user_id)
        told = self.published.last("new_host")
        assert told["revision"] == revision
        assert told["payload"]["user_id"] == self.bob.person.user_id
        assert Member.objects.host_of(self.room) == self.bob

    def test_handing_over_twice_is_harmless(self):
        with self.committing():
            revisions = [actions.transfer_host(self.alice, self.bob.person.user_id) for _ in range(2)]
        assert revisions[0] == revisions[1]
        assert self.published.types().count("new_host") == 1

    def test_bob_cannot_hand_over_what_is_not_his(self):
        with pytest.raises(NotHost):
            actions.transfer_host(self.bob, self.bob.person.user_id)

    def test_the_seat_goes_only_to_somebody_who_is_here(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        for user_id in (self.bob.person.user_id, self.carol.user_id, "nobody"):
            with pytest.raises(NotFound):
                actions.transfer_host(self.alice, user_id)

    def test_the_owner_takes_the_seat_back(self):
        actions.transfer_host(self.alice, self.bob.person.user_id)
        actions.claim_host(self.alice)
        assert Member.objects.host_of(self.room) == self.alice

    def test_claiming_ones_own_seat_changes_nothing(self):
        before = self.room.revision
        actions.claim_host(self.alice)
        self.room.refresh_from_db()
        assert self.room.revision == before

    def test_only_the_owner_claims(self):
        with pytest.raises(NotAllowed):
            actions.claim_host(self.bob)

    def test_asking_for_control_reaches_the_host_alone(self):
        with self.committing():
            actions.ask_control(self.bob)
        assert [group for group, frame in self.published.frames if frame["type"] == "control_asked"] == [
            f"member.{self.alice.pk}"
        ]

    def test_asking_over_and_over_does_not_reach_anybody(self):
        with self.committing():
            for _ in range(3):
                actions.ask_control(self.bob)
            with pytest.raises(RateLimited):
                actions.ask_control(self.bob)
        assert self.published.types().count("control_asked") == 3

    def test_whoever_is_out_asks_for_nothing(self):
        actions.leave(self.bob)
        with pytest.raises(NotMember):
            actions.ask_control(self.bob)


class ChangeRoomTests(Cast):
    def test_everybody_hears_a_change_with_the_whole_room(self):
        with self.committing():
            actions.update_room(self.room, actor=self.alice, title="Other", control_policy="everyone")
        told = self.published.last("room_changed")
        assert told["revision"] == 1
        assert told["payload"]["room"]["title"] == "Other"
        assert Member.objects.select_related("room").get(pk=self.bob.pk).may_control

    def test_bob_changes_nothing(self):
        with pytest.raises(NotAllowed):
            actions.update_room(self.room, actor=self.bob, title="Mine")

    def test_whoever_happens_to_host_the_demo_room_leaves_it_as_it_is(self):
        Room.objects.update(is_demo=True, owner=None)
        with pytest.raises(NotAllowed):
            actions.update_room(self.room, actor=self.alice, visibility="private", passphrase="mine now")
        with pytest.raises(NotAllowed):
            actions.close_room(self.room, actor=self.alice)
        actions.close_room(self.room, actor=None)  # staff may
        assert Room.objects.get().closed_at is not None

    def test_nonsense_is_refused(self):
        for nonsense in (
            {"visibility": "secret"},
            {"control_policy": "dice"},
            {"seat_hold_s": 1},
            {"owner": 3},
        ):
            with pytest.raises(BadMessage):
                actions.update_room(self.room, actor=self.alice, **nonsense)

    def test_moderators_control_where_the_room_says_so(self):
        self.room.control_policy = ControlPolicy.MODERATORS
        self.bob.room = self.room
        assert not self.bob.may_control
        self.bob.role = Role.MODERATOR
        assert self.bob.may_control

    def test_closing_closes_every_socket_of_the_room(self):
        with self.committing():
            actions.close_room(self.room, actor=self.alice)
        assert self.published.closed == [(f"room.{self.room.room_id}", 4504)]

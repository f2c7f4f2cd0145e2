from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from rooms import actions
from rooms.models import ControlPolicy, Member, Person, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import (
    BadMessage,
    NotAllowed,
    NotFound,
    NotHost,
    NotMember,
    RateLimited,
    RuleRefused,
)


class TransferHostTests(Cast):
    def test_alice_makes_bob_the_host(self):
        with self.committing():
            revision = actions.transfer_host(self.alice, self.bob.person.user_id)
        told = self.published.last("new_host")
        assert told["revision"] == revision
        assert told["payload"]["user_id"] == self.bob.person.user_id
        assert Member.objects.host_of(self.room) == self.bob

    def test_a_repeated_transfer_changes_nothing(self):
        with self.committing():
            revisions = [actions.transfer_host(self.alice, self.bob.person.user_id) for _ in range(2)]
        assert revisions[0] == revisions[1]
        assert self.published.types().count("new_host") == 1

    def test_bob_cannot_transfer_a_role_he_does_not_have(self):
        with pytest.raises(NotHost):
            actions.transfer_host(self.bob, self.bob.person.user_id)

    def test_only_a_present_member_can_become_host(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        for user_id in (self.bob.person.user_id, self.carol.user_id, "nobody"):
            with pytest.raises(NotFound):
                actions.transfer_host(self.alice, user_id)

    def test_the_owner_claims_the_host_role(self):
        actions.transfer_host(self.alice, self.bob.person.user_id)
        actions.claim_host(self.alice)
        assert Member.objects.host_of(self.room) == self.alice

    def test_claiming_as_host_changes_nothing(self):
        before = self.room.revision
        actions.claim_host(self.alice)
        self.room.refresh_from_db()
        assert self.room.revision == before

    def test_only_the_owner_claims(self):
        with pytest.raises(NotAllowed):
            actions.claim_host(self.bob)

    def test_asking_for_control_reaches_the_host_alone(self):
        with self.committing():
            actions.request_control(self.bob)
        assert [group for group, frame in self.published.frames if frame["type"] == "control_asked"] == [
            f"member.{self.alice.pk}"
        ]

    def test_who_would_go_to_a_moment_asks_with_its_position(self):
        with self.committing():
            actions.request_control(self.bob, 754.5)
        assert self.published.last("control_asked")["payload"] == {
            "user_id": self.bob.person.user_id,
            "username": "Bob",
            "moment": 754.5,
        }

    def test_repeated_requests_for_control_are_rate_limited(self):
        with self.committing():
            for _ in range(3):
                actions.request_control(self.bob)
            with pytest.raises(RateLimited):
                actions.request_control(self.bob)
        assert self.published.types().count("control_asked") == 3

    def test_a_former_member_cannot_ask_for_control(self):
        actions.leave(self.bob)
        with pytest.raises(NotMember):
            actions.request_control(self.bob)


class UpdateRoomTests(Cast):
    def test_a_change_is_broadcast_with_the_whole_room_state(self):
        with self.committing():
            actions.update_room(self.room, actor=self.alice, title="Other", control_policy="everyone")
        told = self.published.last("room_changed")
        assert told["revision"] == 1
        assert told["payload"]["room"]["title"] == "Other"
        assert Member.objects.select_related("room").get(pk=self.bob.pk).may_control

    def test_bob_changes_nothing(self):
        with pytest.raises(NotAllowed):
            actions.update_room(self.room, actor=self.bob, title="Mine")

    def test_the_host_of_the_demo_room_cannot_change_it(self):
        Room.objects.update(is_demo=True, owner=None)
        with pytest.raises(NotAllowed):
            actions.update_room(self.room, actor=self.alice, visibility="private", passphrase="mine now")
        with pytest.raises(NotAllowed):
            actions.close_room(self.room, actor=self.alice)
        actions.close_room(self.room, actor=None)  # staff may
        assert Room.objects.get().closed_at is not None

    def test_a_host_with_an_account_claims_a_room_whose_owner_is_gone(self):
        Room.objects.update(owner=None)
        with pytest.raises(RuleRefused):
            actions.claim_room(self.alice)  # a guest
        for member, name in ((self.alice, "alice"), (self.bob, "bob")):
            Person.objects.filter(pk=member.person_id).update(account=User.objects.create_user(name))
        with pytest.raises(RuleRefused):
            actions.claim_room(self.bob)  # not the host
        with self.committing():
            actions.claim_room(self.alice)
            actions.claim_room(self.alice)
        assert Room.objects.get().owner == self.alice.person
        assert self.published.types().count("room_changed") == 1
        assert self.published.last("room_changed")["payload"]["room"]["owner_id"] == self.alice.person.user_id
        actions.transfer_host(self.alice, self.bob.person.user_id)
        with pytest.raises(RuleRefused):
            actions.claim_room(self.bob)  # it has an owner

    def test_the_demo_room_is_claimed_by_nobody(self):
        Person.objects.filter(pk=self.alice.person_id).update(account=User.objects.create_user("alice"))
        Room.objects.update(is_demo=True, owner=None)
        with pytest.raises(RuleRefused):
            actions.claim_room(self.alice)

    def test_invalid_settings_are_refused(self):
        for nonsense in (
            {"visibility": "secret"},
            {"control_policy": "dice"},
            {"seat_hold_s": 1},
            {"owner": 3},
        ):
            with pytest.raises(BadMessage):
                actions.update_room(self.room, actor=self.alice, **nonsense)

    def test_moderators_control_if_the_policy_allows_it(self):
        self.room.control_policy = ControlPolicy.MODERATORS
        self.bob.room = self.room
        assert not self.bob.may_control
        self.bob.role = Role.MODERATOR
        assert self.bob.may_control

    def test_closing_closes_every_socket_of_the_room(self):
        with self.committing():
            actions.close_room(self.room, actor=self.alice)
        assert self.published.closed == [(f"room.{self.room.room_id}", 4504)]

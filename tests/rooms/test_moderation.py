from __future__ import annotations

import pytest

from rooms import access, actions
from rooms.models import ModerationAct, Role
from tests.cases import Cast
from watchium.wire.errors import Banned, NotAllowed, NotFound, NotMember


class RemoveTests(Cast):
    def test_the_host_sends_bob_out_of_every_tab(self):
        with self.telling():
            actions.remove(self.room, self.bob.person.user_id, by=self.alice, why="spoilers")
        assert (f"member.{self.bob.pk}", 4503) in self.heard.closed
        with pytest.raises(NotMember):
            access.member_for(access.Identity(self.bob.person), self.room.room_id)
        assert ModerationAct.objects.get().why == "spoilers"

    def test_whoever_was_sent_out_is_back_only_after_the_cooldown(self):
        actions.remove(self.room, self.bob.person.user_id, by=self.alice)
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)

    def test_no_cooldown_lets_them_back_at_once(self):
        actions.remove(self.room, self.bob.person.user_id, by=self.alice, cooldown_s=0)
        assert actions.join(self.bob.person, self.room.room_id)

    def test_bob_sends_nobody_out(self):
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, by=self.bob)

    def test_a_moderator_does_not_send_out_the_host(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, by=carol)
        actions.remove(self.room, self.bob.person.user_id, by=carol)

    def test_an_outsider_cannot_be_sent_out(self):
        with pytest.raises(NotFound):
            actions.remove(self.room, self.carol.user_id, by=self.alice)

    def test_a_ban_holds_for_the_address_and_a_removal_does_not(self):
        actions.join(self.bob.person, self.room.room_id, address="192.0.2.7")
        actions.remove(self.room, self.bob.person.user_id, by=self.alice)
        assert actions.join(self.carol, self.room.room_id, address="192.0.2.7")
        actions.ban(self.room, self.carol.user_id, by=self.alice, minutes=5)
        newcomer = actions.make_person("Dora")
        with pytest.raises(Banned):
            actions.join(newcomer, self.room.room_id, address="192.0.2.7")

    def test_staff_needs_no_membership(self):
        actions.ban(self.room, self.alice.person.user_id, by=None, minutes=5)
        assert self.room.host == self.bob

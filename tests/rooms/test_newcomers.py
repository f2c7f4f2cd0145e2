"""Who joins for the first time waits before they write, if the room says so."""

from __future__ import annotations

import pytest

from rooms import actions
from rooms.models import Member
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.moderation.commands import ChatChanges


class Newcomers(Cast):
    def setUp(self) -> None:
        super().setUp()
        actions.set_chat_rules(self.room, ChatChanges(newcomer_wait_s=300), actor=self.alice)

    def waits_s(self, member: Member) -> float:
        return Member.objects.get(pk=member.pk).muted_for_ms(server_clock.now_ms()) / 1000

    def test_a_newcomer_is_muted_for_a_while_and_the_others_are_not(self):
        carol = actions.join(self.carol, self.room.room_id)
        assert self.waits_s(carol) == pytest.approx(300, abs=5)
        assert self.waits_s(self.bob) == 0

    def test_who_returns_waits_no_second_time(self):
        actions.leave(self.bob)
        assert self.waits_s(actions.join(self.bob.person, self.room.room_id)) == 0

    def test_joining_again_lengthens_no_wait(self):
        carol = actions.join(self.carol, self.room.room_id)
        Member.objects.filter(pk=carol.pk).update(muted_until_ms=server_clock.now_ms() + 1000)
        assert self.waits_s(actions.join(self.carol, self.room.room_id)) <= 1

    def test_the_owner_waits_nowhere(self):
        Member.objects.filter(pk=self.alice.pk).delete()
        assert self.waits_s(actions.join(self.room.owner, self.room.room_id)) == 0

    def test_the_host_lets_a_newcomer_write_at_once(self):
        carol = actions.join(self.carol, self.room.room_id)
        actions.unmute(self.room, self.carol.user_id, actor=self.alice)
        assert self.waits_s(carol) == 0

    def test_without_the_rule_nobody_waits(self):
        actions.set_chat_rules(self.room, ChatChanges(newcomer_wait_s=0), actor=self.alice)
        assert self.waits_s(actions.join(self.carol, self.room.room_id)) == 0

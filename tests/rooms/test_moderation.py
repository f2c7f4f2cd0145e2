from __future__ import annotations

import pytest
from django.conf import settings

from rooms import access, actions
from rooms.models import Member, ModerationAct, Role, Room
from tests.cases import Cast
from watchium.protocol.commands import (
    BanMember,
    BanRequest,
    ClaimHost,
    ModeratorChange,
    RemovalRequest,
    RemoveMember,
    SetModerator,
    TransferHost,
)
from watchium.protocol.errors import Banned, EventIdConflict, NotAllowed, NotFound, NotMember, RateLimited
from watchium.protocol.types import MemberRef


class RemoveTests(Cast):
    def test_the_host_sends_bob_out_of_every_tab(self):
        with self.committing():
            actions.remove(self.room, self.bob.person.user_id, actor=self.alice, reason="spoilers")
        assert (f"member.{self.bob.pk}", 4503) in self.published.closed
        with pytest.raises(NotMember):
            access.member_for(access.Identity(self.bob.person), self.room.room_id)
        assert ModerationAct.objects.get().why == "spoilers"

    def test_whoever_was_sent_out_is_back_only_after_the_cooldown(self):
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice)
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)

    def test_no_cooldown_lets_them_back_at_once(self):
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice, cooldown_s=0)
        assert actions.join(self.bob.person, self.room.room_id)

    def test_bob_sends_nobody_out(self):
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, actor=self.bob)

    def test_a_moderator_does_not_send_out_the_host(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, actor=carol)
        actions.remove(self.room, self.bob.person.user_id, actor=carol)

    def test_an_outsider_cannot_be_sent_out(self):
        with pytest.raises(NotFound):
            actions.remove(self.room, self.carol.user_id, actor=self.alice)

    def test_a_ban_holds_for_the_address_and_a_removal_does_not(self):
        actions.join(self.bob.person, self.room.room_id, address="192.0.2.7")
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice)
        assert actions.join(self.carol, self.room.room_id, address="192.0.2.7")
        actions.ban(self.room, self.carol.user_id, actor=self.alice, minutes=5)
        newcomer = actions.create_guest("Dora")
        with pytest.raises(Banned):
            actions.join(newcomer, self.room.room_id, address="192.0.2.7")

    def test_staff_needs_no_membership(self):
        actions.ban(self.room, self.alice.person.user_id, actor=None, minutes=5)
        assert Member.objects.host_of(self.room) == self.bob


class CommandTests(Cast):
    def say(self, by, said: object):
        with self.committing():
            return actions.handle_command(by, said)

    def test_the_same_event_id_is_done_once_and_answered_as_often_as_asked(self):
        away = RemoveMember(event_id="out", payload=RemovalRequest(user_id=self.bob.person.user_id))
        assert self.say(self.alice, away) == self.say(self.alice, away)
        assert self.published.types().count("member_left") == 1

    def test_a_hand_over_sent_again_does_not_happen_again(self):
        over = TransferHost(event_id="over", payload=MemberRef(user_id=self.bob.person.user_id))
        first = self.say(self.alice, over)
        assert first.revision == self.published.last("new_host")["revision"]
        self.say(
            self.bob, TransferHost(event_id="back", payload=MemberRef(user_id=self.alice.person.user_id))
        )
        assert self.say(self.alice, over) == first
        assert Member.objects.host_of(self.room) == self.alice

    def test_the_same_event_id_for_something_else_is_a_conflict(self):
        self.say(
            self.alice,
            SetModerator(
                event_id="m", payload=ModeratorChange(user_id=self.bob.person.user_id, moderator=True)
            ),
        )
        with pytest.raises(EventIdConflict):
            self.say(
                self.alice,
                SetModerator(
                    event_id="m", payload=ModeratorChange(user_id=self.bob.person.user_id, moderator=False)
                ),
            )

    def test_everybody_hears_of_a_moderator(self):
        self.say(
            self.alice,
            SetModerator(
                event_id="m", payload=ModeratorChange(user_id=self.bob.person.user_id, moderator=True)
            ),
        )
        assert self.published.last("role_changed")["payload"]["role"] == "moderator"
        assert Member.objects.get(pk=self.bob.pk).may_moderate

    def test_only_the_host_names_moderators_and_nobody_unseats_the_host_so(self):
        with pytest.raises(NotAllowed):
            actions.set_moderator(self.bob, self.bob.person.user_id, True)
        with pytest.raises(NotFound):
            actions.set_moderator(self.alice, self.alice.person.user_id, False)

    def test_a_ban_over_the_wire_keeps_out(self):
        self.say(
            self.alice,
            BanMember(event_id="b", payload=BanRequest(user_id=self.bob.person.user_id, minutes=60)),
        )
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)


@pytest.mark.usefixtures("frozen_clock")
class TooOften(Cast):
    """What is done to people has a limit by person, whichever it is, and what was done already is answered."""

    def setUp(self) -> None:
        super().setUp()
        self.times = int(settings.LIMITS["people"][0])

    def pass_the_seat_around(self, number: int) -> None:
        if Member.objects.get(pk=self.alice.pk).is_host:
            whom = MemberRef(user_id=self.bob.person.user_id)
            actions.handle_command(self.alice, TransferHost(event_id=f"e{number}", payload=whom))
        else:
            actions.handle_command(self.alice, ClaimHost(event_id=f"e{number}"))

    def test_the_seat_does_not_go_round_and_round(self):
        for number in range(self.times):
            self.pass_the_seat_around(number)
        acts, revision = ModerationAct.objects.count(), Room.objects.get().revision
        with pytest.raises(RateLimited) as refused:
            self.pass_the_seat_around(self.times)
        assert refused.value.retry_after_ms
        assert (ModerationAct.objects.count(), Room.objects.get().revision) == (acts, revision)
        whom = MemberRef(user_id=self.bob.person.user_id)
        assert actions.handle_command(self.alice, TransferHost(event_id="e0", payload=whom)).event_id == "e0"

    def test_neither_are_moderators_named_over_and_over(self):
        for number in range(self.times):
            trust = ModeratorChange(user_id=self.bob.person.user_id, moderator=bool(number % 2))
            actions.handle_command(self.alice, SetModerator(event_id=f"m{number}", payload=trust))
        with self.committing(), pytest.raises(RateLimited):
            actions.handle_command(self.alice, SetModerator(event_id="late", payload=trust))
        assert self.published.types() == []
        whom = RemovalRequest(user_id=self.bob.person.user_id)
        with pytest.raises(RateLimited):
            actions.handle_command(self.alice, RemoveMember(event_id="out", payload=whom))

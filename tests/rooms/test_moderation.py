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
    def test_the_host_removes_bob_and_closes_all_his_tabs(self):
        with self.committing():
            actions.remove(self.room, self.bob.person.user_id, actor=self.alice, reason="spoilers")
        assert (f"member.{self.bob.pk}", 4503) in self.published.closed
        with pytest.raises(NotMember):
            access.member_for(access.Identity(self.bob.person), self.room.room_id)
        assert ModerationAct.objects.get().why == "spoilers"

    def test_a_removed_member_cannot_rejoin_before_the_cooldown(self):
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice)
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)

    def test_without_a_cooldown_a_removed_member_can_rejoin(self):
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice, cooldown_s=0)
        assert actions.join(self.bob.person, self.room.room_id)

    def give_and_take(self) -> None:
        Member.objects.filter(pk=self.bob.pk).update(exceptions="+control -chat +remove")

    def exceptions_after_joining_again(self) -> str:
        return actions.join(self.bob.person, self.room.room_id).exceptions

    def test_who_was_removed_comes_back_without_what_was_given_and_without_what_was_taken(self):
        self.give_and_take()
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice, cooldown_s=0)
        assert self.exceptions_after_joining_again() == "-chat"

    def test_a_ban_drops_what_was_given_also_of_who_has_left(self):
        self.give_and_take()
        actions.leave(Member.objects.select_related("room", "person").get(pk=self.bob.pk))
        actions.ban(self.room, self.bob.person.user_id, actor=self.alice, minutes=0)
        assert self.exceptions_after_joining_again() == "-chat"

    def test_who_leaves_keeps_what_was_given(self):
        self.give_and_take()
        actions.leave(Member.objects.select_related("room", "person").get(pk=self.bob.pk))
        assert self.exceptions_after_joining_again() == "+control -chat +remove"

    def test_a_member_cannot_remove_others(self):
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, actor=self.bob)

    def test_a_moderator_cannot_remove_the_host(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        with pytest.raises(NotAllowed):
            actions.remove(self.room, self.alice.person.user_id, actor=carol)
        actions.remove(self.room, self.bob.person.user_id, actor=carol)

    def test_a_person_outside_the_room_cannot_be_removed(self):
        with pytest.raises(NotFound):
            actions.remove(self.room, self.carol.user_id, actor=self.alice)

    def test_a_ban_covers_the_address_and_a_removal_does_not(self):
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
    def say(self, actor: Member, command: object):
        with self.committing():
            return actions.handle_command(actor, command)

    def test_a_repeated_command_runs_once_and_gets_the_same_reply(self):
        removal = RemoveMember(event_id="out", payload=RemovalRequest(user_id=self.bob.person.user_id))
        assert self.say(self.alice, removal) == self.say(self.alice, removal)
        assert self.published.types().count("member_left") == 1

    def test_a_repeated_transfer_of_the_host_role_is_replayed(self):
        transfer = TransferHost(event_id="over", payload=MemberRef(user_id=self.bob.person.user_id))
        first = self.say(self.alice, transfer)
        assert first.revision == self.published.last("new_host")["revision"]
        self.say(
            self.bob, TransferHost(event_id="back", payload=MemberRef(user_id=self.alice.person.user_id))
        )
        assert self.say(self.alice, transfer) == first
        assert Member.objects.host_of(self.room) == self.alice

    def test_an_event_id_reused_for_another_command_is_a_conflict(self):
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

    def test_a_new_moderator_is_broadcast(self):
        self.say(
            self.alice,
            SetModerator(
                event_id="m", payload=ModeratorChange(user_id=self.bob.person.user_id, moderator=True)
            ),
        )
        assert self.published.last("role_changed")["payload"]["role"] == "moderator"
        assert Member.objects.get(pk=self.bob.pk).may_moderate

    def test_only_the_host_appoints_moderators_and_the_host_stays_host(self):
        with pytest.raises(NotAllowed):
            actions.set_moderator(self.bob, self.bob.person.user_id, True)
        with pytest.raises(NotFound):
            actions.set_moderator(self.alice, self.alice.person.user_id, False)

    def test_a_ban_command_keeps_the_member_out(self):
        self.say(
            self.alice,
            BanMember(event_id="b", payload=BanRequest(user_id=self.bob.person.user_id, minutes=60)),
        )
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)


@pytest.mark.usefixtures("frozen_clock")
class ModerationRateLimitTests(Cast):
    """All commands about members share one rate limit per person; replays are exempt."""

    def setUp(self) -> None:
        super().setUp()
        self.times = int(settings.LIMITS["people"][0])

    def toggle_host(self, number: int) -> None:
        if Member.objects.get(pk=self.alice.pk).is_host:
            target = MemberRef(user_id=self.bob.person.user_id)
            actions.handle_command(self.alice, TransferHost(event_id=f"e{number}", payload=target))
        else:
            actions.handle_command(self.alice, ClaimHost(event_id=f"e{number}"))

    def test_host_changes_are_rate_limited(self):
        for number in range(self.times):
            self.toggle_host(number)
        acts, revision = ModerationAct.objects.count(), Room.objects.get().revision
        with pytest.raises(RateLimited) as refused:
            self.toggle_host(self.times)
        assert refused.value.retry_after_ms
        assert (ModerationAct.objects.count(), Room.objects.get().revision) == (acts, revision)
        target = MemberRef(user_id=self.bob.person.user_id)
        assert (
            actions.handle_command(self.alice, TransferHost(event_id="e0", payload=target)).event_id == "e0"
        )

    def test_moderator_changes_are_rate_limited(self):
        for number in range(self.times):
            choice = ModeratorChange(user_id=self.bob.person.user_id, moderator=bool(number % 2))
            actions.handle_command(self.alice, SetModerator(event_id=f"m{number}", payload=choice))
        with self.committing(), pytest.raises(RateLimited):
            actions.handle_command(self.alice, SetModerator(event_id="late", payload=choice))
        assert self.published.types() == []
        target = RemovalRequest(user_id=self.bob.person.user_id)
        with pytest.raises(RateLimited):
            actions.handle_command(self.alice, RemoveMember(event_id="out", payload=target))

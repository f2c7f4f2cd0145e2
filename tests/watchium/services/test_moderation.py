from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

import chat.actions
from chat.models import Comment
from rooms import actions
from rooms.actions.merge_guest import merge_guest
from rooms.models import Ban, Member, ModerationAct, Person, Role, Room
from rooms.serializers import moderation_state
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.commands import BanMember, BanRequest, CommentDraft, PostComment
from watchium.protocol.errors import Banned, EventIdConflict, NotFound, RuleRefused
from watchium.protocol.moderation.commands import (
    ActRef,
    BanRef,
    ChatChanges,
    LiftBan,
    MuteMember,
    MuteRequest,
    ReportMember,
    ReportRequest,
    SetChat,
    UndoAct,
    UnmuteMember,
)
from watchium.protocol.moderation.events import ModerationState
from watchium.protocol.people.commands import RightChange, SetRight
from watchium.protocol.types import MemberRef
from watchium.realtime.groups import member_group
from watchium.services.moderation.undo import undo_act
from watchium.services.people.merge_guest import merge_guest_into_account
from watchium.services.room_commands import dispatch

pytestmark = pytest.mark.usefixtures("frozen_clock")


class ActsCast(Cast):
    number = 0

    def do(self, actor: Member, kind: Any, payload: Any, event_id: str = "") -> ModerationAct:
        """Send the command and return the latest act."""
        ActsCast.number += 1
        with self.committing():
            dispatch(actor, kind(event_id=event_id or f"e{self.number}", payload=payload))
        return ModerationAct.objects.order_by("-pk")[0]

    def undo(self, act: ModerationAct, actor: Member | None = None) -> ModerationAct:
        return self.do(actor or self.alice, UndoAct, ActRef(act_id=act.pk))

    @property
    def bobs_id(self) -> str:
        return self.bob.person.user_id

    def mute_bob(self, event_id: str = "") -> ModerationAct:
        return self.do(
            self.alice, MuteMember, MuteRequest(user_id=self.bobs_id, minutes=5, reason="loud"), event_id
        )

    def listed(self, reader: Member) -> ModerationState:
        reader = Member.objects.select_related("room", "person").get(pk=reader.pk)
        return moderation_state(reader, now_ms=server_clock.now_ms(), now=timezone.now())

    def heard(self, member: Member) -> list[dict[str, Any]]:
        """The acts that were sent to this member."""
        frames = [frame for group, frame in self.published.frames if group == member_group(member.pk)]
        return [frame["payload"] for frame in frames if frame["type"] == "moderated"]

    def ban_bob(self, **more: Any) -> ModerationAct:
        return self.do(self.alice, BanMember, BanRequest(user_id=self.bobs_id, minutes=60, **more))


class MuteCommandTests(ActsCast):
    def test_a_mute_is_published_with_its_end_and_is_one_act(self):
        act = self.mute_bob("once")
        assert self.mute_bob("once") == act
        member = self.published.last("member_changed")["payload"]
        assert member["muted_until"] == act.details["until_ms"]
        assert (act.kind, act.by, act.target, act.why) == ("mute", self.alice.person, self.bob.person, "loud")

    def test_the_end_of_a_mute_is_published(self):
        self.mute_bob()
        self.do(self.alice, UnmuteMember, MemberRef(user_id=self.bobs_id))
        assert "muted_until" not in self.published.last("member_changed")["payload"]

    def test_nobody_mutes_the_host_or_themselves(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        for actor, target in (
            (carol, self.alice),
            (self.alice, self.alice),
            (carol, carol),
            (self.bob, carol),
        ):
            with pytest.raises(RuleRefused):
                self.do(actor, MuteMember, MuteRequest(user_id=target.person.user_id, minutes=5))
        assert not Member.objects.exclude(muted_until_ms=None).exists()
        assert not ModerationAct.objects.exists()

    def test_leaving_and_signing_in_do_not_end_a_mute(self):
        act = self.mute_bob()
        actions.leave(self.bob)
        account = actions.create_guest("Bobby")
        merge_guest(self.bob.person, account)
        member = actions.join(account, self.room.room_id)
        assert member.muted_until_ms == act.details["until_ms"]

    def test_leaving_and_signing_in_do_not_end_a_quiet_mute(self):
        for leaves, has_row in ((False, False), (False, True), (True, False), (True, True)):
            with self.subTest(leaves=leaves, has_row=has_row), transaction.atomic():
                act = actions.mute(self.room, self.bobs_id, actor=self.alice, minutes=5, quiet=True)
                account = actions.create_guest("Bobby")
                if has_row:
                    self.enrol(account)
                if leaves:
                    actions.leave(self.bob)
                merge_guest(self.bob.person, account)
                member = actions.join(account, self.room.room_id)
                assert member.quiet_mute_until_ms == act.details["until_ms"]
                transaction.set_rollback(True)

    def test_a_muted_member_who_becomes_host_may_write(self):
        self.mute_bob()
        with self.committing():
            actions.transfer_host(self.alice, self.bobs_id)
        bob = Member.objects.get(pk=self.bob.pk)
        assert bob.is_host
        assert bob.muted_until_ms is None
        assert "muted_until" not in self.published.last("member_changed")["payload"]

    def test_a_mute_by_staff_holds_for_a_host_too(self):
        act = actions.mute(self.room, self.bobs_id, actor=None, minutes=60)
        actions.transfer_host(self.alice, self.bobs_id)
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms == act.details["until_ms"]

    def test_a_muted_account_that_is_host_as_a_guest_may_write(self):
        self.mute_bob()
        merge_guest(self.alice.person, self.bob.person)
        host = Member.objects.get(role=Role.HOST)
        assert (host.person, host.muted_until_ms) == (self.bob.person, None)


class BanCommandTests(ActsCast):
    def test_the_owner_cannot_be_banned(self):
        actions.transfer_host(self.alice, self.bobs_id)
        with pytest.raises(RuleRefused):
            self.do(self.bob, BanMember, BanRequest(user_id=self.alice.person.user_id, minutes=5))
        assert not Ban.objects.exists()

    def test_another_person_at_the_same_address_waits_unless_the_ban_is_about_one_person(self):
        actions.join(self.bob.person, self.room.room_id, address="192.0.2.7")
        act = self.ban_bob()
        with pytest.raises(Banned) as refused:
            actions.join(actions.create_guest(), self.room.room_id, address="192.0.2.7")
        assert 0 < refused.value.retry_after_ms <= 3_600_000
        self.undo(act)
        actions.join(self.bob.person, self.room.room_id, address="192.0.2.7")
        self.ban_bob(person_only=True)
        actions.join(actions.create_guest(), self.room.room_id, address="192.0.2.7")
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id, address="192.0.2.9")

    def test_a_person_who_left_can_be_banned(self):
        actions.leave(self.bob)
        self.ban_bob()
        with pytest.raises(Banned):
            actions.join(self.bob.person, self.room.room_id)

    def test_a_lifted_ban_lets_the_person_in_and_its_act_counts_as_undone(self):
        act = self.ban_bob()
        self.do(self.alice, LiftBan, BanRef(ban_id=Ban.objects.get().pk))
        act.refresh_from_db()
        assert act.undone_at is not None
        assert actions.join(self.bob.person, self.room.room_id)

    def test_a_ban_of_another_room_or_an_ended_one_is_not_found(self):
        with pytest.raises(NotFound):
            self.do(self.alice, LiftBan, BanRef(ban_id=2**53))
        self.ban_bob()
        Ban.objects.update(until=timezone.now() - timedelta(seconds=1))
        with pytest.raises(NotFound):
            self.do(self.alice, LiftBan, BanRef(ban_id=Ban.objects.get().pk))

    def test_a_command_from_before_an_update_is_replayed(self):
        self.do(self.alice, BanMember, BanRequest(user_id=self.bobs_id, minutes=60, why="spam"), "old")
        act = ModerationAct.objects.get(kind="ban")
        del act.details["command"], act.details["asked"]["person_only"], act.details["asked"]["reason"]
        act.save()
        self.do(self.alice, BanMember, BanRequest(user_id=self.bobs_id, minutes=60, why="spam"), "old")
        assert ModerationAct.objects.filter(kind="ban").count() == 1
        with pytest.raises(EventIdConflict):
            self.do(self.alice, BanMember, BanRequest(user_id=self.bobs_id, minutes=61, why="spam"), "old")


class EraseTests(ActsCast):
    def test_an_account_that_is_deleted_leaves_no_words_in_the_acts(self):
        act = self.mute_bob()
        act.details["text"] = "hello"
        act.save()
        ModerationAct.objects.erase_words_of(self.bob.person)
        act.refresh_from_db()
        assert "Bob" not in str(act.details)
        assert "hello" not in str(act.details)
        assert act.details["until_ms"]


class ListTests(ActsCast):
    def test_mutes_bans_acts_and_words_are_listed_for_moderators(self):
        carol = self.enrol(self.carol)
        self.mute_bob()
        self.do(self.alice, BanMember, BanRequest(user_id=carol.person.user_id, minutes=60, person_only=True))
        self.do(self.alice, SetChat, ChatChanges(filter=["damn"]))
        state = self.listed(self.alice)
        assert [(ban.kind, ban.user.username, ban.reason, ban.person_only) for ban in state.bans] == [
            ("mute", "Bob", "loud", True),
            ("ban", "Carol", "", True),
        ]
        assert [act.kind for act in state.acts] == ["set_chat", "ban", "mute"]
        assert state.filter == ["damn"]
        later_ms = server_clock.now_ms() + 3_600_000
        ended = moderation_state(self.alice, now_ms=later_ms, now=timezone.now() + timedelta(hours=2))
        assert ended.bans == []

    def test_an_undo_is_no_act_of_its_own_in_the_list(self):
        self.undo(self.mute_bob())
        state = self.listed(self.alice)
        assert [(act.kind, act.undone, act.undo_until) for act in state.acts] == [("mute", True, None)]


class UndoTests(ActsCast):
    def test_an_undone_mute_ends(self):
        act = self.mute_bob()
        self.undo(act)
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms is None
        assert self.published.last("moderated")["payload"]["undone"] is True

    def test_the_undo_of_an_earlier_mute_does_not_end_a_later_one(self):
        first = self.mute_bob()
        self.do(self.alice, MuteMember, MuteRequest(user_id=self.bobs_id, minutes=50))
        self.undo(first)
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms is not None

    def test_an_undone_ban_lets_the_person_in(self):
        self.undo(self.ban_bob())
        assert actions.join(self.bob.person, self.room.room_id)

    def test_a_ban_from_before_bans_knew_their_acts_is_undone_too(self):
        act = self.ban_bob()
        Ban.objects.update(act=None)
        self.undo(act)
        assert actions.join(self.bob.person, self.room.room_id)

    def sign_in_as_bobby(self) -> Person:
        account = User.objects.create_user("bobby")
        bobby = Person.objects.create(username="Bobby", account=account)
        merge_guest_into_account(self.bob.person, bobby)
        return bobby

    def test_acts_about_a_guest_who_signed_in_are_about_the_account(self):
        mute, ban = self.mute_bob(), self.ban_bob()
        bobby = self.sign_in_as_bobby()
        self.undo(ban)
        self.undo(mute)
        assert actions.join(bobby, self.room.room_id).muted_until_ms is None
        assert [act.target and act.target.username for act in self.listed(self.alice).acts] == ["Bob", "Bob"]
        ModerationAct.objects.erase_words_of(bobby)
        assert "Bob" not in str([act.details for act in ModerationAct.objects.all()])

    def test_a_mute_of_a_person_who_was_deleted_cannot_be_undone(self):
        act = self.mute_bob()
        self.bob.person.delete()
        with pytest.raises(RuleRefused):
            self.undo(act)
        act.refresh_from_db()
        assert act.undone_at is None

    def test_undone_rules_are_as_before(self):
        self.do(self.alice, SetChat, ChatChanges(filter=["one"], slow_mode_s=5))
        act = self.do(self.alice, SetChat, ChatChanges(filter=["two"], enabled=False, slow_mode_s=5))
        self.undo(act)
        room = Room.objects.get()
        assert (room.chat_filter, room.chat_enabled, room.slow_mode_s) == ("one", True, 5)
        assert self.published.last("room_changed")["payload"]["room"]["chat"]["enabled"] is True

    def test_undoing_twice_is_harmless(self):
        act = self.mute_bob()
        self.undo(act)
        self.mute_bob()
        self.undo(act)
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms is not None

    def test_members_undo_nothing(self):
        act = self.mute_bob()
        with pytest.raises(RuleRefused):
            self.undo(act, self.bob)

    def test_an_old_act_an_undo_and_an_act_of_another_room_stay(self):
        act = self.mute_bob()
        other = Room.objects.create(title="other")
        with pytest.raises(NotFound):
            undo_act(other, act.pk, actor=None, now=timezone.now())
        with pytest.raises(RuleRefused):
            undo_act(self.room, act.pk, actor=None, now=timezone.now() + timedelta(days=2))
        undone = self.undo(act)
        with pytest.raises(RuleRefused):
            self.undo(undone)


class AuthorityTests(ActsCast):
    STAFF = "by root, in admin"

    def mute_as_staff(self) -> ModerationAct:
        with self.committing():
            return actions.mute(self.room, self.bobs_id, actor=None, minutes=60, reason=self.STAFF)

    def refused(self, act: ModerationAct, actor: Member) -> None:
        with pytest.raises(RuleRefused):
            self.undo(act, actor)
        assert [shown.undo_until for shown in self.listed(actor).acts if shown.id == act.pk] == [None]

    def test_moderators_undo_no_act_about_themselves_or_another_moderator(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        act = self.mute_bob()
        self.refused(act, self.bob)
        self.refused(act, carol)
        assert [heard["undo_until"] is None for heard in self.heard(self.bob)] == [True]
        assert [heard["undo_until"] is None for heard in self.heard(self.alice)] == [False]
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms
        self.undo(act)
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms is None

    def test_moderators_undo_their_own_act_also_if_it_is_about_the_host(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        post = PostComment(event_id="c", payload=CommentDraft(text="welcome"))
        chat.actions.post(self.alice, post, position=0)
        comment = Comment.objects.get(event_id="c")
        chat.actions.remove(carol, comment.pk)
        self.undo(ModerationAct.objects.get(), carol)
        comment.refresh_from_db()
        assert comment.deleted_at is None

    def test_the_room_undoes_no_act_of_staff_and_staff_does(self):
        act = self.mute_as_staff()
        self.refused(act, self.alice)
        assert [heard["undo_until"] for heard in self.heard(self.alice)] == [None]
        undo_act(self.room, act.pk, actor=None, now=timezone.now())
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms is None

    def test_a_mute_by_staff_is_not_ended_or_replaced_in_the_room(self):
        until_ms = self.mute_as_staff().details["until_ms"]
        with pytest.raises(RuleRefused):
            self.do(self.alice, UnmuteMember, MemberRef(user_id=self.bobs_id))
        with pytest.raises(RuleRefused):
            self.do(self.alice, MuteMember, MuteRequest(user_id=self.bobs_id, minutes=1))
        assert Member.objects.get(pk=self.bob.pk).muted_until_ms == until_ms
        actions.unmute(self.room, self.bobs_id, actor=None)
        self.undo(self.mute_bob())

    def test_a_ban_by_staff_is_not_lifted_in_the_room(self):
        act = actions.ban(self.room, self.bobs_id, actor=None, minutes=60)
        ban = Ban.objects.get()
        with pytest.raises(RuleRefused):
            self.do(self.alice, LiftBan, BanRef(ban_id=ban.pk))
        self.refused(act, self.alice)
        assert actions.lift_ban(ban, actor=None) is not None

    def test_an_older_act_of_staff_is_known_by_its_reason_and_that_of_a_deleted_person_is_none(self):
        act = self.mute_as_staff()
        ModerationAct.objects.update(details={**act.details, "asked": {}})
        act = ModerationAct.objects.get()
        del act.details["staff"]
        assert act.is_by_staff
        act.why = "loud"
        assert not act.is_by_staff

    def test_the_name_of_an_admin_account_stays_in_the_admin(self):
        self.mute_as_staff()
        actions.ban(
            self.room, self.enrol(self.carol).person.user_id, actor=None, minutes=5, reason=self.STAFF
        )
        state = self.listed(self.alice)
        assert [ban.reason for ban in state.bans] == ["by the staff", "by the staff"]
        assert "root" not in f"{state} {self.published.frames}"
        assert {act.why for act in ModerationAct.objects.all()} == {self.STAFF}


class ReaderTests(ActsCast):
    def report(self, actor: Member, target: Member) -> None:
        self.do(actor, ReportMember, ReportRequest(user_id=target.person.user_id, reason="rude"))

    def set_remove(self, member: Member, *, allowed: bool) -> None:
        right = RightChange(right="remove", allowed=allowed, user_id=member.person.user_id)
        self.do(self.alice, SetRight, right)

    def test_acts_go_to_who_may_remove_whatever_their_role(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        self.set_remove(carol, allowed=False)
        self.set_remove(self.bob, allowed=True)
        self.report(carol, self.alice)
        assert self.heard(carol) == []
        assert [act["kind"] for act in self.heard(self.bob)] == ["set_right", "report"]

    def test_a_report_is_not_shown_to_whom_it_is_about(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        self.report(self.bob, carol)
        assert self.heard(carol) == []
        assert self.listed(carol).acts == []
        assert [act["kind"] for act in self.heard(self.alice)] == ["report"]
        assert [act.kind for act in self.listed(self.alice).acts] == ["report"]

"""The log of acts: what is stored of each, that lists stay small, and that open pages get each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import actions
from rooms.models import JoinRequest, Member, ModerationAct, Person, Role, Room
from tests.watchium.services.test_moderation import ActsCast
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.commands import (
    BanMember,
    BanRequest,
    ClaimHost,
    EmptyPayload,
    ModeratorChange,
    SetModerator,
    TransferHost,
)
from watchium.protocol.errors import EventIdConflict, RateLimited, RuleRefused, Waiting
from watchium.protocol.moderation.commands import (
    BanRef,
    ChatChanges,
    LiftBan,
    MuteMember,
    MuteRequest,
    SetChat,
    UnmuteMember,
)
from watchium.protocol.moderation.events import BanState
from watchium.protocol.people.commands import (
    Admission,
    Admit,
    RightChange,
    SetRight,
    SetSuccessor,
    SuccessorChoice,
)
from watchium.protocol.types import MemberRef

pytestmark = pytest.mark.usefixtures("frozen_clock")

WORDS = [f"{number:03} {'x' * 50}" for number in range(200)]


class RulesActTests(ActsCast):
    def set_chat(self, event_id: str = "", **changes: Any) -> ModerationAct:
        return self.do(self.alice, SetChat, ChatChanges(**changes), event_id)

    def test_a_long_filter_is_stored_once_and_not_read_with_the_list(self):
        act = self.set_chat(filter=WORDS)
        assert len(json.dumps(act.details)) < 1500
        act = self.set_chat(filter=["damn"])
        assert act.before["chat_filter"].splitlines() == WORDS
        with CaptureQueriesContext(connection) as captured:
            listed = self.listed(self.alice)
        assert len(listed.acts) == 2
        assert not any('"rooms_moderationact"."before"' in query["sql"] for query in captured)

    def test_a_long_command_that_is_sent_again_is_recognised_and_another_is_a_conflict(self):
        act = self.set_chat("a", filter=WORDS)
        self.set_chat("b", filter=["damn"])
        assert self.set_chat("a", filter=WORDS).pk != act.pk  # the latest act is the other one
        assert Room.objects.get().chat_filter == "damn"
        for other in (WORDS[1:], ["damn"]):
            with pytest.raises(EventIdConflict):
                self.set_chat("a", filter=other)
        with pytest.raises(EventIdConflict):
            self.set_chat("b", filter=WORDS)

    def test_what_changes_nothing_is_no_act_and_undoes_nothing_when_it_is_sent_again(self):
        self.set_chat("a", slow_mode_s=0, enabled=True)
        assert not self.listed(self.alice).acts
        assert self.published.types() == []
        self.set_chat("b", slow_mode_s=10)
        self.set_chat("a", slow_mode_s=0, enabled=True)
        assert Room.objects.get().slow_mode_s == 10
        with pytest.raises(EventIdConflict):
            self.set_chat("a", slow_mode_s=0)
        assert [act.kind for act in self.listed(self.alice).acts] == ["set_chat"]

    def test_staff_who_change_nothing_leave_no_act(self):
        assert actions.set_chat_rules(self.room, ChatChanges(enabled=True), actor=None) is None
        assert not ModerationAct.objects.exists()

    @override_settings(LIMITS={**DEFAULTS, "chat_rules": (2, 600)})
    def test_changes_are_rate_limited(self):
        for slow_mode_s in (1, 2):
            self.set_chat(slow_mode_s=slow_mode_s)
        with pytest.raises(RateLimited):
            self.set_chat(slow_mode_s=3)
        assert Room.objects.get().slow_mode_s == 2

    def test_rules_from_before_are_forgotten_when_they_cannot_be_restored_any_more(self):
        self.set_chat(filter=WORDS)
        act = self.set_chat(filter=["damn"])
        now = timezone.now()
        assert ModerationAct.objects.forget_before(now) == 0
        assert ModerationAct.objects.forget_before(now + timedelta(days=1, minutes=1)) == 2
        act.refresh_from_db()
        assert act.before is None


class AnnouncedTests(ActsCast):
    def announced(self, act: ModerationAct) -> dict[str, Any]:
        """The act as the host got it, who is Alice or Bob."""
        heard = [*self.heard(self.alice), *self.heard(self.bob)]
        return next(shown for shown in heard if shown["id"] == act.pk)

    def test_acts_about_rights_and_roles_reach_open_pages(self):
        bob = self.bobs_id
        for kind, payload, name in (
            (SetRight, RightChange(right="control", allowed=True, user_id=bob), "Bob"),
            (SetRight, RightChange(right="control", allowed=True, role="member"), None),
            (SetSuccessor, SuccessorChoice(user_id=bob), "Bob"),
            (SetSuccessor, SuccessorChoice(user_id=None), None),
            (SetModerator, ModeratorChange(user_id=bob, moderator=True), "Bob"),
            (TransferHost, MemberRef(user_id=bob), None),
            (ClaimHost, EmptyPayload(), None),
        ):
            act = self.do(self.alice, kind, payload)
            shown = self.announced(act)
            target = shown["target"]
            assert (target and target["username"]) == name, shown
            assert shown["by"]["username"] == "Alice"

    def test_answers_to_who_knocks_reach_open_pages(self):
        for on, kind in ((True, "admit"), (False, "decline")):
            JoinRequest.objects.all().delete()
            Room.objects.update(knock=True)
            with self.committing(), pytest.raises(Waiting):
                actions.join(self.carol, self.room.room_id)
            act = self.do(self.alice, Admit, Admission(user_id=self.carol.user_id, on=on))
            shown = self.announced(act)
            assert (shown["kind"], shown["target"]["username"]) == (kind, "Carol")

    def test_a_member_without_the_right_to_remove_gets_none(self):
        self.do(self.alice, SetSuccessor, SuccessorChoice(user_id=self.bobs_id))
        assert self.heard(self.bob) == []

    def test_changes_by_staff_reach_open_pages(self):
        with self.committing():
            actions.update_room(self.room, actor=None, title="another title", reason="by root, in admin")
        act = ModerationAct.objects.get()
        shown = self.announced(act)
        assert (shown["kind"], shown.get("by"), shown["reason"]) == ("change_room", None, "")


class ReasonTests(ActsCast):
    def test_reasons_have_no_control_or_bidi_characters(self):
        reason = "was\u202eloud\n\x07and \u2066rude\x1f"
        act = self.do(self.alice, BanMember, BanRequest(user_id=self.bobs_id, minutes=5, reason=reason))
        assert act.why == "wasloud and rude"
        assert self.enrol(self.carol, role=Role.MODERATOR)
        undone = self.undo(act)
        assert undone.why == ""


class LiftTests(ActsCast):
    def lift(self, reader: Member, ban: BanState) -> None:
        if ban.id is None:
            assert ban.user
            self.do(reader, UnmuteMember, MemberRef(user_id=ban.user.user_id))
        else:
            self.do(reader, LiftBan, BanRef(ban_id=ban.id))

    def test_what_is_offered_to_be_lifted_is_what_may_be(self):
        people = [Person.objects.create(username=f"person {number}") for number in range(4)]
        moderator = self.enrol(self.carol, role=Role.MODERATOR)
        muted, muted_by_staff, banned, banned_by_staff = (self.enrol(person) for person in people)
        other = self.enrol(Person.objects.create(username="other"), role=Role.MODERATOR)
        for target in (muted, other, moderator):
            self.do(self.alice, MuteMember, MuteRequest(user_id=target.person.user_id, minutes=5))
        self.do(self.alice, BanMember, BanRequest(user_id=banned.person.user_id, minutes=5))
        actions.mute(self.room, muted_by_staff.person.user_id, actor=None, minutes=5)
        actions.ban(self.room, banned_by_staff.person.user_id, actor=None, minutes=5)
        offered = {}
        for reader in (self.alice, moderator):
            for ban in self.listed(reader).bans:
                assert ban.user
                offered[reader.username, ban.kind, ban.user.username] = ban.liftable
                with transaction.atomic():
                    if ban.liftable:
                        self.lift(reader, ban)
                    else:
                        with pytest.raises(RuleRefused):
                            self.lift(reader, ban)
                    transaction.set_rollback(True)
        assert offered == {
            ("Alice", "mute", "person 0"): True,
            ("Alice", "mute", "person 1"): False,
            ("Alice", "mute", "Carol"): True,
            ("Alice", "mute", "other"): True,
            ("Alice", "ban", "person 2"): True,
            ("Alice", "ban", "person 3"): False,
            ("Carol", "mute", "person 0"): True,
            ("Carol", "mute", "person 1"): False,
            ("Carol", "mute", "Carol"): False,
            ("Carol", "mute", "other"): False,
            ("Carol", "ban", "person 2"): True,
            ("Carol", "ban", "person 3"): False,
        }

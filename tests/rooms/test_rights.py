from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

import chat.actions
import rooms.actions
from playback.models import StoredQueue
from playback.room.queue.actions import change_queue
from rooms.actions.merge_guest import merge_guest
from rooms.domain.rights import DEFAULTS, PRESETS, Right
from rooms.models import Member, ModerationAct, Person, Role, Room
from tests.cases import CLIP, Cast
from watchium.protocol.commands import CommentDraft, MediaRequest, PostComment
from watchium.protocol.errors import (
    BadMessage,
    EventIdConflict,
    NotAllowed,
    NotFound,
    NotHost,
    RoomFull,
    RuleRefused,
)
from watchium.protocol.people.commands import RightChange, SetRight
from watchium.protocol.queue import AddToQueue, MediaToQueue, QueueSettingsChange, SetQueue
from watchium.services.room_commands import dispatch


class Rights(Cast):
    number = 0

    def sets(self, by: Member, right: str, allowed: bool, **of: str) -> None:
        self.number += 1
        change = RightChange(right=right, allowed=allowed, **of)  # type: ignore[arg-type]
        with self.committing():
            dispatch(by, SetRight(event_id=f"r{self.number}", payload=change))

    def refused(self, act: Callable[[], object], sentence: str) -> None:
        with pytest.raises(RuleRefused, match=sentence):
            act()

    def says(self, member: Member) -> object:
        self.number += 1
        command = PostComment(event_id=f"c{self.number}", payload=CommentDraft(text="hello"))
        return chat.actions.post(member, command, position=0.0)

    @property
    def levels(self):
        return Room.objects.get(pk=self.room.pk).levels

    def bobs(self) -> Member:
        return Member.objects.select_related("room", "person").get(pk=self.bob.pk)


class Levels(Rights):
    def test_a_role_is_given_a_right_and_loses_it(self):
        self.sets(self.alice, "control", True, role="moderator")
        assert self.levels == {**DEFAULTS, Right.CONTROL: "moderators"}
        assert self.published.last("room_changed")["payload"]["room"]["rights"]["control"] == "moderators"
        self.sets(self.alice, "chat", False, role="member")
        self.refused(lambda: self.says(self.bob), "Only the host and moderators may write")
        self.sets(self.alice, "chat", True, role="member")
        self.says(self.bob)

    def test_the_same_again_announces_nothing(self):
        before = Room.objects.get(pk=self.room.pk).revision
        self.sets(self.alice, "chat", True, role="member")
        assert Room.objects.get(pk=self.room.pk).revision == before

    def test_members_give_no_rights_and_nobody_takes_the_hosts(self):
        self.refused(lambda: self.sets(self.bob, "control", True, role="member"), "host and the owner")
        self.refused(lambda: self.sets(self.alice, "control", False, role="host"), "keeps every right")
        assert self.levels == DEFAULTS

    def test_who_may_change_the_settings_still_gives_no_rights(self):
        self.sets(self.alice, "settings", True, user_id=self.bob.person.user_id)
        bob = self.bobs()
        rooms.actions.update_room(self.room, actor=bob, title="Bob's evening")
        for change in ({"control_policy": "everyone"}, {"rights": {"remove": "everyone"}}):
            with pytest.raises(RuleRefused, match="permissions"):
                rooms.actions.update_room(self.room, actor=bob, **change)
        with pytest.raises(RuleRefused, match="close the room"):
            rooms.actions.close_room(self.room, actor=bob)
        self.refused(lambda: self.sets(bob, "chat", True, role="member"), "host and the owner")

    def test_the_control_policy_means_what_it_meant(self):
        for policy in ("everyone", "moderators"):
            rooms.actions.update_room(self.room, actor=self.alice, control_policy=policy)
            assert self.levels == PRESETS["open" if policy == "everyone" else policy]

    def test_several_rights_at_once(self):
        rooms.actions.update_room(self.room, actor=self.alice, rights={"media": "everyone", "chat": "host"})
        assert self.levels == {**DEFAULTS, Right.MEDIA: "everyone", Right.CHAT: "host"}


class Capacity(Rights):
    def test_a_room_takes_as_many_members_as_its_capacity_says(self):
        rooms.actions.update_room(self.room, actor=self.alice, capacity=2)
        with self.assertRaises(RoomFull):
            rooms.actions.join(self.carol, self.room.room_id)
        rooms.actions.update_room(self.room, actor=self.alice, capacity=None)
        assert rooms.actions.join(self.carol, self.room.room_id)

    def test_not_fewer_than_two_and_not_more_than_the_instance_allows(self):
        for capacity in (1, settings.MAX_MEMBERS + 1):
            with pytest.raises(BadMessage):
                rooms.actions.update_room(self.room, actor=self.alice, capacity=capacity)


class Exceptions(Rights):
    def test_a_right_is_taken_from_one_member(self):
        self.sets(self.alice, "chat", False, user_id=self.bob.person.user_id)
        changed = self.published.last("role_changed")["payload"]
        assert (changed["user_id"], changed["exceptions"]) == (self.bob.person.user_id, {"chat": False})
        self.refused(lambda: self.says(self.bob), "The host decided that you may not write")
        act = ModerationAct.objects.get(kind="set_right")
        assert (act.by, act.target, act.details["asked"]["right"]) == (
            self.alice.person,
            self.bob.person,
            "chat",
        )

    def test_it_stays_taken_when_the_member_comes_back(self):
        self.sets(self.alice, "react", False, user_id=self.bob.person.user_id)
        rooms.actions.leave(self.bob)
        again = rooms.actions.join(self.bob.person, self.room.room_id)
        self.refused(lambda: chat.actions.react(again, "❤️"), "you may not react")

    def test_a_right_is_given_to_one_member(self):
        with pytest.raises(NotHost):
            self.bobs().require(Right.MEDIA)
        self.sets(self.alice, "media", True, user_id=self.bob.person.user_id)
        self.bobs().require(Right.MEDIA)
        assert not self.bobs().may(Right.CONTROL)

    def test_what_the_room_allows_anyway_is_no_exception(self):
        self.sets(self.alice, "chat", False, user_id=self.bob.person.user_id)
        self.sets(self.alice, "chat", True, user_id=self.bob.person.user_id)
        assert self.bobs().exceptions == ""

    def test_signing_in_gives_no_right_back(self):
        self.sets(self.alice, "chat", False, user_id=self.bob.person.user_id)
        account = rooms.actions.join(self.carol, self.room.room_id)
        merge_guest(self.bob.person, self.carol)
        assert not Member.objects.get(pk=account.pk).may(Right.CHAT)

    def test_who_may_remove_members_still_removes_no_moderator(self):
        dora = self.enrol(self.carol, role=Role.MODERATOR)
        self.sets(self.alice, "remove", True, user_id=self.bob.person.user_id)
        self.refused(
            lambda: rooms.actions.remove(self.room, dora.person.user_id, actor=self.bobs()),
            "Only the host may",
        )

    def test_the_host_and_outsiders_get_no_exceptions(self):
        self.refused(
            lambda: self.sets(self.alice, "chat", False, user_id=self.alice.person.user_id), "keeps every"
        )
        with pytest.raises(NotFound):
            self.sets(self.alice, "chat", False, user_id=self.carol.user_id)
        assert not Member.objects.exclude(exceptions="").exists()

    def test_a_repeated_command_changes_nothing_and_another_one_with_its_id_is_refused(self):
        user_id = self.bob.person.user_id
        command = SetRight(event_id="same", payload=RightChange(right="chat", allowed=False, user_id=user_id))
        first = dispatch(self.alice, command)
        self.sets(self.alice, "chat", True, user_id=user_id)
        assert dispatch(self.alice, command) == first
        assert self.bobs().may(Right.CHAT)
        with pytest.raises(EventIdConflict):
            change = RightChange(right="chat", allowed=True, user_id=user_id)
            dispatch(self.alice, SetRight(event_id="same", payload=change))


class SigningIn(Rights):
    """What a guest had in a room holds for the account, also if the guest left before."""

    def signed_in(self, *, has_row: bool) -> Member:
        account = Person.objects.create(username="Bobby", user_id="u_bobby")
        if has_row:
            Member.objects.create(room=self.room, person=account, username="Bobby", left_at=timezone.now())
        merge_guest(self.bob.person, account)
        return rooms.actions.join(account, self.room.room_id)

    def test_what_was_taken_stays_taken(self):
        for has_row in (False, True):
            with self.subTest(has_row=has_row), transaction.atomic():
                self.sets(self.alice, "chat", False, user_id=self.bob.person.user_id)
                rooms.actions.leave(self.bob)
                member = self.signed_in(has_row=has_row)
                assert member.standing.exceptions == {Right.CHAT: False}
                transaction.set_rollback(True)

    def test_a_favourite_stays_one(self):
        for left, has_row in ((False, False), (False, True), (True, False), (True, True)):
            with self.subTest(left=left, has_row=has_row), transaction.atomic():
                Member.objects.set_favourite(self.bob, on=True)
                if left:
                    rooms.actions.leave(self.bob)
                assert Member.objects.is_favourite(self.signed_in(has_row=has_row))
                transaction.set_rollback(True)


class WhoAdds(Rights):
    def adds(self, member: Member, event_id: str) -> None:
        items = [MediaRequest(media_url=CLIP)]
        change_queue(member, AddToQueue(event_id=event_id, payload=MediaToQueue(items=items)))

    def queue(self):
        return StoredQueue.objects.of(self.room)

    def test_the_queue_shows_the_right_to_add_to_it(self):
        self.sets(self.alice, "queue_add", False, role="member")
        self.adds(self.alice, "a")
        assert self.queue().settings.who_adds == "moderators"
        self.sets(self.alice, "queue_add", False, role="moderator")
        assert self.queue().settings.who_adds == "host"
        assert self.published.last("queue")["payload"]["settings"]["who_adds"] == "host"
        self.refused(lambda: self.adds(self.bob, "b"), "Only the host may add")

    def test_a_rule_of_the_queue_is_a_right_of_the_room(self):
        change = SetQueue(event_id="q", payload=QueueSettingsChange(who_adds="host"))
        with self.committing():
            change_queue(self.alice, change)
        assert self.levels[Right.QUEUE_ADD] == "host"
        assert self.published.last("room_changed")["payload"]["room"]["rights"]["queue_add"] == "host"
        self.sets(self.alice, "queue_add", True, role="member")
        change_queue(self.alice, change)  # sent again
        assert self.levels[Right.QUEUE_ADD] == self.queue().settings.who_adds == "everyone"

    def test_only_the_host_and_the_owner_change_who_adds(self):
        Member.objects.filter(pk=self.bob.pk).update(role="moderator")
        change = SetQueue(event_id="q", payload=QueueSettingsChange(who_adds="host"))
        self.refused(lambda: change_queue(self.bob, change), "may change permissions")
        same = QueueSettingsChange(who_adds="everyone", quota=3)
        change_queue(self.bob, SetQueue(event_id="r", payload=same))
        Room.objects.filter(pk=self.room.pk).update(is_demo=True)
        self.refused(lambda: change_queue(self.alice, change), "demo room cannot be changed")
        assert self.levels[Right.QUEUE_ADD] == "everyone"
        assert (self.queue().settings.who_adds, self.queue().settings.quota) == ("everyone", 3)

    def test_members_who_were_given_the_right_add(self):
        change_queue(self.alice, SetQueue(event_id="q", payload=QueueSettingsChange(who_adds="host")))
        self.sets(self.alice, "queue_add", True, user_id=self.bob.person.user_id)
        self.adds(self.bob, "b")


class Old(Rights):
    def test_refusals_are_caught_as_before(self):
        assert issubclass(RuleRefused, NotAllowed)
        assert RuleRefused.code == "not_allowed"

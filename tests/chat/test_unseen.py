"""A quiet mute: only the muted sees what they write, and pages of others miss nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chat import actions, editing
from chat.models import Comment, CommentImage, CommentReaction
from rooms import actions as room_actions
from rooms.models import Member, ModerationAct, Role, Room
from rooms.serializers import member_state, moderation_state, you_state
from tests.chat.test_rules import NOW_MS, RulesCast
from watchium import server_clock
from watchium.protocol.chat.commands import CommentEdit, EditComment, ReactionToComment, ReactToComment
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import NotFound, RuleRefused
from watchium.protocol.events import WelcomeState
from watchium.protocol.types import CommentState
from watchium.realtime.groups import member_group, room_group
from watchium.services.moderation.undo import undo_act
from watchium.services.room_snapshot import compose_snapshot, missed_events


class QuietCast(RulesCast):
    def setUp(self) -> None:
        super().setUp()
        self.act = self.mute_quietly()
        self.published.frames.clear()

    def mute_quietly(self, *, of: Member | None = None, minutes: int = 10) -> ModerationAct:
        user_id = (of or self.bob).person.user_id
        with self.committing():
            return room_actions.mute(
                self.room, user_id, actor=self.alice, minutes=minutes, quiet=True, now_ms=NOW_MS
            )

    def sent(self, group: str) -> list[dict[str, Any]]:
        return [frame for sent_to, frame in self.published.frames if sent_to == group]

    def read(self, member: Member) -> Member:
        return Member.objects.select_related("room", "person").get(pk=member.pk)

    def post_seen_by_all(self, text: str) -> None:
        self.post(self.bob, text, at_ms=NOW_MS - 1000)
        Comment.objects.update(deleted_at=None, deleted_seq=None)

    def edit_it(self, text: str, *, at_ms: float) -> Comment:
        comment = Comment.objects.get(person=self.bob.person)
        with self.committing():
            edit = EditComment(event_id=f"edit {text}", payload=CommentEdit(id=comment.pk, text=text))
            editing.edit(self.bob, edit, now_ms=at_ms)
        return Comment.objects.get(pk=comment.pk)

    def react(
        self,
        member: Member,
        comment: Comment,
        *,
        emoji: str = "🔥",
        on: bool = True,
        at_ms: float = NOW_MS,
    ) -> None:
        RulesCast.number += 1
        choice = ReactionToComment(id=comment.pk, emoji=emoji, on=on)
        with self.committing():
            command = ReactToComment(event_id=f"r{self.number}", payload=choice)
            editing.react_to_comment(member, command, now_ms=at_ms)

    @property
    def of_room(self) -> list[dict[str, Any]]:
        return self.sent(room_group(self.room.room_id))

    @property
    def of_bob(self) -> list[dict[str, Any]]:
        return self.sent(member_group(self.bob.pk))


class Writing(QuietCast):
    def test_only_the_author_gets_the_message_and_others_a_filled_place(self):
        self.post(self.bob, "hello")
        (comment,) = self.of_bob
        (filler,) = self.of_room
        assert (comment["type"], comment["payload"]["text"]) == ("new_comment", "hello")
        assert filler["type"] == "comment_deleted"
        assert filler["payload"] == {"id": 0, "seq": comment["payload"]["seq"]}

    def test_nobody_reads_it_later(self):
        before = Room.objects.get(pk=self.room.pk).comment_seq
        self.post(self.bob, "hello")
        self.post(self.alice, "good evening")
        room = Room.objects.get(pk=self.room.pk)
        assert [comment.text for comment in Comment.objects.recent(room)] == ["good evening"]
        assert Comment.objects.search(room, ["hello"], before=10**9, limit=10).comments == []
        missed = Comment.objects.missed(room, before)
        assert ([comment.text for comment in missed.comments], missed.deleted) == (["good evening"], [])
        assert room.comment_seq == before + 2

    def test_the_message_is_once_in_the_chat_when_it_is_sent_again(self):
        self.post(self.bob)
        RulesCast.number -= 1
        self.post(self.bob)
        assert Comment.objects.filter(person=self.bob.person).count() == 1
        assert len(self.of_bob) == 1

    def test_it_ends_by_itself_and_what_was_written_stays_unseen(self):
        self.post(self.bob, "during")
        self.post(self.bob, "after", at_ms=NOW_MS + 10 * 60_000)
        assert [comment.text for comment in Comment.objects.recent(self.room)] == ["after"]

    def test_reactions_go_to_the_author_and_typing_to_nobody(self):
        with self.committing():
            actions.react(self.bob, "🔥", now_ms=NOW_MS)
            actions.typing(self.bob, now_ms=NOW_MS)
        assert [frame["type"] for frame in self.of_bob] == ["reaction"]
        assert self.of_room == []

    def test_the_author_reads_it_after_a_reload_and_nobody_else(self):
        before = Room.objects.get(pk=self.room.pk).comment_seq
        self.post(self.bob, "hello")
        comment = Comment.objects.get(person=self.bob.person)
        CommentImage.objects.create(room=self.room, comment=comment, data=b"picture")
        room = Room.objects.get(pk=self.room.pk)
        for reader, expected in ((self.bob.person_id, ["hello"]), (self.alice.person_id, []), (None, [])):
            found: list[Sequence[Comment | CommentState]] = [
                Comment.objects.recent(room, reader=reader),
                Comment.objects.before(room, 10**9, reader=reader),
                Comment.objects.search(room, ["hello"], 10**9, 10, reader=reader).comments,
                Comment.objects.missed(room, before, reader=reader).comments,
            ]
            assert [[each.text for each in comments] for comments in found] == [expected] * 4
            image = CommentImage.objects.shown(room, comment.pk, reader)
            assert image == (b"picture" if expected else None)
        a_week_later = timezone.now() + timedelta(days=8)  # it was never deleted
        assert not CommentImage.objects.of_deleted_comments(a_week_later).exists()
        for member, number in ((self.bob, 1), (self.alice, 0)):
            state = compose_snapshot(self.read(member), "", None, 1)[0].payload
            assert isinstance(state, WelcomeState) and state.comments is not None
            assert len(state.comments) == number

    def test_its_author_deletes_it(self):
        self.post(self.bob, "hello")
        comment = Comment.objects.get(person=self.bob.person)
        with self.committing():
            actions.remove(self.alice, comment.pk)
        recent = Comment.objects.recent(self.room, reader=self.bob.person_id)
        assert [each.id for each in recent] == [comment.pk]
        with self.committing():
            actions.remove(self.bob, comment.pk)
        assert Comment.objects.recent(self.room, reader=self.bob.person_id) == []
        assert self.of_room[-1]["payload"]["id"] == comment.pk

    def test_what_nobody_saw_stays_unseen_when_it_is_changed_after_the_mute(self):
        self.post(self.bob, "helo", at_ms=NOW_MS + 9 * 60_000)
        comment = self.edit_it("hello", at_ms=NOW_MS + 11 * 60_000)
        assert comment.text == "hello"
        self.react(self.bob, comment, at_ms=NOW_MS + 11 * 60_000)
        assert [frame["type"] for frame in self.of_bob] == [
            "new_comment",
            "comment_changed",
            "comment_changed",
        ]
        assert {frame["payload"]["id"] for frame in self.of_room} == {0}

    def test_others_neither_edit_it_nor_react_to_it(self):
        self.post(self.bob)
        comment = Comment.objects.get(person=self.bob.person)
        choice = ReactionToComment(id=comment.pk, emoji="🔥", on=True)
        with pytest.raises(NotFound):
            editing.react_to_comment(self.alice, ReactToComment(event_id="r", payload=choice), now_ms=NOW_MS)

    def test_they_take_back_what_others_saw(self):
        self.post(self.alice, "good evening")
        comment = Comment.objects.get(person=self.alice.person)
        self.react(self.bob, comment, at_ms=NOW_MS + 11 * 60_000)
        self.react(self.bob, comment, on=False)
        assert [frame["type"] for frame in self.of_room][-2:] == ["comment_changed", "comment_changed"]
        assert not CommentReaction.objects.exists()

    def test_they_answer_their_own_message(self):
        self.post(self.bob, "hello")
        hello = Comment.objects.get()
        draft = CommentDraft(text="anyone?", reply_to=hello.pk)
        with self.committing():
            actions.post(
                self.bob, PostComment(event_id="answer", payload=draft), position=0, now_ms=NOW_MS + 1
            )
        assert Comment.objects.get(text="anyone?").reply_to == hello
        with pytest.raises(NotFound):
            actions.post(
                self.alice, PostComment(event_id="other", payload=draft), position=0, now_ms=NOW_MS + 1
            )


class Noticing(QuietCast):
    """The mute of these tests begins now, because lists of mutes compare it with the clock."""

    def setUp(self) -> None:
        super().setUp()
        self.act = room_actions.mute(
            self.room, self.bob.person.user_id, actor=self.alice, minutes=10, quiet=True
        )

    def lists(self, reader: Member) -> tuple[list[str], list[str]]:
        state = moderation_state(self.read(reader), now_ms=server_clock.now_ms(), now=timezone.now())
        return (
            [f"{ban.kind} {ban.quiet}" for ban in state.bans],
            [f"{act.kind} {act.quiet}" for act in state.acts],
        )

    def test_the_muted_is_not_informed_and_the_host_is(self):
        with self.committing():
            self.mute_quietly()
        assert self.of_bob == [] and self.of_room == []
        assert self.sent(member_group(self.alice.pk))[-1]["payload"]["quiet"] is True
        for state in (member_state(self.read(self.bob)), you_state(self.read(self.bob), "")):
            assert state.muted_until is None
        assert self.lists(self.alice) == (["mute True"], ["mute True"] * 3)

    def test_a_muted_who_may_moderate_later_reads_nothing_of_it(self):
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        assert self.lists(self.bob) == ([], [])

    def test_moderators_are_not_muted_quietly(self):
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        with pytest.raises(RuleRefused, match="quiet"):
            self.mute_quietly()

    def test_unmute_undo_and_a_loud_mute_end_it(self):
        room_actions.unmute(self.room, self.bob.person.user_id, actor=self.alice)
        assert self.read(self.bob).quiet_mute_until_ms is None
        act = self.mute_quietly()
        undo_act(self.room, act.pk, actor=self.alice, now=act.created_at)
        assert self.read(self.bob).quiet_mute_until_ms is None
        self.mute_quietly()
        self.mute_bob()
        bob = self.read(self.bob)
        assert (bob.quiet_mute_until_ms, bob.muted_until_ms) == (None, NOW_MS + 600_000)

    def test_a_page_that_resumes_gets_no_gap(self):
        before = self.read(self.alice).room
        self.post(self.bob, at_ms=server_clock.now_ms())
        answer = missed_events(self.read(self.alice), "", before.revision, before.comment_seq, 1)
        assert answer.payload.comments == [] and answer.payload.deleted == []
        assert answer.payload.comment_seq == before.comment_seq + 1
        assert compose_snapshot(self.read(self.alice), "", None, 1)[0].payload.comments == []

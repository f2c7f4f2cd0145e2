"""A quiet mute: only the muted sees what they write, and pages of others miss nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from chat import actions, editing
from chat.models import Comment
from rooms import actions as room_actions
from rooms.models import Member, ModerationAct, Role, Room
from rooms.serializers import member_state, moderation_state, you_state
from tests.chat.test_rules import NOW_MS, RulesCast
from watchium import server_clock
from watchium.protocol.chat.commands import CommentEdit, EditComment, ReactionToComment, ReactToComment
from watchium.protocol.errors import NotFound, RuleRefused
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

    def test_an_edit_is_shown_to_the_author_alone_and_not_stored(self):
        self.post(self.bob, "helo")
        comment = Comment.objects.get(person=self.bob.person)
        with self.committing():
            edit = EditComment(event_id="edit", payload=CommentEdit(id=comment.pk, text="hello"))
            editing.edit(self.bob, edit, now_ms=NOW_MS + 1000)
        assert self.of_bob[-1]["payload"]["comment"]["text"] == "hello"
        assert self.of_room[-1]["payload"]["id"] == 0
        assert Comment.objects.get(pk=comment.pk).text == "helo"

    def test_others_neither_edit_it_nor_react_to_it(self):
        self.post(self.bob)
        comment = Comment.objects.get(person=self.bob.person)
        choice = ReactionToComment(id=comment.pk, emoji="🔥", on=True)
        with pytest.raises(NotFound):
            editing.react_to_comment(self.alice, ReactToComment(event_id="r", payload=choice), now_ms=NOW_MS)

    def test_their_reactions_to_messages_are_not_stored(self):
        self.post(self.alice, "good evening")
        comment = Comment.objects.get(person=self.alice.person)
        choice = ReactionToComment(id=comment.pk, emoji="🔥", on=True)
        with self.committing():
            editing.react_to_comment(self.bob, ReactToComment(event_id="r", payload=choice), now_ms=NOW_MS)
        assert "comment_changed" not in self.published.types()


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

from __future__ import annotations

from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import actions, editing
from chat.models import AcceptedChange, Comment, CommentReaction
from chat.notices import notice
from rooms.models import Member, Room
from tests.cases import Cast
from watchium.protocol.chat.commands import CommentEdit, EditComment, ReactionToComment, ReactToComment
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import (
    BadMessage,
    EventIdConflict,
    NotAllowed,
    NotFound,
    NotMember,
    RateLimited,
    RuleRefused,
    TooLong,
)
from watchium.services.people.merge_guest import merge_guest_into_account

NOW_MS = 1_800_000_000_000.0
MINUTE_MS = 60_000.0


class ChangeCase(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.posted = self.post(self.bob, "teh end")

    def post(self, actor: Member, text: str) -> Comment:
        draft = PostComment(event_id=f"post {text}", payload=CommentDraft(text=text))
        actions.post(actor, draft, position=12.5, now_ms=NOW_MS)
        return Comment.objects.get(text=text)

    def edit(
        self,
        actor: Member,
        text: str,
        *,
        comment: Comment | None = None,
        now_ms: float = NOW_MS + 1,
        event_id: str = "",
    ):
        payload = CommentEdit(id=(comment or self.posted).pk, text=text)
        command = EditComment(event_id=event_id or self.new_id(), payload=payload)
        with self.committing():
            return editing.edit(actor, command, now_ms=now_ms)

    def react(
        self,
        actor: Member,
        emoji: str = "🎉",
        *,
        on: bool = True,
        now_ms: float = NOW_MS,
        event_id: str = "",
    ):
        payload = ReactionToComment(id=self.posted.pk, emoji=emoji, on=on)
        command = ReactToComment(event_id=event_id or self.new_id(), payload=payload)
        with self.committing():
            return editing.react_to_comment(actor, command, now_ms=now_ms)

    def new_id(self) -> str:
        self.number = getattr(self, "number", 0) + 1
        return f"change {self.number}"

    def shown(self):
        return Comment.objects.recent(self.room)[0]


class EditTests(ChangeCase):
    def test_the_author_edits_a_message_and_everyone_gets_the_whole_comment(self):
        accepted = self.edit(self.bob, "  the end\u200b ", event_id="edit")
        assert (accepted.event_id, accepted.revision, accepted.timestamp) == ("edit", None, NOW_MS + 1)
        payload = self.published.last("comment_changed")["payload"]
        assert (payload["seq"], payload["comment"]["seq"]) == (2, 1)
        assert (payload["comment"]["text"], payload["comment"]["edited"]) == ("the end", True)
        assert self.shown().text == "the end"
        assert self.shown().current_time == 12.5
        (of_evening,) = Comment.objects.between(self.room, NOW_MS, NOW_MS, 10)
        assert of_evening.text == "the end"

    def test_the_same_text_again_changes_nothing(self):
        first = self.edit(self.bob, "the end")
        again = self.edit(self.bob, "the end", now_ms=NOW_MS + 10 * MINUTE_MS)
        assert again.timestamp == first.timestamp
        assert self.published.types() == ["comment_changed"]

    def test_nobody_edits_the_messages_of_others(self):
        for actor in (self.alice, Member.objects.get(pk=self.alice.pk)):
            with self.assertRaises(NotAllowed):
                self.edit(actor, "mine now")
        with self.assertRaises(NotMember):
            self.edit(Member(room=self.room, person=self.carol), "mine now")
        actions.post_system_comment(
            Room.objects.get(pk=self.room.pk), notice("joined", name="Bob"), 0.0, now_ms=NOW_MS
        )
        with self.assertRaises(NotAllowed):
            self.edit(self.bob, "Bob left", comment=Comment.objects.get(is_system=True))

    def test_a_message_can_be_edited_for_five_minutes(self):
        self.edit(self.bob, "first", now_ms=NOW_MS + 5 * MINUTE_MS)
        with self.assertRaises(RuleRefused):
            self.edit(self.bob, "second", now_ms=NOW_MS + 5 * MINUTE_MS + 1)
        assert self.shown().text == "first"

    def test_a_text_that_could_not_be_posted_is_refused(self):
        for text, refused in (("\u200b", BadMessage), ("x" * 501, TooLong)):
            with self.assertRaises(refused):
                self.edit(self.bob, text)
        assert self.published.types() == []

    def test_a_deleted_message_and_one_of_another_room_do_not_exist(self):
        other = Room.objects.create(title="elsewhere")
        theirs = Comment.objects.create(
            room=other, person=self.bob.person, seq=1, text="x", position=0, at_ms=NOW_MS
        )
        with self.assertRaises(NotFound):
            self.edit(self.bob, "y", comment=theirs)
        actions.remove(self.bob, self.posted.pk)
        with self.assertRaises(NotFound):
            self.edit(self.bob, "y")

    def test_edits_count_as_comments(self):
        for number in range(4):
            self.edit(self.bob, f"text {number}", now_ms=NOW_MS)
        with self.assertRaises(RateLimited):
            self.edit(self.bob, "one too many", now_ms=NOW_MS)


class ReactionTests(ChangeCase):
    def test_members_react_to_a_message_and_take_it_back(self):
        self.react(self.alice)
        self.react(self.bob)
        self.react(self.bob, "🔥")
        alice, bob = self.alice.person.user_id, self.bob.person.user_id
        given = [(each.emoji, each.user_ids) for each in self.shown().reactions]
        assert given == [("🎉", [alice, bob]), ("🔥", [bob])]
        assert not self.shown().edited
        self.react(self.bob, on=False)
        comment = self.published.last("comment_changed")["payload"]["comment"]
        assert comment["reactions"] == [
            {"emoji": "🎉", "user_ids": [alice]},
            {"emoji": "🔥", "user_ids": [bob]},
        ]

    def test_a_reaction_given_or_taken_back_twice_changes_nothing(self):
        self.react(self.bob, on=False)
        self.react(self.bob)
        self.react(self.bob)
        assert self.published.types() == ["comment_changed"]

    def test_a_message_has_a_bounded_number_of_reactions(self):
        with patch("chat.models.comment_reaction.MAX_EMOJI", 2):
            self.react(self.bob, "🎉")
            self.react(self.bob, "🔥")
            self.react(self.alice, "🔥")
            with self.assertRaises(RuleRefused):
                self.react(self.alice, "👏")
        with patch("chat.models.comment_reaction.MAX_REACTIONS", 3), self.assertRaises(RuleRefused):
            self.react(self.alice, "🎉")

    def test_outsiders_deleted_messages_and_texts_are_refused(self):
        with self.assertRaises(NotMember):
            self.react(Member(room=self.room, person=self.carol))
        with self.assertRaises(BadMessage):
            self.react(self.bob, "no")
        actions.remove(self.bob, self.posted.pk)
        with self.assertRaises(NotFound):
            self.react(self.bob)

    def test_a_guest_who_signs_in_keeps_reactions_and_gives_none_twice(self):
        self.react(self.alice)
        self.react(self.bob)
        self.react(self.bob, "🔥")
        merge_guest_into_account(self.bob.person, self.alice.person)
        alice = self.alice.person.user_id
        assert [(each.emoji, each.user_ids) for each in self.shown().reactions] == [
            ("🎉", [alice]),
            ("🔥", [alice]),
        ]
        assert CommentReaction.objects.count() == 2


class ForgottenReactionTests(ChangeCase):
    def test_open_pages_learn_that_the_reactions_of_a_deleted_person_are_gone(self):
        later = self.post(self.bob, "and then")
        self.react(self.alice)
        self.react(self.bob)
        self.react(self.bob, "🔥")
        with self.committing():
            payload = ReactionToComment(id=later.pk, emoji="🔥", on=True)
            editing.react_to_comment(
                self.bob, ReactToComment(event_id="later", payload=payload), now_ms=NOW_MS
            )
        before = Room.objects.get(pk=self.room.pk)
        with self.committing(), patch.object(editing, "CHANGED_AT_ONCE", 1):
            editing.take_back_reactions(self.bob.person)
        room = Room.objects.get(pk=self.room.pk)
        missed = Comment.objects.missed(room, before.comment_seq)
        alice = self.alice.person.user_id
        assert [[each.user_ids for each in comment.reactions] for comment in missed.changed] == [
            [[alice]],
            [],
        ]
        seqs = [
            frame["payload"]["seq"]
            for _, frame in self.published.frames
            if frame["type"] == "comment_changed" and frame["payload"]["seq"] > before.comment_seq
        ]
        assert seqs == [before.comment_seq + 1, before.comment_seq + 2]
        assert room.comment_seq == seqs[-1]

    def test_without_reactions_nothing_changes(self):
        self.react(self.alice)
        self.published.frames.clear()
        with self.committing(), self.assertNumQueries(1):
            editing.take_back_reactions(self.bob.person)
        assert self.published.types() == []

    def test_reactions_to_deleted_comments_go_without_an_event(self):
        self.react(self.alice)
        actions.remove(self.bob, self.posted.pk)
        self.published.frames.clear()
        with self.committing():
            editing.take_back_reactions(self.alice.person)
        assert self.published.types() == []
        assert not CommentReaction.objects.exists()


class RepeatedChangeTests(ChangeCase):
    def test_an_edit_that_is_sent_again_gets_its_reply_and_undoes_no_later_one(self):
        first = self.edit(self.bob, "second text", event_id="a")
        self.edit(self.bob, "third text", event_id="b")
        assert self.edit(self.bob, " second text", now_ms=NOW_MS + 10 * MINUTE_MS, event_id="a") == first
        assert self.shown().text == "third text"
        assert self.published.types() == ["comment_changed"] * 2

    def test_an_edit_that_changed_nothing_changes_nothing_when_it_is_sent_again(self):
        first = self.edit(self.bob, "teh end", event_id="a")
        self.edit(self.bob, "the end", event_id="b")
        assert self.edit(self.bob, "teh end", event_id="a") == first
        assert self.shown().text == "the end"

    def test_a_reaction_that_is_sent_again_gets_its_reply_and_undoes_no_later_one(self):
        first = self.react(self.alice, event_id="a")
        self.react(self.alice, on=False, event_id="b")
        assert self.react(self.alice, now_ms=NOW_MS + 1, event_id="a") == first
        assert self.shown().reactions == []

    def test_another_change_under_the_same_event_id_is_a_conflict(self):
        self.edit(self.bob, "the end", event_id="a")
        self.react(self.bob, event_id="b")
        for change in (
            lambda: self.edit(self.bob, "another end", event_id="a"),
            lambda: self.react(self.bob, event_id="a"),
            lambda: self.react(self.bob, "🔥", event_id="b"),
            lambda: self.react(self.bob, on=False, event_id="b"),
        ):
            with self.assertRaises(EventIdConflict):
                change()
        assert (self.shown().text, len(self.shown().reactions)) == ("the end", 1)

    def test_the_same_event_id_of_two_members_are_two_changes(self):
        self.react(self.alice, event_id="a")
        self.react(self.bob, event_id="a")
        assert len(self.shown().reactions[0].user_ids) == 2

    def test_a_refused_change_is_not_remembered(self):
        with self.assertRaises(BadMessage):
            self.react(self.bob, "no", event_id="a")
        self.react(self.bob, event_id="a")
        assert len(self.shown().reactions) == 1

    def test_a_change_is_remembered_though_its_comment_was_deleted_since(self):
        first = self.edit(self.bob, "the end", event_id="a")
        actions.remove(self.bob, self.posted.pk)
        assert self.edit(self.bob, "the end", event_id="a") == first

    def test_a_guest_who_signed_in_may_send_a_change_again(self):
        first = self.edit(self.bob, "the end", event_id="a")
        self.react(self.alice, event_id="b")
        self.react(self.bob, event_id="b")
        merge_guest_into_account(self.bob.person, self.alice.person)
        alice = Member.objects.get(room=self.room, person=self.alice.person)
        assert self.edit(alice, "the end", event_id="a") == first
        assert AcceptedChange.objects.count() == 2

    def test_changes_are_remembered_for_a_day(self):
        self.edit(self.bob, "the end", event_id="a")
        self.react(self.alice, now_ms=NOW_MS + 60 * MINUTE_MS)
        AcceptedChange.objects.outdated(NOW_MS + 30 * MINUTE_MS).delete()
        assert list(AcceptedChange.objects.values_list("person", flat=True)) == [self.alice.person.pk]


class MissedChangeTests(ChangeCase):
    def test_a_client_that_was_away_gets_changed_comments_once(self):
        later = self.post(self.bob, "and then")
        self.edit(self.bob, "the end")
        self.react(self.alice)
        self.edit(self.bob, "and after that", comment=later)
        self.room.refresh_from_db()
        missed = Comment.objects.missed(self.room, 1)
        assert [comment.text for comment in missed.comments] == ["and after that"]
        assert [(comment.text, len(comment.reactions)) for comment in missed.changed] == [("the end", 1)]
        assert not missed.more
        assert Comment.objects.missed(self.room, 5) == ([], [], [], 5, False)

    def test_pages_of_changes_have_no_gaps(self):
        later = [self.post(self.bob, f"number {number}") for number in range(4)]
        for comment in [self.posted, *later]:
            self.edit(self.bob, f"{comment.text}!", comment=comment, now_ms=NOW_MS + 20_000)
        self.room.refresh_from_db()
        texts, seq, more = {}, 5, True
        while more:
            page = Comment.objects.missed(self.room, seq, 2)
            texts |= {comment.id: comment.text for comment in page.changed}
            seq, more = page.seq, page.more
        assert sorted(texts.values()) == sorted(f"{comment.text}!" for comment in [self.posted, *later])

    def test_comments_that_never_changed_cost_no_further_query(self):
        with self.assertNumQueries(1):
            Comment.objects.recent(self.room)
        self.room.refresh_from_db()
        with self.assertNumQueries(0):
            Comment.objects.missed(self.room, self.room.comment_seq)

    def test_changes_are_searched_in_an_index(self):
        with CaptureQueriesContext(connection) as captured:
            Comment.objects.changed_since(self.room, 5)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {captured[-1]['sql']}")
                plan = "\n".join(row[3] for row in cursor.fetchall())
            assert "INDEX comment_changed_seq (room_id=? AND changed_seq>?)" in plan
            assert "TEMP B-TREE" not in plan

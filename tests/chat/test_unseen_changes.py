"""Edits and reactions of the quietly muted: only they get them, at once and whenever they read the chat later."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from chat import actions, editing, moderation
from chat.models import Comment, CommentReaction, UnseenChange
from rooms import actions as room_actions
from rooms.models import Member, Room
from tests.chat.test_rules import NOW_MS
from tests.chat.test_unseen import QuietCast
from watchium.protocol.errors import RuleRefused
from watchium.protocol.events import WelcomeState
from watchium.services.evening.played_comments import played_comments
from watchium.services.room_snapshot import compose_snapshot, missed_events


class Changing(QuietCast):
    def test_an_edit_of_what_others_see_is_shown_to_the_author_alone(self):
        self.post_seen_by_all("helo")
        assert self.edit_it("hello", at_ms=NOW_MS + 1000).text == "helo"
        assert self.of_bob[-1]["payload"]["comment"]["text"] == "hello"
        assert self.of_room[-1]["payload"]["id"] == 0

    def test_their_reactions_to_messages_are_shown_to_them_alone(self):
        self.post(self.alice, "good evening")
        comment = Comment.objects.get(person=self.alice.person)
        self.react(self.alice, comment)
        self.published.frames.clear()
        for on, user_ids in ((True, [self.alice, self.bob]), (False, [self.alice])):
            self.react(self.bob, comment, on=on)
            (reaction,) = self.of_bob[-1]["payload"]["comment"]["reactions"]
            assert reaction == {"emoji": "🔥", "user_ids": [member.person.user_id for member in user_ids]}
        assert {frame["type"] for frame in self.of_room} == {"comment_deleted"}
        assert CommentReaction.objects.count() == 1

    def test_a_message_takes_no_more_emojis_from_them_than_from_others(self):
        self.post(self.alice, "good evening")
        comment = Comment.objects.get()
        self.react(self.alice, comment)
        with patch("chat.models.comment_reaction.MAX_EMOJI", 1), pytest.raises(RuleRefused):
            self.react(self.bob, comment, emoji="👏")

    def test_a_change_by_others_leaves_what_they_see(self):
        self.post_seen_by_all("helo")
        comment = self.edit_it("hello", at_ms=NOW_MS)
        self.published.frames.clear()
        self.react(self.alice, comment)
        assert self.of_room[0]["payload"]["comment"]["text"] == "helo"
        seen = self.of_bob[-1]["payload"]["comment"]
        assert (seen["text"], [each["emoji"] for each in seen["reactions"]]) == ("hello", ["🔥"])

    def test_public_changes_of_many_messages_leave_what_they_see(self):
        self.post_seen_by_all("helo")
        comment = self.edit_it("hello", at_ms=NOW_MS)
        self.react(self.alice, comment)

        def delete_and_undo() -> None:
            act = moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
            moderation.restore_comments(Room.objects.get(pk=self.room.pk), act)

        for change in (lambda: editing.take_back_reactions(self.alice.person), delete_and_undo):
            self.published.frames.clear()
            with self.committing():
                change()
            assert self.of_room[-1]["payload"]["id"] == 0
            assert self.of_bob[-1]["payload"]["comment"]["text"] == "hello"

    def test_a_page_that_connects_again_gets_its_own_version_after_the_public_one(self):
        self.post_seen_by_all("helo")
        comment = self.edit_it("hello", at_ms=NOW_MS)
        self.react(self.alice, comment)
        bob = self.read(self.bob)
        missed = missed_events(bob, "", bob.room.revision, bob.room.comment_seq - 1, 1).payload
        assert [each.text for each in missed.changed] == ["hello"]

    def test_an_edit_after_the_mute_is_seen_by_all(self):
        self.post_seen_by_all("helo")
        self.edit_it("hello", at_ms=NOW_MS)
        room_actions.unmute(self.room, self.bob.person.user_id, actor=self.alice)
        self.edit_it("hello all", at_ms=NOW_MS + 2000)
        for reader in (self.alice, self.bob):
            assert self.seen_by(reader) == [("hello all", True, [])]

    def test_both_the_unseen_and_the_public_reaction_count_once(self):
        self.post(self.alice, "good evening")
        comment = Comment.objects.get()
        self.react(self.bob, comment)
        for at_ms in (NOW_MS + 1, NOW_MS + 11 * 60_000):
            self.react(self.bob, comment, at_ms=at_ms)
        assert self.seen_by(self.bob) == [("good evening", False, ["🔥 1"])] == self.seen_by(self.alice)

    def seen_by(self, reader: Member) -> list[tuple[str, bool, list[str]]]:
        """The text of each message, whether it was edited, and the number of each emoji, after a reload."""
        shown = Comment.objects.recent(self.read(reader).room, reader=reader.person_id)
        return [
            (
                comment.text,
                comment.edited,
                [f"{each.emoji} {len(each.user_ids)}" for each in comment.reactions],
            )
            for comment in shown
        ]


class Reloading(QuietCast):
    """Edits and reactions, in each place where the muted and others read them later."""

    def setUp(self) -> None:
        super().setUp()
        self.post_seen_by_all("helo")
        self.before = self.read(self.bob).room.comment_seq
        comment = self.edit_it("hello", at_ms=NOW_MS)
        self.react(self.bob, comment)

    def pages(self, reader: Member) -> dict[str, list[tuple[str, bool, int]]]:
        member = self.read(reader)
        welcome = compose_snapshot(member, "", None, 1)[0].payload
        assert isinstance(welcome, WelcomeState) and welcome.comments is not None
        missed = missed_events(member, "", member.room.revision, self.before, 1).payload
        by_position = played_comments(
            member.room, 1, 0, 100, NOW_MS, with_reactions=False, reader=member.person_id
        )
        shown = {
            "a reload": welcome.comments,
            "polling": missed.changed,
            "the film's comments": by_position.comments,
        }
        return {
            name: [(each.text, each.edited, len(each.reactions)) for each in comments]
            for name, comments in shown.items()
        }

    def test_the_author_reads_the_edit_and_the_reaction(self):
        assert set(map(tuple, self.pages(self.bob).values())) == {(("hello", True, 1),)}

    def test_nobody_else_does(self):
        pages = self.pages(self.alice)
        assert pages.pop("polling") == []
        assert set(map(tuple, pages.values())) == {(("helo", False, 0),)}

    def test_the_search_and_the_evening_have_the_edit_for_the_author(self):
        room = self.read(self.bob).room
        for reader, found in ((self.bob, True), (self.alice, False)):
            pk = reader.person_id
            assert bool(Comment.objects.search(room, ["hello"], 10**9, 10, reader=pk).comments) is found
            (comment,) = Comment.objects.between(room, 0, NOW_MS, 10, reader=pk)
            assert comment.text == ("hello" if found else "helo")

    def test_one_that_is_taken_back_is_gone_in_another_tab(self):
        comment = Comment.objects.get()
        self.react(self.bob, comment, on=False)
        assert self.pages(self.bob)["polling"] == [("hello", True, 0)]

    def test_a_message_that_only_they_see_is_changed_there_too(self):
        self.post(self.bob, "alone", at_ms=NOW_MS + 1)
        self.before = self.read(self.bob).room.comment_seq
        kept = Comment.objects.get(text="alone")
        self.react(self.bob, kept, at_ms=NOW_MS + 2)
        pages = self.pages(self.bob)
        assert pages["polling"] == [("alone", False, 1)]
        assert pages["a reload"][-1] == ("alone", False, 1)
        assert self.pages(self.alice)["polling"] == []

    def test_the_texts_go_with_the_account(self):
        actions.erase_comments(self.bob.person)
        assert not UnseenChange.objects.exists()

    def test_the_oldest_are_deleted(self):
        with patch("chat.models.unseen_change.MAX_CHANGED", 1):
            self.post(self.alice, "good evening", at_ms=NOW_MS + 1)
            self.react(self.bob, Comment.objects.get(text="good evening"), at_ms=NOW_MS + 2)
        assert [change.emojis for change in UnseenChange.objects.all()] == ["🔥"]
        assert UnseenChange.objects.get().text is None

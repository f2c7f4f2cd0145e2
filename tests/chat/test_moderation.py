from __future__ import annotations

import pytest

from chat import actions, moderation
from chat.models import Comment
from rooms.models import Member, ModerationAct, Role, Room
from tests.cases import Cast
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import NotFound, RateLimited, RuleRefused
from watchium.protocol.moderation.commands import ReportRequest
from watchium.realtime.groups import member_group

pytestmark = pytest.mark.usefixtures("frozen_clock")


class CommentsCast(Cast):
    def say(self, actor: Member, *texts: str) -> list[Comment]:
        for text in texts:
            command = PostComment(event_id=f"{actor.pk} {text}", payload=CommentDraft(text=text))
            actions.post(actor, command, position=0)
        return list(Comment.objects.filter(text__in=texts).order_by("pk"))

    def shown(self) -> list[str]:
        return [comment.text for comment in Comment.objects.recent(self.room)]


class DeleteAllTests(CommentsCast):
    def test_all_comments_of_a_person_go_and_others_stay(self):
        self.say(self.alice, "welcome")
        ids = [comment.pk for comment in self.say(self.bob, "one", "two")]
        with self.committing():
            moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
        assert self.shown() == ["welcome"]
        assert self.published.last("comments_deleted")["payload"] == {"ids": ids, "seq": 4}
        assert Room.objects.get().comment_seq == 5
        act = self.published.last("moderated")["payload"]
        assert (act["kind"], act["target"]["username"]) == ("delete_all_comments", "Bob")

    def test_a_client_that_missed_it_gets_each_deletion(self):
        ids = [comment.pk for comment in self.say(self.bob, "one", "two")]
        moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
        missed = Comment.objects.missed(Room.objects.get(), 2)
        assert (missed.deleted, missed.seq) == (ids, 4)

    def test_also_of_a_person_who_has_left(self):
        self.say(self.bob, "one")
        Member.objects.filter(pk=self.bob.pk).update(left_at="2026-01-01T00:00Z", present=False)
        moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
        assert self.shown() == []

    def test_members_may_not_and_moderators_not_those_of_the_host(self):
        self.say(self.alice, "welcome")
        with pytest.raises(RuleRefused):
            moderation.delete_all(self.room, self.alice.person.user_id, actor=self.bob)
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        with pytest.raises(RuleRefused):
            moderation.delete_all(self.room, self.alice.person.user_id, actor=carol)
        assert self.shown() == ["welcome"]

    def test_comments_come_back_at_their_places(self):
        self.say(self.bob, "one")
        self.say(self.alice, "welcome")
        self.say(self.bob, "two")
        act = moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
        self.say(self.alice, "later")
        room = Room.objects.get()
        with self.committing():
            moderation.restore_comments(room, act)
        assert self.shown() == ["one", "welcome", "two", "later"]
        changed = [f["payload"] for _, f in self.published.frames if f["type"] == "comment_changed"]
        assert [(change["seq"], change["comment"]["text"]) for change in changed] == [(7, "one"), (8, "two")]
        missed = Comment.objects.missed(room, 6)
        assert [comment.text for comment in missed.changed] == ["one", "two"]

    def test_one_deleted_comment_comes_back(self):
        (comment,) = self.say(self.bob, "one")
        actions.remove(self.alice, comment.pk)
        moderation.restore_comments(Room.objects.get(), ModerationAct.objects.get())
        assert self.shown() == ["one"]

    def test_a_comment_that_its_author_deleted_after_it_came_back_stays_deleted(self):
        (comment,) = self.say(self.bob, "one")
        act = moderation.delete_all(self.room, self.bob.person.user_id, actor=self.alice)
        moderation.restore_comments(Room.objects.get(), act)
        actions.remove(self.bob, comment.pk)
        moderation.restore_comments(Room.objects.get(), act)
        assert self.shown() == []


class ReportTests(CommentsCast):
    def test_moderators_get_the_report_and_neither_others_nor_whom_it_is_about(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        (comment,) = self.say(self.alice, "welcome")
        request = ReportRequest(user_id=self.alice.person.user_id, comment_id=comment.pk, reason="rude")
        with self.committing():
            moderation.report(self.bob, request)
        groups = {group for group, frame in self.published.frames if frame["type"] == "moderated"}
        assert groups == {member_group(carol.pk)}
        act = self.published.last("moderated")["payload"]
        assert (act["kind"], act["reason"], act["text"]) == ("report", "rude", "welcome")
        assert (act["by"]["username"], act["target"]["username"], act["undo_until"]) == ("Bob", "Alice", None)

    def test_nobody_reports_themselves_or_a_comment_of_another(self):
        (comment,) = self.say(self.alice, "welcome")
        with pytest.raises(RuleRefused):
            moderation.report(self.bob, ReportRequest(user_id=self.bob.person.user_id))
        carol = self.enrol(self.carol)
        with pytest.raises(NotFound):
            moderation.report(self.bob, ReportRequest(user_id=carol.person.user_id, comment_id=comment.pk))
        with pytest.raises(NotFound):
            moderation.report(self.bob, ReportRequest(user_id="G-nobody"))

    def test_reports_are_rate_limited(self):
        request = ReportRequest(user_id=self.alice.person.user_id)
        with pytest.raises(RateLimited):
            for _ in range(10):
                moderation.report(self.bob, request)
        assert ModerationAct.objects.count() == 5

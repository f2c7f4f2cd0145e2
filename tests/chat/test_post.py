from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from chat import actions
from chat.models import Comment
from chat.notices import notice
from rooms.models import Member, Room
from tests.cases import Cast
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import BadMessage, EventIdConflict, NotFound, NotMember, RateLimited, TooLong
from watchium.realtime.groups import room_group

NOW_MS = 1_800_000_000_000.0


def comment(text: str, event_id: str = "e1", reply_to: int | None = None) -> PostComment:
    return PostComment(event_id=event_id, payload=CommentDraft(text=text, reply_to=reply_to))


class PostTests(Cast):
    def post(self, actor: Member, text: str = "hello", event_id: str = "e1", now_ms: float = NOW_MS, **more):
        with self.committing():
            return actions.post(actor, comment(text, event_id, **more), position=12.5, now_ms=now_ms)

    def test_a_comment_is_broadcast_with_its_position(self):
        accepted = self.post(self.bob, "  what a sc\u200bene  ")
        posted = Comment.objects.get()
        assert (accepted.event_id, accepted.revision, accepted.timestamp) == ("e1", None, NOW_MS)
        event = self.published.last("new_comment")
        assert self.published.types(room_group(self.room.room_id)) == ["new_comment"]
        assert (event["room_id"], event["revision"], event["timestamp"]) == (self.room.room_id, None, NOW_MS)
        created_at = event["payload"].pop("created_at")
        assert event["payload"] == {
            "id": posted.pk,
            "seq": 1,
            "user_id": self.bob.person.user_id,
            "username": "Bob",
            "text": "what a scene",
            "current_time": 12.5,
            "is_system_message": False,
            "reply_to": None,
        }
        assert len(created_at) == len("2027-01-15T08:00:00.000Z")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(created_at)).total_seconds() < 60

    def test_carol_is_refused(self):
        outside = Member(room=self.room, person=self.carol, username="Carol")
        with self.assertRaises(NotMember):
            self.post(outside)
        assert not Comment.objects.exists()

    def test_a_former_member_is_refused(self):
        Member.objects.filter(pk=self.bob.pk).update(left_at=datetime.now(UTC))
        with self.assertRaises(NotMember):
            self.post(self.bob)

    def test_a_repeated_command_posts_once_and_gets_the_same_reply(self):
        first = self.post(self.bob)
        again = self.post(self.bob, now_ms=NOW_MS + 5000)
        assert again == first
        assert Comment.objects.count() == 1
        assert self.published.types() == ["new_comment"]

    def test_replays_are_not_rate_limited(self):
        self.post(self.bob)
        for _ in range(20):
            self.post(self.bob)

    def test_an_event_id_reused_for_another_text_is_a_conflict(self):
        self.post(self.bob)
        with self.assertRaises(EventIdConflict):
            self.post(self.bob, "something else")
        assert Comment.objects.get().text == "hello"

    def test_two_members_may_use_the_same_event_id(self):
        self.post(self.bob)
        self.post(self.alice)
        assert Comment.objects.count() == 2

    def test_the_rate_limit_is_five_at_once_then_one_a_second(self):
        for number in range(5):
            self.post(self.bob, event_id=f"e{number}")
        with self.assertRaises(RateLimited) as refused:
            self.post(self.bob, event_id="e6")
        assert refused.exception.retry_after_ms == 1000
        self.post(self.alice, event_id="e6")
        self.post(self.bob, event_id="e6", now_ms=NOW_MS + 1000)

    def test_invalid_text_is_refused(self):
        with self.assertRaises(BadMessage):
            self.post(self.bob, "\u200b")
        with self.assertRaises(TooLong):
            self.post(self.bob, "x" * 501)
        assert self.published.types() == []

    def test_a_reply_refers_to_a_comment_of_the_room(self):
        self.post(self.bob, event_id="e1")
        first = Comment.objects.get()
        self.post(self.alice, event_id="e2", reply_to=first.pk)
        assert self.published.last("new_comment")["payload"]["reply_to"] == first.pk

    def test_a_reply_to_another_rooms_comment_is_refused(self):
        elsewhere = Comment.objects.create(
            room=Room.objects.create(title="elsewhere"), seq=1, text="x", position=0, at_ms=0
        )
        with self.assertRaises(NotFound):
            self.post(self.bob, reply_to=elsewhere.pk)

    def test_comments_and_deletions_share_one_order(self):
        self.post(self.bob, event_id="e1")
        actions.remove(self.bob, Comment.objects.get().pk)
        self.post(self.bob, event_id="e2")
        assert list(Comment.objects.order_by("seq").values_list("seq", "deleted_seq")) == [(1, 2), (3, None)]
        self.room.refresh_from_db()
        assert self.room.comment_seq == 3

    def test_posting_takes_two_round_trips_besides_begin_and_commit(self):
        self.post(self.bob, event_id="e0")
        with self.assertNumQueries(4 if connection.vendor == "postgresql" else 7):
            self.post(self.bob, event_id="e1")


class SystemCommentTests(Cast):
    def test_a_system_comment_has_no_author(self):
        with self.committing():
            actions.post_system_comment(
                Room.objects.locked(self.room.pk), notice("joined", name="Bob"), 3.0, now_ms=NOW_MS
            )
        payload = self.published.last("new_comment")["payload"]
        assert (payload["text"], payload["user_id"], payload["username"]) == ("Bob joined", None, "")
        assert payload["is_system_message"] is True

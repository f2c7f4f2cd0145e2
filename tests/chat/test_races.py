from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import TransactionTestCase, skipUnlessDBFeature

from chat import actions
from chat.models import Comment
from rooms.models import Member, Person, Room
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.replies import Accepted

NOW_MS = 1_800_000_000_000.0


@skipUnlessDBFeature("has_select_for_update")
class RaceTests(TransactionTestCase):
    """PostgreSQL only: SQLite in memory has one connection, on which there are no races."""

    def setUp(self) -> None:
        self.room = Room.objects.create(title="movie-night")
        people = [Person.objects.create(username=name) for name in ("Alice", "Bob")]
        self.members = [Member.objects.create(room=self.room, person=p, username=p.username) for p in people]

    def run_concurrently(self, count: int, call) -> list:
        def on_thread(number: int):
            try:
                return call(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(on_thread, range(count)))

    def test_a_comment_sent_twenty_times_concurrently_is_stored_once(self):
        command = PostComment(event_id="e", payload=CommentDraft(text="hello"))

        def post(_number: int) -> Accepted:
            return actions.post(self.members[0], command, position=0, now_ms=NOW_MS)

        replies = self.run_concurrently(20, post)
        assert replies == replies[:1] * 20
        assert Comment.objects.count() == 1

    def test_concurrent_comments_leave_no_gap_in_the_order(self):
        def post(number: int) -> Accepted:
            command = PostComment(event_id=f"e{number}", payload=CommentDraft(text=str(number)))
            return actions.post(self.members[number % 2], command, position=0, now_ms=NOW_MS)

        self.run_concurrently(10, post)
        assert sorted(Comment.objects.values_list("seq", flat=True)) == list(range(1, 11))
        self.room.refresh_from_db()
        assert self.room.comment_seq == 10

    def test_a_comment_deleted_concurrently_is_deleted_once(self):
        Member.objects.filter(pk=self.members[0].pk).update(role="host")
        comment = Comment.objects.create(
            room=self.room, person=self.members[1].person, seq=1, text="x", position=0, at_ms=0
        )
        Room.objects.update(comment_seq=1)
        self.run_concurrently(10, lambda number: actions.remove(self.members[number % 2], comment.pk))
        self.room.refresh_from_db()
        assert self.room.comment_seq == 2

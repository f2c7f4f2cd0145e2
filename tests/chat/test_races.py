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
class Races(TransactionTestCase):
    """With PostgreSQL only: a SQLite in memory has one connection, on which nothing races."""

    def setUp(self) -> None:
        self.room = Room.objects.create(title="movie-night")
        people = [Person.objects.create(username=name) for name in ("Alice", "Bob")]
        self.members = [Member.objects.create(room=self.room, person=p, username=p.username) for p in people]

    def at_once(self, count: int, call) -> list:
        def on_thread(number: int):
            try:
                return call(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(on_thread, range(count)))

    def test_one_comment_sent_twenty_times_at_once_is_there_once(self):
        command = PostComment(event_id="e", payload=CommentDraft(text="hello"))

        def post(_number: int) -> Accepted:
            return actions.post(self.members[0], command, position=0, now_ms=NOW_MS)

        answers = self.at_once(20, post)
        assert answers == answers[:1] * 20
        assert Comment.objects.count() == 1

    def test_two_people_talking_at_once_leave_no_gap_in_the_order(self):
        def post(number: int) -> Accepted:
            command = PostComment(event_id=f"e{number}", payload=CommentDraft(text=str(number)))
            return actions.post(self.members[number % 2], command, position=0, now_ms=NOW_MS)

        self.at_once(10, post)
        assert sorted(Comment.objects.values_list("seq", flat=True)) == list(range(1, 11))
        self.room.refresh_from_db()
        assert self.room.comment_seq == 10

    def test_a_comment_deleted_by_two_at_once_is_deleted_once(self):
        Member.objects.filter(pk=self.members[0].pk).update(role="host")
        said = Comment.objects.create(
            room=self.room, person=self.members[1].person, seq=1, text="x", position=0, at_ms=0
        )
        Room.objects.update(comment_seq=1)
        self.at_once(10, lambda number: actions.remove(self.members[number % 2], said.pk))
        self.room.refresh_from_db()
        assert self.room.comment_seq == 2

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chat import actions
from chat.models import Comment, CommentReaction, states
from chat.notices import notice
from rooms.models import Room
from tests.cases import Cast


class QueryTests(Cast):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        with transaction.atomic():
            room = Room.objects.locked(cls.room.pk)
            for number in range(1, 8):
                actions.post_system_comment(room, notice("playing", title=str(number)), 0.0, now_ms=0.0)
        actions.remove(cls.alice, Comment.objects.get(seq=3).pk)

    def texts(self, comments) -> list[int]:
        return [int(comment.text.split()[1]) for comment in comments]

    def test_recent_comments_are_oldest_first_without_deleted_ones(self):
        assert self.texts(Comment.objects.recent(self.room, 5)) == [2, 4, 5, 6, 7]
        assert self.texts(Comment.objects.recent(self.room)) == [1, 2, 4, 5, 6, 7]

    def test_recent_comments_equal_those_that_were_sent(self):
        rows = Comment.objects.filter(room=self.room)
        moment = datetime(2026, 11, 30, 20, 59, 59, tzinfo=UTC)
        for seq, microsecond in ((1, 0), (2, 999_999), (4, 1000), (5, 50)):
            rows.filter(seq=seq).update(created_at=moment.replace(microsecond=microsecond))
        rows.filter(seq=5).update(is_system=False, notice="", user_id="g_x", edited_ms=1.0, image_width=640)
        rows.filter(seq=6).update(changed_seq=6, reply_to=rows.get(seq=5))
        CommentReaction.objects.add(rows.get(seq=6).pk, self.bob.person, "🔥")
        recent = Comment.objects.recent(self.room)
        assert recent == states(list(rows.exclude(seq=3).order_by("seq")))
        assert [comment.created_at[-13:] for comment in recent[:4]] == [
            "20:59:59.000Z",
            "20:59:59.999Z",
            "20:59:59.001Z",
            "20:59:59.000Z",
        ]
        assert {type(comment.is_system_message) for comment in recent} == {bool}

    def test_older_comments_are_the_last_before_a_seq(self):
        assert self.texts(Comment.objects.before(self.room, 5, 2)) == [2, 4]
        assert self.texts(Comment.objects.before(self.room, 1, 2)) == []

    def test_missed_comments_are_oldest_first(self):
        assert self.texts(Comment.objects.since(self.room, 4, 2)) == [5, 6]
        assert self.texts(Comment.objects.since(self.room, 7)) == []

    def test_deletions_are_found_by_deleted_seq(self):
        assert self.texts(Comment.objects.deleted_since(self.room, 7)) == [3]
        assert self.texts(Comment.objects.deleted_since(self.room, 8)) == []

    def test_pages_of_missed_comments_have_no_gaps_and_no_duplicates(self):
        self.room.refresh_from_db()
        comments, deleted, seq, more = [], [], 0, True
        while more:
            page = Comment.objects.missed(self.room, seq, 3)
            comments += [comment.seq for comment in page.comments]
            deleted += page.deleted
            seq, more = page.seq, page.more
        assert comments == [1, 2, 4, 5, 6, 7]
        assert deleted == [Comment.objects.get(seq=3).pk]
        assert seq == 8

    def test_pages_by_position_are_searched_in_an_index_and_have_no_gaps(self):
        for number in range(1, 8):
            Comment.objects.filter(seq=number).update(position=number % 3)
        found: list[int] = []
        with CaptureQueriesContext(connection) as captured:
            while page := Comment.objects.by_position(self.room, 1, found[-1] if found else 0, 2):
                found += [comment.seq for comment in page]
        assert found == [6, 1, 4, 7, 2, 5]
        if connection.vendor == "sqlite":  # PostgreSQL reads a table as small as this whole
            plan = self.plan(captured[-1]["sql"])
            assert "INDEX comment_by_position (room_id=? AND position>?)" in plan
            assert "TEMP B-TREE" not in plan

    def test_comments_by_position_are_the_latest_of_the_room(self):
        with patch("chat.models.comment.MAX_BY_POSITION", 4):
            room = Room.objects.get(pk=self.room.pk)
            assert [comment.seq for comment in Comment.objects.by_position(room, 1, 0)] == [5, 6, 7]

    def test_a_search_finds_all_words_in_any_case_and_goes_on(self):
        Comment.objects.filter(seq__in=(2, 4, 7)).update(
            is_system=False, text="Über den STRASSEN", username="Zoë"
        )
        Comment.objects.filter(seq=6).update(is_system=False, text="über ihm")
        for words, found in ((["über"], [2, 4, 6, 7]), (["über", "straßen".casefold()], [2, 4, 7])):
            assert [each.seq for each in Comment.objects.search(self.room, words, 99, 50).comments] == found
        page = Comment.objects.search(self.room, ["zoë", "über"], 99, 2)
        assert ([each.seq for each in page.comments], page.before) == ([4, 7], 4)
        page = Comment.objects.search(self.room, ["zoë", "über"], 4, 2)
        assert ([each.seq for each in page.comments], page.before) == ([2], None)
        with patch("chat.models.comment.MAX_SEARCHED", 2):
            page = Comment.objects.search(self.room, ["den"], 7, 50)
        assert ([each.seq for each in page.comments], page.before) == ([4], 4)

    def test_comments_of_an_evening_are_searched_by_their_time(self):
        Comment.objects.update(is_system=False)
        Comment.objects.filter(seq__gt=5).update(at_ms=9)
        with CaptureQueriesContext(connection) as captured:
            found = Comment.objects.between(self.room, 1, 10, 100)
        assert [comment.seq for comment in found] == [6, 7]
        if connection.vendor == "sqlite":
            plan = self.plan(captured[-1]["sql"])
            assert "INDEX comment_by_time (room_id=? AND at_ms>? AND at_ms<?)" in plan

    def plan(self, sql: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return "\n".join(row[3] for row in cursor.fetchall())

    def test_a_client_that_is_up_to_date_gets_nothing(self):
        assert Comment.objects.missed(self.room, 8) == ([], [], [], 8, False)

    def test_rooms_have_separate_chats(self):
        assert Comment.objects.recent(Room.objects.create(title="elsewhere")) == []

    def test_the_database_rejects_a_second_comment_with_the_same_seq(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Comment.objects.create(room=self.room, seq=1, text="x", position=0, at_ms=0)

    def test_the_database_rejects_a_second_event_id_of_a_person(self):
        fields = {"room": self.room, "person": self.bob.person, "event_id": "e", "position": 0, "at_ms": 0}
        Comment.objects.create(seq=100, text="x", **fields)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Comment.objects.create(seq=101, text="y", **fields)

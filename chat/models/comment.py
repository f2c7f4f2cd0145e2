"""Comments, ordered by the room's `comment_seq`, and the queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db import models
from django.db.models import Q

from chat.models.comment_authors import AuthorQuerySet
from chat.models.comment_deletion import NEVER_SHOWN
from chat.models.comment_state import columns, state_of, states, states_of_rows
from chat.models.unseen_change import OwnChange, UnseenChange, seen_by_reader
from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip
from watchium.protocol.types import CommentReaction as CommentReactionState
from watchium.protocol.types import CommentState

MAX_BY_POSITION = 10_000  # of each room are read in the order of their positions
MAX_SEARCHED = 5000  # in one request
PRESENCE = "presence"


class MissedComments(NamedTuple):
    """A page of comments, deletions and changes that a client missed. If `more` is set, the next begins after `seq`."""

    comments: list[CommentState]
    deleted: list[int]
    changed: list[CommentState]
    seq: int
    more: bool


class FoundComments(NamedTuple):
    """Comments, oldest first. `before`: where to search on; None if there are no earlier ones."""

    comments: list[Comment]
    before: int | None


class CommentQuerySet(AuthorQuerySet):
    def shown(self) -> CommentQuerySet:
        return self.filter(deleted_at=None)

    def shown_to(self, reader: int | None) -> CommentQuerySet:
        """With those that only the reader (a person's primary key) sees, who wrote them while quietly muted."""
        if reader is None:
            return self.shown()
        return self.filter(Q(deleted_at=None) | Q(deleted_seq=NEVER_SHOWN, person=reader))

    def recent(self, room: Room, limit: int = 100, *, reader: int | None = None) -> list[CommentState]:
        """Return the latest comments that the reader sees, oldest first, as the protocol shows them."""
        sql = f"""SELECT {columns()} FROM chat_comment comment
            WHERE comment.room_id = %s
            AND (comment.deleted_at IS NULL OR (comment.deleted_seq = {NEVER_SHOWN} AND comment.person_id = %s))
            ORDER BY comment.seq DESC LIMIT %s"""  # noqa: S608
        own = [] if reader is None else [UnseenChange.objects.to_read(room, reader)]
        rows, *changes = run_in_one_round_trip(PreparedQuery(sql, [room.pk, reader or 0, limit]), *own)
        return seen_by_reader(states_of_rows(rows[::-1]), [OwnChange(*each) for each in chain(*changes)])

    def before(self, room: Room, seq: int, limit: int = 100, *, reader: int | None = None) -> list[Comment]:
        """Return the last comments before `seq` that the reader sees, oldest first."""
        return list(self.shown_to(reader).filter(room=room, seq__lt=seq).order_by("-seq")[:limit])[::-1]

    def by_position(
        self, room: Room, since_seq: int, after_seq: int, limit: int = 100, *, reader: int | None = None
    ) -> list[Comment]:
        """Return comments from `since_seq` on in the order of their positions, those after the one at `after_seq`.

        Only the latest `MAX_BY_POSITION` of the room take part.
        """
        since_seq = max(since_seq, room.comment_seq + 1 - MAX_BY_POSITION)
        found = self.shown_to(reader).filter(room=room, seq__gte=since_seq)
        positions = self.filter(room=room, seq=after_seq).values_list("position", flat=True)
        if (position := positions.first()) is not None:
            later = Q(position__gt=position) | Q(position=position, seq__gt=after_seq)
            found = found.filter(later, position__gte=position)  # repeated where an index is searched by it
        return list(found.order_by("position", "seq")[:limit])

    def search(
        self, room: Room, words: Sequence[str], before: int, limit: int, *, reader: int | None = None
    ) -> FoundComments:
        """Return the latest comments before the `seq` `before` with all words in their text or name, oldest first.

        Compared here, because SQLite ignores case in ASCII letters only. At most `MAX_SEARCHED` are read.
        """
        rows = self.shown_to(reader).filter(room=room, is_system=False, seq__lt=before).order_by("-seq")
        edits = UnseenChange.objects.edits_of_reader(room, reader)
        found: list[int] = []
        read, seq = 0, before
        for pk, seq, username, text in rows.values_list("pk", "seq", "username", "text")[:MAX_SEARCHED]:
            read += 1
            folded = f"{username} {edits.get(pk, text)}".casefold()
            if all(word in folded for word in words):
                found.append(seq)
                if len(found) == limit:
                    break
        comments = list(self.shown_to(reader).filter(room=room, seq__in=found).order_by("seq"))
        return FoundComments(comments, seq if len(found) == limit or read == MAX_SEARCHED else None)

    def last_seq_before(self, room: Room, at_ms: float) -> int:
        """Return the `seq` of the last comment before a server time, or 0."""
        earlier = self.filter(room=room, at_ms__lt=at_ms).order_by("-seq")
        return earlier.values_list("seq", flat=True).first() or 0

    def since(self, room: Room, seq: int, limit: int = 500, *, reader: int | None = None) -> list[Comment]:
        """Return comments after `seq` that the reader sees, oldest first."""
        return list(self.shown_to(reader).filter(room=room, seq__gt=seq).order_by("seq")[:limit])

    def at_seq(self, room: Room, seq: int) -> Comment | None:
        return self.shown().filter(room=room, seq=seq).first()

    def mark_changed(self, room: Room, pks: list[int]) -> list[Comment]:
        """Number the shown ones of these comments as changed after the room's `comment_seq`, and return them.

        The caller has locked the room, and raises its `comment_seq` by their number.
        """
        comments = list(self.shown().filter(room=room, pk__in=pks).order_by("seq"))
        for number, comment in enumerate(comments, room.comment_seq + 1):
            comment.changed_seq = number
        self.bulk_update(comments, ["changed_seq"])
        return comments

    def deleted_since(self, room: Room, seq: int, limit: int = 500) -> list[Comment]:
        """Return comments deleted after `seq`, ordered by `deleted_seq`."""
        return list(self.filter(room=room, deleted_seq__gt=seq).order_by("deleted_seq")[:limit])

    def changed_since(
        self, room: Room, seq: int, limit: int = 500, *, reader: int | None = None
    ) -> list[Comment]:
        """Return comments up to `seq` that changed after it, ordered by `changed_seq`."""
        rows = self.shown_to(reader).filter(room=room, changed_seq__gt=seq, seq__lte=seq)
        return list(rows.order_by("changed_seq")[:limit])

    def missed(self, room: Room, seq: int, limit: int = 500, *, reader: int | None = None) -> MissedComments:
        """Return what happened after `seq` for the reader, at most `limit` in total, without a gap between pages."""
        if seq == room.comment_seq:
            return MissedComments([], [], [], seq, more=False)
        happened = [
            *((comment.seq, comment) for comment in self.since(room, seq, limit + 1, reader=reader)),
            *((comment.deleted_seq or 0, comment) for comment in self.deleted_since(room, seq, limit + 1)),
            *(
                (comment.changed_seq or 0, comment)
                for comment in self.changed_since(room, seq, limit + 1, reader=reader)
            ),
            *((own.seq, own.comment) for own in UnseenChange.objects.since(room, seq, reader, limit + 1)),
        ]
        page = sorted(happened, key=lambda pair: pair[0])[:limit]
        shown = [comment for _, comment in page if not comment.deleted_seq]
        own = UnseenChange.objects.of_reader(room, reader)
        return MissedComments(
            comments=seen_by_reader(states([comment for comment in shown if comment.seq > seq]), own),
            deleted=[comment.pk for _, comment in page if comment.deleted_seq],
            changed=seen_by_reader(states([comment for comment in shown if comment.seq <= seq]), own),
            seq=page[-1][0] if page else seq,
            more=len(happened) > limit,
        )

    def rooms_with_comments(self) -> models.QuerySet[Comment, int]:
        """The primary keys of rooms in which a member posted a comment."""
        return self.filter(is_system=False).values_list("room_id", flat=True)

    def system_comments_before(self, moment: datetime) -> CommentQuerySet:
        """System comments (joins, leaves, changes) older than this moment."""
        return self.filter(is_system=True, created_at__lt=moment)

    def of_rooms(self, rooms: models.QuerySet[Room]) -> CommentQuerySet:
        return self.filter(room__in=rooms)

    def between(
        self, room: Room, start_ms: float, end_ms: float, limit: int, *, reader: int | None = None
    ) -> list[Comment]:
        """Return the first comments of members between two server times as the reader sees them, oldest first."""
        rows = self.shown_to(reader).filter(
            room=room, is_system=False, at_ms__gte=start_ms, at_ms__lte=end_ms
        )
        comments = list(rows.order_by("at_ms", "seq")[:limit])
        edits = UnseenChange.objects.edits_of_reader(room, reader)
        for comment in comments:
            comment.text = edits.get(comment.pk, comment.text)
        return comments

    def of_room(self, room: Room, pk: int) -> Comment | None:
        """Return the comment, deleted or not, or None if it is not in this room."""
        return self.select_related("person").filter(room=room, pk=pk).first()


class Comment(models.Model):
    """A comment at a playback position. A deleted one is hidden, and its row stays as long as its room."""

    # No index of its own: the indexes below begin with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="comments")
    seq = models.BigIntegerField()
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    user_id = models.CharField(max_length=18, blank=True)
    username = models.CharField(max_length=48, blank=True)
    text = models.TextField()
    position = models.FloatField()
    is_system = models.BooleanField(default=False)
    note = models.CharField(max_length=8, blank=True, default="")  # PRESENCE: who joined or left
    # Of a system comment: what it says as JSON, so that each reader gets it in their own language.
    notice = models.TextField(blank=True, default="")
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    event_id = models.CharField(max_length=64, null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    # Server time of the acceptance, so that a repeated command gets the same reply.
    at_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_seq = models.BigIntegerField(null=True, blank=True)
    deleted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    edited_ms = models.FloatField(null=True, blank=True)
    # Of its image, in pixels; null: it has none.
    image_width = models.PositiveSmallIntegerField(null=True, blank=True)
    image_height = models.PositiveSmallIntegerField(null=True, blank=True)
    # The place of the last edit of the text or change of the reactions; null: there are no reactions either.
    changed_seq = models.BigIntegerField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="comment_seq_once_per_room"),
            models.UniqueConstraint(
                fields=["room", "person", "event_id"],
                condition=Q(event_id__isnull=False),
                name="comment_event_id_once",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None, deleted_seq=None)
                | Q(deleted_at__isnull=False, deleted_seq__isnull=False),
                name="comment_deleted_has_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["room", "deleted_seq"], name="comment_deleted_seq"),
            models.Index(fields=["room", "position", "seq"], name="comment_by_position"),
            models.Index(fields=["room", "at_ms"], name="comment_by_time"),
            # Without a condition each new comment would write one index more.
            models.Index(
                fields=["room", "changed_seq"],
                name="comment_changed_seq",
                condition=Q(changed_seq__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username or 'system'}: {self.text[:40]}"

    def is_shown_to(self, person_pk: int) -> bool:
        return self.deleted_at is None or self.is_kept_for(person_pk)

    def is_kept_for(self, person_pk: int) -> bool:
        """Return whether this person wrote it, and no other member ever saw it."""
        return self.deleted_seq == NEVER_SHOWN and self.person_id == person_pk

    @staticmethod
    def to_replay(actor: Member, event_id: str) -> PreparedQuery:
        """Select the `AcceptedCommand` of this member's command, if it was accepted before."""
        sql = """SELECT content_hash, at_ms FROM chat_comment
            WHERE room_id = %s AND event_id = %s
            AND person_id = (SELECT person_id FROM rooms_member WHERE id = %s)"""
        return PreparedQuery(sql, [actor.room_id, event_id, actor.pk])

    def to_protocol(self, reactions: Sequence[CommentReactionState] = ()) -> CommentState:
        return state_of(self, reactions)

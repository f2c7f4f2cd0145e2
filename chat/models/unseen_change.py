"""What a quietly muted person changed in messages that others see: their edits and reactions, which only they get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from django.db import models

from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, any_of, run_in_one_round_trip
from watchium.protocol.types import CommentReaction as CommentReactionState
from watchium.protocol.types import CommentState

MAX_CHANGED = 200  # messages of a room, the latest, for each person: a snapshot shows the last hundred
_COLUMNS = "change.comment_id, change.text, change.emojis, person.user_id"
_PERSON = "chat_unseenchange change JOIN rooms_person person ON person.id = change.person_id"


class OwnChange(NamedTuple):
    """`text` is None without an edit; `emojis` are separated by spaces."""

    comment_id: int
    text: str | None
    emojis: str
    user_id: str

    def applied_to(self, comment: CommentState) -> CommentState:
        """Return the comment as the person sees it."""
        given = {each.emoji: each.user_ids for each in comment.reactions}
        for emoji in self.emojis.split():
            given[emoji] = [*(each for each in given.get(emoji, []) if each != self.user_id), self.user_id]
        changed = msgspec.structs.replace(
            comment, reactions=[CommentReactionState(emoji=each, user_ids=ids) for each, ids in given.items()]
        )
        if self.text is None:
            return changed
        return msgspec.structs.replace(changed, text=self.text, edited=True)


class UnseenChangeQuerySet(models.QuerySet["UnseenChange"]):
    @staticmethod
    def to_read(room: Room, reader: int) -> PreparedQuery:
        """Select each `OwnChange` of the reader (a person's primary key) in the room."""
        sql = f"""SELECT {_COLUMNS} FROM {_PERSON} WHERE change.room_id = %s AND change.person_id = %s
            ORDER BY change.seq DESC LIMIT {MAX_CHANGED}"""  # noqa: S608
        return PreparedQuery(sql, [room.pk, reader])

    def of_reader(self, room: Room, reader: int | None) -> list[OwnChange]:
        if reader is None:
            return []
        (rows,) = run_in_one_round_trip(self.to_read(room, reader))
        return [OwnChange(*row) for row in rows]

    def edits_of_reader(self, room: Room, reader: int | None) -> dict[int, str]:
        """Return the texts of the reader's edits by the primary key of the comment."""
        own = self.of_reader(room, reader)
        return {change.comment_id: change.text for change in own if change.text is not None}

    @staticmethod
    def to_comments(comment_pks: Iterable[int]) -> PreparedQuery:
        """Select who changed these comments unseen: primary keys of change and member, and their `OwnChange`."""
        among, values = any_of("change.comment_id", comment_pks)
        sql = f"""SELECT change.id, member.id, {_COLUMNS} FROM {_PERSON}
            JOIN rooms_member member ON member.person_id = change.person_id AND member.room_id = change.room_id
            WHERE {among} ORDER BY change.seq DESC LIMIT {MAX_CHANGED}"""  # noqa: S608
        return PreparedQuery(sql, values)

    def since(self, room: Room, seq: int, reader: int | None, limit: int) -> list[UnseenChange]:
        """Return the reader's changes after `seq` of comments up to there that are shown, oldest first."""
        if reader is None:
            return []
        rows = self.filter(
            room=room, person=reader, seq__gt=seq, comment__seq__lte=seq, comment__deleted_at=None
        )
        return list(rows.select_related("comment").order_by("seq")[:limit])

    def of(self, actor: Member, comment_pk: int) -> UnseenChange:
        """Return the person's change of the comment, or a new one that is not stored."""
        found = self.filter(person=actor.person_id, comment=comment_pk).first()
        return found or UnseenChange(room=actor.room, person=actor.person, comment_id=comment_pk)

    def delete_oldest(self, room: Room, person: Person) -> None:
        """Keep the latest `MAX_CHANGED`."""
        rows = self.filter(room=room, person=person)
        last = rows.order_by("-seq").values_list("seq", flat=True)[MAX_CHANGED - 1 : MAX_CHANGED].first()
        if last is not None:
            rows.filter(seq__lt=last).delete()

    def last_edit_ms(self, author: Member, after_ms: float) -> float | None:
        rows = self.filter(room=author.room_id, person=author.person_id, edited_ms__gt=after_ms)
        last: float | None = rows.aggregate(last=models.Max("edited_ms"))["last"]
        return last

    def reassign(self, before: Person, after: Person) -> None:
        """Move one person's changes to another, except those of comments that the other changed too."""
        same = self.filter(person=after, comment=models.OuterRef("comment"))
        self.filter(person=before).exclude(models.Exists(same)).update(person=after)
        self.filter(person=before).delete()


class UnseenChange(models.Model):
    """A comment as one person sees it. `seq`: the change's place in the room's chat."""

    # No index of its own: the index below begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # No index of its own: the constraint's begins with the comment.
    comment = models.ForeignKey("chat.Comment", on_delete=models.CASCADE, db_index=False, related_name="+")
    seq = models.BigIntegerField()
    text = models.TextField(null=True, blank=True)  # null: it was not edited
    edited_ms = models.FloatField(null=True, blank=True)
    emojis = models.TextField(blank=True, default="")  # separated by spaces

    objects = UnseenChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="unseen_change_once_per_comment"),
        ]
        indexes = [models.Index(fields=["room", "person", "seq"], name="unseen_changes_of_person")]

    def __str__(self) -> str:
        return f"{self.comment_id} for {self.person_id}"

    def discard_emoji(self, emoji: str) -> bool:
        """Store that it is not given any more; return False if it was not."""
        given = self.emojis.split()
        if emoji not in given:
            return False
        self.emojis = " ".join(each for each in given if each != emoji)
        self.save(update_fields=["emojis"])
        return True

    def discard_text(self) -> None:
        """Store that the person sees the text that others see."""
        if self.text is not None:
            self.text = self.edited_ms = None
            self.save(update_fields=["text", "edited_ms"])

    def of_author(self, author: Member) -> OwnChange:
        return OwnChange(self.comment_id, self.text, self.emojis, author.person.user_id)


def seen_by_reader(comments: Sequence[CommentState], own: Sequence[OwnChange]) -> list[CommentState]:
    """Return the comments with a reader's changes."""
    changes = {change.comment_id: change for change in own}
    return [changes[each.id].applied_to(each) if each.id in changes else each for each in comments]

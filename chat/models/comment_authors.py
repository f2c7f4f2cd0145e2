"""Queries on the comments of one person."""

from __future__ import annotations

from typing import Self

from django.db import models

from chat.models.comment_deletion import DeletionQuerySet
from chat.models.comment_image import CommentImage
from chat.models.unseen_change import UnseenChange
from rooms.models import Member, Person, Room

EDITS_SEARCHED_MS = 7_200_000.0  # longer than slow mode and the time for edits together


class AuthorQuerySet(DeletionQuerySet):
    def last_edit_ms(self, author: Member, now_ms: float) -> float | None:
        """Return when the author last edited a comment of the past two hours, in the room; None if never."""
        recent = self.filter(
            room=author.room_id, person=author.person_id, at_ms__gt=now_ms - EDITS_SEARCHED_MS
        )
        seen: float | None = recent.aggregate(last=models.Max("edited_ms"))["last"]
        unseen = UnseenChange.objects.last_edit_ms(author, now_ms - EDITS_SEARCHED_MS)
        return max((at_ms for at_ms in (seen, unseen) if at_ms is not None), default=None)

    def by(self, person: Person) -> Self:
        return self.filter(person=person)

    def rooms_of(self, person: Person) -> list[int]:
        """Return the rooms (primary keys) in which the person wrote."""
        return list(
            self.filter(person=person).order_by("room_id").values_list("room_id", flat=True).distinct()
        )

    def erase_deleted_of(self, room: Room, person: Person) -> None:
        """Empty the person's deleted comments, whose rows stay as long as their room."""
        rows = self.filter(room=room, person=person, deleted_at__isnull=False)
        CommentImage.objects.erase_of(rows)
        UnseenChange.objects.filter(comment__in=rows).delete()
        rows.update(text="", username="", user_id="", person=None, event_id=None)

    def reassign(self, before: Person, after: Person) -> None:
        """Move one person's comments to another, except those whose `event_id` the other has used in the same room."""
        same_id = models.Q(room=models.OuterRef("room"), event_id=models.OuterRef("event_id"))
        conflicting = self.filter(same_id, person=after)
        self.filter(person=before).exclude(models.Exists(conflicting)).update(
            person=after, user_id=after.user_id
        )

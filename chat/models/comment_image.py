"""The images of messages, re-encoded, in the database: they go with their comment, and a backup has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import models

from rooms.models import Person, Room

MAX_OF_ROOM = 100  # the latest; of at most 300 KB each, 30 MB


class EncodedImage(NamedTuple):
    """`data`: as WebP, in pixels. `digest`: of what was sent, to detect a reused `event_id`."""

    data: bytes
    width: int
    height: int
    digest: str


class CommentImageQuerySet(models.QuerySet["CommentImage"]):
    def store(self, room: Room, comment_pk: int, image: EncodedImage) -> None:
        """Store the image; the oldest of the room are deleted, and their messages stay. The caller has locked it."""
        self.create(room=room, comment_id=comment_pk, data=image.data)
        kept = list(self.filter(room=room).order_by("-comment_id").values_list("pk", flat=True)[:MAX_OF_ROOM])
        if len(kept) == MAX_OF_ROOM:
            self.filter(room=room, comment__lt=self.get(pk=kept[-1]).comment_id).delete()

    def shown(self, room: Room, comment_pk: int) -> bytes | None:
        """Return the image of a comment that is not deleted, if it is kept."""
        rows = self.filter(room=room, comment=comment_pk, comment__deleted_at=None)
        data = rows.values_list("data", flat=True).first()
        return bytes(data) if data is not None else None

    def erase_of(self, comments: models.QuerySet[Any]) -> None:
        self.filter(comment__in=comments).delete()

    def by(self, person: Person) -> CommentImageQuerySet:
        return self.filter(comment__person=person, comment__deleted_at=None)

    def of_deleted_comments(self, before: datetime) -> CommentImageQuerySet:
        return self.filter(comment__deleted_at__lt=before)

    def of_rooms(self, rooms: models.QuerySet[Room]) -> CommentImageQuerySet:
        return self.filter(room__in=rooms)


class CommentImage(models.Model):
    # No index of its own: the constraint's begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    comment = models.ForeignKey("chat.Comment", on_delete=models.CASCADE, related_name="+")
    data = models.BinaryField()

    objects = CommentImageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "comment"], name="image_once_per_comment"),
        ]

    def __str__(self) -> str:
        return f"image of {self.comment_id}"

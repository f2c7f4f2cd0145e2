"""The images of messages, re-encoded, in the database: they go with their comment, and a backup has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q, Sum

from chat.models.comment_deletion import NEVER_SHOWN
from rooms.models import Person, Room

MAX_OF_ROOM = 100  # the latest; of at most 300 KB each, 30 MB


class EncodedImage(NamedTuple):
    """`data`: as WebP, in pixels. `digest`: of what was sent, to detect a reused `event_id`."""

    data: bytes
    width: int
    height: int
    digest: str


class CommentImageQuerySet(models.QuerySet["CommentImage"]):
    def store(
        self, room: Room, comment_pk: int, sender: Person, image: EncodedImage, *, most_of_sender: int
    ) -> None:
        """Store the image. The oldest of the room are deleted, and those of its sender beyond `most_of_sender` bytes.

        Their messages stay. The caller has locked the room.
        """
        size = len(image.data)
        self.create(room=room, comment_id=comment_pk, sender=sender, data=image.data, size=size)
        kept = self.filter(room=room).order_by("-comment_id").values_list("comment_id", flat=True)
        oldest_kept = kept[MAX_OF_ROOM - 1 : MAX_OF_ROOM].first()
        if oldest_kept is not None:
            self.filter(room=room, comment__lt=oldest_kept).delete()
        excess = self.bytes_of(sender) - most_of_sender
        if excess > 0:
            self.filter(pk__in=self._oldest_of(sender, excess)).delete()

    def _oldest_of(self, sender: Person, size: int) -> list[int]:
        """Return the sender's oldest images (primary keys) that take at least `size` bytes together."""
        found: list[int] = []
        rows = self.filter(sender=sender).order_by("comment_id").values_list("pk", "size")
        for pk, each in rows.iterator(chunk_size=100):
            if size <= 0:
                break
            found.append(pk)
            size -= each
        return found

    def bytes_of(self, sender: Person) -> int:
        return self.filter(sender=sender).aggregate(total=Sum("size"))["total"] or 0

    def total_bytes(self) -> int:
        """Return what the images of all rooms take."""
        return self.aggregate(total=Sum("size"))["total"] or 0

    def reassign(self, before: Person, after: Person) -> None:
        self.filter(sender=before).update(sender=after)

    def shown(self, room: Room, comment_pk: int, reader: int | None) -> bytes | None:
        """Return the image of a comment that the reader (a person's primary key) sees, if it is kept."""
        own = Q(comment__deleted_seq=NEVER_SHOWN, comment__person=reader or 0)
        rows = self.filter(Q(comment__deleted_at=None) | own, room=room, comment=comment_pk)
        data = rows.values_list("data", flat=True).first()
        return bytes(data) if data is not None else None

    def erase_of(self, comments: models.QuerySet[Any]) -> None:
        self.filter(comment__in=comments).delete()

    def by(self, person: Person) -> CommentImageQuerySet:
        shown = Q(comment__deleted_at=None) | Q(comment__deleted_seq=NEVER_SHOWN)
        return self.filter(shown, comment__person=person)

    def of_deleted_comments(self, before: datetime) -> CommentImageQuerySet:
        """Those that are hidden from others are not deleted: their author sees them."""
        return self.filter(comment__deleted_at__lt=before).exclude(comment__deleted_seq=NEVER_SHOWN)

    def older_than(self, moment: datetime) -> CommentImageQuerySet:
        return self.filter(comment__created_at__lt=moment)

    def of_rooms(self, rooms: models.QuerySet[Room]) -> CommentImageQuerySet:
        return self.filter(room__in=rooms)


class CommentImage(models.Model):
    # No index of its own: the constraint's begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    comment = models.ForeignKey("chat.Comment", on_delete=models.CASCADE, related_name="+")
    # Whose space it takes; no index of its own, because that of the sizes begins with it.
    sender = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    data = models.BinaryField()
    size = models.PositiveIntegerField(default=0)

    objects = CommentImageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "comment"], name="image_once_per_comment"),
        ]
        # Sums are read from the index alone, without the images.
        indexes = [models.Index(fields=["sender", "size"], name="image_space")]

    def __str__(self) -> str:
        return f"image of {self.comment_id}"

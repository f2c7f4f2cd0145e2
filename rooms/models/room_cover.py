"""The covers of rooms, re-encoded, in the database: they go with their room, and a backup has them."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Length

from rooms.models.room import Room

VERSION_CHARS = 16


class RoomCoverQuerySet(models.QuerySet["RoomCover"]):
    def store(self, room: Room, webp: bytes) -> None:
        version = hashlib.sha256(webp).hexdigest()[:VERSION_CHARS]
        self.update_or_create(room=room, defaults={"data": webp, "version": version})

    def delete_of(self, room: Room) -> bool:
        """Return whether the room had a cover."""
        return bool(self.filter(room=room).delete()[0])

    def picture_of(self, room: Room) -> bytes | None:
        data = self.filter(room=room).values_list("data", flat=True).first()
        return bytes(data) if data is not None else None

    def total_bytes(self) -> int:
        """Return what the covers of all rooms take."""
        return self.aggregate(total=Sum(Length("data")))["total"] or 0


class RoomCover(models.Model):
    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True)
    version = models.CharField(max_length=VERSION_CHARS)
    data = models.BinaryField()

    objects = RoomCoverQuerySet.as_manager()

    def __str__(self) -> str:
        return f"cover of {self.room_id}"

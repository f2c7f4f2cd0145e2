"""The covers of rooms, re-encoded, in the database: they go with their room, and a backup has them."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Length

from rooms.models.person import Person
from rooms.models.room import Room

VERSION_CHARS = 16


class Pictures(NamedTuple):
    """One picture in two sizes, as WebP."""

    full: bytes
    small: bytes


class RoomCoverQuerySet(models.QuerySet["RoomCover"]):
    def store(self, room: Room, pictures: Pictures) -> None:
        version = hashlib.sha256(pictures.full).hexdigest()[:VERSION_CHARS]
        values = {"data": pictures.full, "small": pictures.small, "version": version}
        self.update_or_create(room=room, defaults=values)

    def delete_of(self, room: Room) -> bool:
        """Return whether the room had a cover."""
        return bool(self.filter(room=room).delete()[0])

    def picture_of(self, room: Room, *, small: bool = False) -> bytes | None:
        """Return the picture, or its small one. A cover from before there were two has the large one only."""
        covers = self.filter(room=room)
        if small and (data := covers.exclude(small=b"").values_list("small", flat=True).first()) is not None:
            return bytes(data)
        data = covers.values_list("data", flat=True).first()
        return bytes(data) if data is not None else None

    def of_owner(self, person: Person) -> RoomCoverQuerySet:
        """Return the covers of a person's open rooms."""
        return self.filter(room__owner=person, room__closed_at=None)

    def total_bytes(self) -> int:
        """Return what the covers of all rooms take."""
        return self.aggregate(total=Sum(Length("data") + Length("small")))["total"] or 0


class RoomCover(models.Model):
    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True)
    version = models.CharField(max_length=VERSION_CHARS)
    data = models.BinaryField()
    small = models.BinaryField(default=b"")  # for tiles

    objects = RoomCoverQuerySet.as_manager()

    def __str__(self) -> str:
        return f"cover of {self.room_id}"

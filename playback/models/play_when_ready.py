"""Requests of members to play an item in their room as soon as its conversion allows it."""

from __future__ import annotations

from django.db import models

from playback.models.conversion import Conversion
from playback.models.playback_event import PlaybackEvent
from rooms.models import Member, Room


class PlayWhenReadyQuerySet(models.QuerySet["PlayWhenReady"]):
    def replace(self, member: Member, conversion: Conversion) -> None:
        """Store the request in place of an earlier one of the room."""
        values = {"member": member, "conversion": conversion, "since_revision": member.room.revision}
        self.update_or_create(room=member.room, defaults=values)

    def of(self, conversion: Conversion) -> list[PlayWhenReady]:
        media = ("conversion__item", "conversion__upload")
        return list(self.filter(conversion=conversion).select_related("room", "member__person", *media))

    def of_room(self, room: Room) -> PlayWhenReady | None:
        return self.filter(room=room).select_related("conversion__upload").first()

    def take(self, request: PlayWhenReady) -> bool:
        """Delete the request; return False if another process was faster."""
        return bool(self.filter(pk=request.pk).delete()[0])

    def forget(self, *conversions: Conversion) -> None:
        self.filter(conversion__in=conversions).delete()


class PlayWhenReady(models.Model):
    """One for each room. `since_revision`: of the room at the request; media loaded later makes it void."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    conversion = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="+")
    since_revision = models.BigIntegerField(default=0)

    objects = PlayWhenReadyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.conversion_id} in {self.room_id}"

    @property
    def is_void(self) -> bool:
        """Whether other media were loaded in the meantime."""
        return PlaybackEvent.objects.loaded_since(self.room, self.since_revision)

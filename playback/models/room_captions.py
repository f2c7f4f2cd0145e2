"""Caption files that a member gave to everyone in a room, for the media that it plays."""

from __future__ import annotations

import zlib
from datetime import datetime

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Length

from playback.models.playback import Playback
from rooms.models import Room
from watchium.db.locks import lock_until_commit

MAX_SHARED = 8  # in a room


class RoomCaptionsQuerySet(models.QuerySet["RoomCaptions"]):
    def of(self, room: Room, key: str) -> RoomCaptions | None:
        return self.filter(room=room, key=key).first()

    def has(self, room: Room, key: str) -> bool:
        return self.filter(room=room, key=key).exists()

    def store(self, room: Room, key: str, content: bytes, address_hash: str) -> None:
        """Keep a text (UTF-8, compressed) under this key; the same key has the same text."""
        self.get_or_create(room=room, key=key, defaults={"content": content, "address_hash": address_hash})

    def lock_space(self) -> None:
        """Let one transaction of the instance at a time count and store."""
        lock_until_commit("caption space")

    def stored_bytes(self, address_hash: str = "") -> int:
        """Return how much the files of all rooms take, or those that came from one network."""
        rows = self.filter(address_hash=address_hash) if address_hash else self
        # Neither database reads the contents for their lengths.
        return rows.aggregate(total=Sum(Length("content")))["total"] or 0

    def forget(self, room: Room, key: str) -> None:
        self.filter(room=room, key=key).delete()

    def end_with_media(self, playback: Playback) -> None:
        """Forget the captions, their shift and the chapters of a playback: they belong to its media.

        The files of media that play until an announced start are kept: members may go on with these.
        """
        listed = bool(playback.captions)
        playback.shift_captions(0)
        playback.set_chapters([])
        if listed:
            playback.share_captions([])
        if listed or playback.ending:
            kept = [each["id"] for each in playback.ending["captions"]] if playback.ending else []
            self.filter(room=playback.room).exclude(key__in=kept).delete()

    def end_with_ending(self, playback: Playback) -> None:
        """Forget the captions of media that had an announced end: they cannot be brought back any more."""
        if playback.ending["captions"]:
            kept = [each["id"] for each in playback.captions]
            self.filter(room=playback.room).exclude(key__in=kept).delete()
        playback.ending = None

    def of_abandoned_rooms(self, moment: datetime) -> RoomCaptionsQuerySet:
        """Return the files of rooms without activity since that moment."""
        return self.filter(room__last_active_at__lt=moment)

    def rooms(self, limit: int) -> list[int]:
        """Return the rooms (primary keys) of these files."""
        return list(self.order_by("room_id").values_list("room_id", flat=True).distinct()[:limit])

    def unused(self) -> RoomCaptionsQuerySet:
        """Return the files of rooms that play other media now, or are closed."""
        playing = Playback.objects.filter(room=models.OuterRef("room"), room__closed_at=None).exclude(
            captions=[]
        )
        return self.exclude(models.Exists(playing))


class RoomCaptions(models.Model):
    """The text of one file. The room's Playback lists it while it plays the media that the file belongs to."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="caption_files")
    key = models.CharField(max_length=16)
    content = models.BinaryField()  # UTF-8, compressed
    address_hash = models.CharField(max_length=64, blank=True, default="")  # of the network that it came from
    added_at = models.DateTimeField(auto_now_add=True)

    objects = RoomCaptionsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "room captions"
        constraints = [models.UniqueConstraint(fields=["room", "key"], name="roomcaptions_key_once")]

    def __str__(self) -> str:
        return f"captions {self.key} of {self.room_id}"

    @property
    def text(self) -> bytes:
        return zlib.decompress(self.content)

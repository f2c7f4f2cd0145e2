"""Caption files that a member gave to everyone in a room, for the media that it plays."""

from __future__ import annotations

import zlib

from django.db import models

from playback.models.playback import Playback
from rooms.models import Room

MAX_SHARED = 8  # in a room


class RoomCaptionsQuerySet(models.QuerySet["RoomCaptions"]):
    def of(self, room: Room, key: str) -> RoomCaptions | None:
        return self.filter(room=room, key=key).first()

    def store(self, room: Room, key: str, text: bytes) -> None:
        """Keep the text (UTF-8) under this key; the same key has the same text."""
        self.get_or_create(room=room, key=key, defaults={"content": zlib.compress(text)})

    def forget(self, room: Room, key: str) -> None:
        self.filter(room=room, key=key).delete()

    def end_with_media(self, playback: Playback) -> None:
        """Forget the captions and the shift of a playback: other media need others, at another time."""
        playback.shift_captions(0)
        if playback.captions:
            playback.share_captions([])
            self.filter(room=playback.room).delete()

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

"""What a room played, and where it left each."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from playback.domain.evening.continuing import continue_at
from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, is_postgresql
from watchium.protocol.types import Media

KEPT_PLAYS = 300  # of each room

# Who put the media on is in the log, which is trimmed: copy it. An entry of the queue belongs to the member who added
# it. `{added_by}` reads the member's user_id from the metadata of the event.
_INSERT = """INSERT INTO playback_playedmedia
    (room_id, media, position, duration, left_ms, started_ms, person_id)
SELECT room.id, {media}, {number}, {number}, {number}, event.at_ms, COALESCE(adder.id, event.person_id)
FROM rooms_room room
LEFT JOIN playback_playbackevent event ON event.id = (
    SELECT loaded.id FROM playback_playbackevent loaded
    WHERE loaded.room_id = room.id AND loaded.type = 'load' AND loaded.revision < %s AND {url} = %s
    ORDER BY loaded.created_at DESC LIMIT 1)
LEFT JOIN rooms_person adder ON adder.user_id = {added_by}
WHERE room.id = %s"""
_FORGET = """DELETE FROM playback_playedmedia WHERE left_ms > %s AND id = (
    SELECT id FROM playback_playedmedia WHERE room_id = %s ORDER BY id DESC LIMIT 1)"""
_PRUNE = f"""DELETE FROM playback_playedmedia WHERE room_id = %s AND id <= (
    SELECT id FROM playback_playedmedia WHERE room_id = %s ORDER BY id DESC LIMIT 1 OFFSET {KEPT_PLAYS})"""  # noqa: S608


class PlayedMediaQuerySet(models.QuerySet["PlayedMedia"]):
    def before(self, room: Room, pk: int, limit: int) -> list[PlayedMedia]:
        """Return what the room played before a row, latest first, each with the name of the person in the room."""
        here = Member.objects.filter(room=OuterRef("room"), person=OuterRef("person"))
        name = Coalesce(Subquery(here.values("username")[:1]), "person__username")
        rows = self.filter(room=room, pk__lt=pk).select_related("person").annotate(person_name=name)
        return list(rows.order_by("-pk")[:limit])

    def forget(self, room: Room) -> None:
        self.filter(room=room).delete()

    def reassign(self, before: Person, after: Person) -> None:
        self.filter(person=before).update(person=after)


class PlayedMedia(models.Model):
    """Media that a room left at `position`, in seconds; `left_ms` and `started_ms` are server time.

    `started_ms` and `person` are empty if the log does not say any more how the media were put on; `person` also after
    that person was deleted.
    """

    # No index of its own: the index below begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    media: models.JSONField[Any, Any] = models.JSONField()
    position = models.FloatField()
    duration = models.FloatField(null=True, blank=True)
    started_ms = models.FloatField(null=True, blank=True)
    left_ms = models.FloatField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = PlayedMediaQuerySet.as_manager()

    class Meta:
        verbose_name = "played media"
        verbose_name_plural = "played media"
        indexes = [models.Index(fields=["room", "id"], name="played_of_room")]

    def __str__(self) -> str:
        return f"{self.media.get('title', '')} in {self.room_id}, left at {self.position:.1f} s"

    @property
    def name(self) -> str | None:
        """The name of the person in the room, which `before` reads."""
        name: str | None = vars(self)["person_name"]
        return name

    @property
    def played_media(self) -> Media:
        return msgspec.convert(self.media, Media)

    @property
    def continue_at(self) -> float | None:
        return continue_at(self.position, self.duration)

    @staticmethod
    def to_forget(room: Room, since_ms: float) -> PreparedQuery:
        """Delete what the room left last, if that was after a server time: the media play on."""
        return PreparedQuery(_FORGET, [since_ms, room.pk])

    @staticmethod
    def to_record(
        room: Room, media: dict[str, Any], position: float, duration: float | None, now_ms: float
    ) -> list[PreparedQuery]:
        """Insert what the room leaves, and delete its oldest row beyond the limit. The room has taken its revision."""
        postgresql = is_postgresql()
        sql = _INSERT.format(
            media="CAST(%s AS jsonb)" if postgresql else "%s",
            number="CAST(%s AS double precision)",
            url="loaded.media ->> 'url'" if postgresql else "json_extract(loaded.media, '$.url')",
            added_by="event.metadata ->> 'added_by'"
            if postgresql
            else "json_extract(event.metadata, '$.added_by')",
        )
        encoded = msgspec.json.encode(media).decode()
        values = [encoded, position, duration, now_ms, room.revision, media["url"], room.pk]
        return [PreparedQuery(sql, values), PreparedQuery(_PRUNE, [room.pk, room.pk])]

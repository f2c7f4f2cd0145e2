"""Reactions that float over the picture, stored while the room keeps evenings."""

from __future__ import annotations

from typing import Any

from django.db import models

from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

MAX_REACTIONS = 2000  # of each room within `DAY_MS`: as many as a replay shows
DAY_MS = 86_400_000.0
EMOJI_CHARS = 64


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def store(self, actor: Member, emoji: str, at_ms: float) -> None:
        """Store the reaction, unless the room has had `MAX_REACTIONS` within a day."""
        sql = """INSERT INTO chat_reaction (room_id, person_id, emoji, at_ms)
            SELECT room.id, CAST(%s AS bigint), CAST(%s AS varchar(64)), CAST(%s AS double precision)
            FROM rooms_room room WHERE room.id = %s
            AND (SELECT COUNT(*) FROM chat_reaction stored
                WHERE stored.room_id = room.id AND stored.at_ms > %s) < %s"""
        if len(emoji) <= EMOJI_CHARS:
            values = [actor.person_id, emoji, at_ms, actor.room_id, at_ms - DAY_MS, MAX_REACTIONS]
            run_in_one_round_trip(PreparedQuery(sql, values))

    def between(self, room: Room, start_ms: float, end_ms: float, limit: int) -> list[Reaction]:
        """Return the first reactions between two server times, oldest first."""
        rows = self.filter(room=room, at_ms__gte=start_ms, at_ms__lte=end_ms).select_related("person")
        return list(rows.order_by("at_ms", "pk")[:limit])

    def delete_between(self, room: Room, start_ms: float, end_ms: float) -> None:
        self.filter(room=room, at_ms__gte=start_ms, at_ms__lte=end_ms).delete()

    def outside(self, evenings: models.QuerySet[Any], *, before_ms: float) -> ReactionQuerySet:
        """Return reactions before a server time that belong to none of these evenings, a query about outer rows."""
        return self.filter(~models.Exists(evenings), at_ms__lt=before_ms)

    def of_rooms(self, rooms: models.QuerySet[Room]) -> ReactionQuerySet:
        return self.filter(room__in=rooms)

    def by(self, person: Person) -> ReactionQuerySet:
        return self.filter(person=person)

    def reassign(self, before: Person, after: Person) -> None:
        self.filter(person=before).update(person=after)


class Reaction(models.Model):
    """An emoji at a server time. Stored only while the room keeps evenings."""

    # No index of its own: the index below begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    emoji = models.CharField(max_length=EMOJI_CHARS)
    at_ms = models.FloatField()

    objects = ReactionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["room", "at_ms"], name="reaction_of_room")]

    def __str__(self) -> str:
        return f"{self.emoji} in {self.room_id}"

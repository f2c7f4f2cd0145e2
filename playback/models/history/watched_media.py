"""What people watched and heard, in rooms and alone. It belongs to the person."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from django.db import models
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from playback.domain.evening.continuing import BARELY_BEGUN_S, continue_at
from rooms.models import Person, Room
from watchium.db.move_rows import move_rows
from watchium.db.prepared import PreparedQuery, is_postgresql, run_in_one_round_trip
from watchium.protocol.types import Media

MAX_WATCHED = 300  # of each person; `maintain` deletes more

# The latest position of each media; in order, so that two rooms with the same members lock rows in the same order.
# People who switched their history off have a row in `historyoff`.
_STORE = """INSERT INTO playback_watchedmedia
    (person_id, media_key, media, position, duration, at_ms, room_id)
SELECT person.id, CAST(%s AS varchar(32)), {media}, {number}, {number}, {number}, CAST(%s AS bigint)
FROM rooms_person person
WHERE {who} AND NOT EXISTS (SELECT 1 FROM playback_historyoff off WHERE off.person_id = person.id)
ORDER BY person.id
ON CONFLICT (person_id, media_key) DO UPDATE SET media = excluded.media, position = excluded.position,
    duration = excluded.duration, at_ms = excluded.at_ms, room_id = excluded.room_id"""
_PRESENT = """person.id IN (SELECT member.person_id FROM rooms_member member
    WHERE member.room_id = %s AND member.left_at IS NULL AND member.present)"""
# Who left other media less than five seconds ago has not watched these. So a member who loads and seeks without end
# adds at most twelve rows a minute to the histories of the others.
_WATCHED = """ AND NOT EXISTS (SELECT 1 FROM playback_watchedmedia recent WHERE recent.person_id = person.id
    AND recent.media_key <> %s AND recent.at_ms > {number} AND recent.at_ms <= {number})"""


class WatchedMediaQuerySet(models.QuerySet["WatchedMedia"]):
    def store(self, person: int, media: Media, left: tuple[float, float | None], now_ms: float) -> None:
        """Record that a person (primary key) left media at `left`: position and duration, alone."""
        run_in_one_round_trip(
            _to_store(msgspec.to_builtins(media), left, now_ms, None, "person.id = %s", person)
        )

    def before(self, person: Person, at_ms: float, limit: int) -> list[WatchedMedia]:
        """Return what the person left before a server time, latest first."""
        rows = self.filter(person=person, at_ms__lt=at_ms).select_related("room")
        return list(rows.order_by("-at_ms", "-pk")[:limit])

    def by(self, person: Person) -> WatchedMediaQuerySet:
        return self.filter(person=person)

    def clear(self, person: Person) -> None:
        self.filter(person=person).delete()

    def reassign(self, before: Person, after: Person) -> None:
        """Move a person's history to another, who keeps what both watched as it is."""
        move_rows(self.filter(person=before), after)

    def of_persons_above(self, most: int) -> WatchedMediaQuerySet:
        """Return the oldest rows of persons who have more than `most`."""
        above = self.values("person").annotate(rows=Count("pk")).filter(rows__gt=most).values("person")
        place = Window(RowNumber(), partition_by=F("person"), order_by=[F("at_ms").desc(), F("pk").desc()])
        surplus = self.filter(person__in=above).annotate(place=place).filter(place__gt=most)
        return self.filter(pk__in=surplus.values("pk"))


class WatchedMedia(models.Model):
    """Where a person left media, in a room or alone; `at_ms` is server time."""

    # No index of its own: the constraint below begins with the person.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="+")
    media_key = models.CharField(max_length=32)
    media: models.JSONField[Any, Any] = models.JSONField()
    position = models.FloatField()
    duration = models.FloatField(null=True, blank=True)
    at_ms = models.FloatField()
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = WatchedMediaQuerySet.as_manager()

    class Meta:
        verbose_name = "watched media"
        verbose_name_plural = "watched media"
        constraints = [
            models.UniqueConstraint(fields=["person", "media_key"], name="watched_once_by_a_person"),
        ]
        indexes = [models.Index(fields=["person", "-at_ms"], name="watched_by_person")]

    def __str__(self) -> str:
        return f"{self.media.get('title', '')} of {self.person_id}, left at {self.position:.1f} s"

    @property
    def watched_media(self) -> Media:
        return msgspec.convert(self.media, Media)

    @property
    def continue_at(self) -> float | None:
        return continue_at(self.position, self.duration)

    @staticmethod
    def to_record_for_present(
        room: Room, media: dict[str, Any], left: tuple[float, float | None], now_ms: float
    ) -> PreparedQuery:
        """Record that the present members left media at `left`: position and duration."""
        return _to_store(media, left, now_ms, room.pk, _PRESENT, room.pk)

    @staticmethod
    def to_record_for(
        person: int, room: Room, media: dict[str, Any], left: tuple[float, float | None], now_ms: float
    ) -> PreparedQuery:
        """Record that one member left media at `left`."""
        return _to_store(media, left, now_ms, room.pk, "person.id = %s", person)


def _to_store(
    media: dict[str, Any],
    left: tuple[float, float | None],
    now_ms: float,
    room: int | None,
    who: str,
    value: int,
) -> PreparedQuery:
    # An item of the library stays the same when it was converted.
    known = f"item {media['item_id']}" if media.get("item_id") else media["url"]
    key = sha256(known.encode()).hexdigest()[:32]
    number = "CAST(%s AS double precision)"
    recently: list[Any] = []
    if room is not None:
        who += _WATCHED.format(number=number)
        recently = [key, now_ms - BARELY_BEGUN_S * 1000, now_ms]
    sql = _STORE.format(media="CAST(%s AS jsonb)" if is_postgresql() else "%s", number=number, who=who)
    encoded = msgspec.json.encode(media).decode()
    return PreparedQuery(sql, [key, encoded, *left, now_ms, room, value, *recently])


class HistoryOffQuerySet(models.QuerySet["HistoryOff"]):
    def has(self, person: Person) -> bool:
        return self.filter(person=person).exists()

    def switch(self, person: Person, *, on: bool) -> None:
        if on:
            self.filter(person=person).delete()
        else:
            self.get_or_create(person=person)

    def reassign(self, before: Person, after: Person) -> None:
        """A history that was off stays off: signing in must not begin to record."""
        if self.filter(person=before).exists():
            self.get_or_create(person=after)
            self.filter(person=before).delete()


class HistoryOff(models.Model):
    """This person's history is switched off."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="+")

    objects = HistoryOffQuerySet.as_manager()

    def __str__(self) -> str:
        return f"history of {self.person_id} is off"

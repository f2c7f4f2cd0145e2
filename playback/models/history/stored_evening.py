"""Evenings that a room keeps, and who was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from django.db import models

from playback.domain.evening.stretches import Stretch
from rooms.models import Member, Person, Room
from watchium.db.move_rows import move_rows
from watchium.protocol.types import Media

MAX_KEPT = 50  # of each room
MAX_PEOPLE = 200


class StoredEvening(msgspec.Struct, frozen=True):
    """Each stretch: the index of its media, start and end (server time), position in seconds, rate."""

    media: list[Media]
    stretches: list[tuple[int, float, float, float, float]]


_decoder = msgspec.json.Decoder(StoredEvening)


def encode(stretches: Iterable[Stretch], media: dict[str, Media]) -> str:
    urls = list(media)
    indexes = {url: index for index, url in enumerate(urls)}
    stored = [
        (indexes[each.url], each.start_ms, each.end_ms, each.position_s, each.rate) for each in stretches
    ]
    return msgspec.json.encode(StoredEvening([media[url] for url in urls], stored)).decode()


class Span(NamedTuple):
    """When an evening that was kept or deleted began and ended."""

    started_ms: int
    ended_ms: float
    deleted: bool


class KeptEveningQuerySet(models.QuerySet["KeptEvening"]):
    def of_room(self, room: Room) -> list[KeptEvening]:
        """Return the room's evenings, deleted ones included, latest first."""
        return list(self.filter(room=room).order_by("-started_ms")[: 2 * MAX_KEPT])

    def numbered(self, room: Room, number: int) -> KeptEvening | None:
        """Return the evening, also if it was deleted."""
        return self.filter(room=room, started_ms=number).first()

    def spans(self, room: Room) -> list[Span]:
        """Return the spans of the room's evenings, deleted ones included, without their documents."""
        rows = self.filter(room=room).order_by("-started_ms")
        return [Span(*row) for row in rows.values_list(*Span._fields)[: 2 * MAX_KEPT]]

    def count_kept(self, room: Room) -> int:
        return self.filter(room=room, deleted=False).count()

    def outdated_deletions(self, before_ms: float) -> KeptEveningQuerySet:
        """Deleted evenings that the log does not reach back to any more."""
        return self.filter(deleted=True, ended_ms__lt=before_ms)

    def of_outer_rows(self, around_ms: float) -> KeptEveningQuerySet:
        """Evenings during which, or shortly before or after, the row of the outer query was (`room`, `at_ms`)."""
        at_ms = models.OuterRef("at_ms")
        return self.filter(
            deleted=False,
            room=models.OuterRef("room"),
            started_ms__lte=at_ms + around_ms,
            ended_ms__gte=at_ms - around_ms,
        )

    def rooms_since(self, since_ms: float) -> list[int]:
        """Return the rooms (primary keys) with an evening that was kept before its end, perhaps."""
        rows = self.filter(deleted=False, ended_ms__gte=since_ms, room__closed_at=None)
        return list(rows.order_by("room_id").values_list("room_id", flat=True).distinct())


class KeptEvening(models.Model):
    """An evening by the server time of its beginning, which is also its number in addresses.

    A deleted one has no content; its row stays for as long as the log could bring the evening back.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    started_ms = models.BigIntegerField()
    ended_ms = models.FloatField()
    document = models.TextField(blank=True)  # a `StoredEvening` as JSON
    deleted = models.BooleanField(default=False)

    objects = KeptEveningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "started_ms"], name="evening_once_in_a_room"),
        ]
        indexes = [models.Index(fields=["ended_ms"], name="evening_ended")]

    def __str__(self) -> str:
        return f"evening {self.started_ms} of {self.room_id}"

    @property
    def span(self) -> Span:
        return Span(self.started_ms, self.ended_ms, self.deleted)

    @property
    def content(self) -> tuple[list[Stretch], dict[str, Media]]:
        stored = _decoder.decode(self.document)
        stretches = [Stretch(stored.media[index].url, *rest) for index, *rest in stored.stretches]
        return stretches, {media.url: media for media in stored.media}


class EveningGuestQuerySet(models.QuerySet["EveningGuest"]):
    def of(self, evening: KeptEvening) -> list[int]:
        """Return the persons (primary keys) who were there."""
        return list(self.filter(evening=evening).values_list("person_id", flat=True)[:MAX_PEOPLE])

    def add(self, evening: KeptEvening, people: Iterable[int]) -> None:
        """Record persons (primary keys) who were there."""
        rows = [EveningGuest(evening=evening, person_id=person) for person in people]
        self.bulk_create(rows[:MAX_PEOPLE], ignore_conflicts=True)

    def by(self, person: Person) -> EveningGuestQuerySet:
        return self.filter(person=person, evening__deleted=False)

    def reassign(self, before: Person, after: Person) -> None:
        move_rows(self.filter(person=before), after)


class EveningGuest(models.Model):
    """Who was there. The row goes with the person: no name is stored."""

    evening = models.ForeignKey(KeptEvening, on_delete=models.CASCADE, db_index=False, related_name="guests")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    objects = EveningGuestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evening", "person"], name="evening_guest_once"),
        ]


def names_in(room: Room, people: Iterable[Person]) -> dict[int, str]:
    """Return the names of persons by primary key: as members of the room, or else their own."""
    found = {person.pk: person.username for person in people}
    members = Member.objects.filter(room=room, person__in=list(found))
    return found | dict(members.values_list("person_id", "username"))

"""The base of what lets another device act as its person in one room: second screens and native players."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models

from rooms.models.person import Person, digest_of
from rooms.models.room import Room

M = TypeVar("M", bound="IssuedAccess")


class IssuedAccessQuerySet(models.QuerySet[M]):
    def add(self, room: Room, person: Person, secret: str, account_hash: str, ends_at: datetime) -> M:
        """Store a new one, of whose secret only the digest is kept."""
        digest = digest_of(secret)
        return self.create(
            room=room, person=person, digest=digest, account_hash=account_hash, ends_at=ends_at
        )

    def end(self, pks: list[int]) -> None:
        """End these, also those that were never used."""
        if pks:
            self.filter(pk__in=pks).delete()

    def end_all_of(self, person_pk: int) -> None:
        self.filter(person=person_pk).delete()

    def end_in_room(self, room_pk: int, person_pk: int) -> None:
        self.filter(room=room_pk, person=person_pk).delete()

    def ended(self, now: datetime) -> Self:
        return self.filter(ends_at__lt=now)


class IssuedAccess(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # Of the account at that time: with another password the access ends. Empty for guests.
    account_hash = models.CharField(max_length=64, blank=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True

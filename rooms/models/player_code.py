"""Player codes: the password with which a native player, such as mpv through Syncplay, is its person in one room."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from rooms.ids import md5_of, random_id
from rooms.models.person import Person, Token, digest_of
from rooms.models.room import Room

CODE_CHARS = 16
CODE_LASTS = timedelta(days=30)  # without use


class PlayerCodeQuerySet(models.QuerySet["PlayerCode"]):
    def issue(self, room: Room, person: Person, account_hash: str, now: datetime) -> tuple[PlayerCode, str]:
        """Return a new code, and its text, which is stored nowhere. An earlier one of the person in the room ends.

        In a transaction.
        """
        Person.objects.lock(person)  # of two at once the second ends the first
        self.end_in_room(room.pk, person.pk)
        text = random_id(CODE_CHARS)
        # A new row: who ends the earlier one by its primary key, because its browser signed out, does not end this one.
        code = self.create(
            room=room,
            person=person,
            digest=digest_of(md5_of(text)),
            account_hash=account_hash,
            ends_at=now + CODE_LASTS,
        )
        return code, text

    def with_md5(self, room_id: str, md5: str, now: datetime) -> PlayerCode | None:
        """Return the code of this room with this MD5, and count it as used."""
        found = self.filter(
            digest=digest_of(md5), room__room_id=room_id, room__closed_at=None, ends_at__gt=now
        )
        code = found.first()
        if code is not None:
            self.filter(pk=code.pk).update(ends_at=now + CODE_LASTS)
        return code

    def end(self, pks: list[int]) -> None:
        if pks:
            self.filter(pk__in=pks).delete()

    def end_in_room(self, room_pk: int, person_pk: int) -> None:
        self.filter(room=room_pk, person=person_pk).delete()

    def end_all_of(self, person_pk: int) -> None:
        self.filter(person=person_pk).delete()

    def of_programs_idle_since(self, moment: datetime) -> PlayerCodeQuerySet:
        """Of persons whose token ends for being idle: it may have made the code."""
        return self.filter(person__in=Token.objects.idle_since(moment).values("person"))

    def ended(self, now: datetime) -> PlayerCodeQuerySet:
        return self.filter(ends_at__lt=now)


class PlayerCode(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # Of the account when the code was issued: with another password the code ends. Empty for guests.
    account_hash = models.CharField(max_length=64, blank=True)
    ends_at = models.DateTimeField(db_index=True)

    objects = PlayerCodeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "person"], name="player_code_once")]

    def __str__(self) -> str:
        return f"player code of {self.person_id} in {self.room_id}"

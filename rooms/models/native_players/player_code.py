"""Player codes: the password with which a native player, such as mpv through Syncplay, is its person in one room."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from rooms.ids import md5_of, random_id
from rooms.models.issued_access import IssuedAccess, IssuedAccessQuerySet
from rooms.models.person import Person, Token, digest_of
from rooms.models.room import Room

CODE_CHARS = 16
CODE_LASTS = timedelta(days=30)  # without use


class PlayerCodeQuerySet(IssuedAccessQuerySet["PlayerCode"]):
    def issue(self, room: Room, person: Person, account_hash: str, now: datetime) -> tuple[PlayerCode, str]:
        """Return a new code, and its text, which is stored nowhere. An earlier one of the person in the room ends.

        In a transaction.
        """
        Person.objects.lock(person)  # of two at once the second ends the first
        self.end_in_room(room.pk, person.pk)
        text = random_id(CODE_CHARS)
        # A new row: who ends the earlier one by its primary key, because its browser signed out, does not end this one.
        code = self.add(room, person, md5_of(text), account_hash, now + CODE_LASTS)
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

    def valid(self, room_pk: int, person_pk: int, now: datetime) -> PlayerCode | None:
        return self.filter(room=room_pk, person=person_pk, ends_at__gt=now).first()

    def of_programs_idle_since(self, moment: datetime) -> PlayerCodeQuerySet:
        """Of persons whose token ends for being idle: it may have made the code."""
        return self.filter(person__in=Token.objects.idle_since(moment).values("person"))


class PlayerCode(IssuedAccess):
    objects = PlayerCodeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "person"], name="player_code_once")]

    def __str__(self) -> str:
        return f"player code of {self.person_id} in {self.room_id}"

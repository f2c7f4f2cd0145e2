"""Guests that can be deleted because nothing ties them to this server any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from rooms.models.member import Member
from rooms.models.moderation import Ban
from rooms.models.person import Person, Token
from rooms.models.room import Room


def has_open_room(person: Person) -> bool:
    """Return whether the person is a member of an open room or owns one."""
    return (
        Member.objects.current().filter(person=person, room__closed_at=None).exists()
        or Room.objects.open().filter(owner=person).exists()
    )


def abandoned_guests(before: datetime, now: datetime) -> QuerySet[Person]:
    """Guests not seen since `before` who neither are in an open room, nor own one, nor are banned from one."""
    person = OuterRef("pk")
    ties = (
        Member.objects.current().filter(person=person, room__closed_at=None),
        Room.objects.open().filter(owner=person),
        Ban.objects.filter(person=person, until__gt=now, lifted_at=None),
        Token.objects.filter(person=person, last_used_at__gte=before),
    )
    rows = Person.objects.filter(account=None, last_seen_at__lt=before)
    for tie in ties:
        rows = rows.exclude(Exists(tie))
    return rows

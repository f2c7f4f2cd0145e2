"""Companions: a person's second screen, such as a phone, which acts as its person in one room and nowhere else."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models

from rooms.models.issued_access import IssuedAccess, IssuedAccessQuerySet
from rooms.models.person import Person, digest_of
from rooms.models.room import Room

TICKET_LASTS = timedelta(minutes=2)
COMPANION_LASTS = timedelta(days=1)  # an evening; the next one begins with a new ticket
MOST_OF_PERSON = 5  # in one room


class CompanionQuerySet(IssuedAccessQuerySet["Companion"]):
    def issue(self, room: Room, person: Person, account_hash: str, now: datetime) -> tuple[Companion, str]:
        """Return a new companion and its ticket, of which only the digest is stored. Earlier unused ones end.

        In a transaction.
        """
        Person.objects.lock(person)  # of two at once the second ends the first
        self.filter(room=room, person=person, claimed_at=None).delete()
        ticket = secrets.token_urlsafe(24)
        companion = self.add(room, person, ticket, account_hash, now + TICKET_LASTS)
        return companion, ticket

    def with_ticket(self, room_id: str, ticket: str, now: datetime) -> Companion | None:
        """Return the companion whose ticket this is, unless it was used, or is older than two minutes."""
        rows = self.select_related("room", "person").filter(digest=digest_of(ticket), room__room_id=room_id)
        return rows.filter(claimed_at=None, ends_at__gt=now, room__closed_at=None).first()

    def claim(self, companion: Companion, now: datetime) -> bool:
        """Use the ticket; return False if another browser was faster. The person's oldest companions end."""
        unused = self.filter(pk=companion.pk, claimed_at=None, ends_at__gt=now)
        if not unused.update(claimed_at=now, ends_at=now + COMPANION_LASTS):
            return False
        claimed = self.filter(room=companion.room_id, person=companion.person_id, claimed_at__isnull=False)
        kept = list(claimed.order_by("-claimed_at", "-pk").values_list("pk", flat=True)[:MOST_OF_PERSON])
        claimed.exclude(pk__in=kept).delete()
        return True

    def in_use(self, pk: int, room_id: str, now: datetime) -> Companion | None:
        return self.filter(pk=pk, room__room_id=room_id, claimed_at__isnull=False, ends_at__gt=now).first()


class Companion(IssuedAccess):
    """A ticket for one browser, and once that has used it, the browser's right to act as the person in the room."""

    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = CompanionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"companion of {self.person_id} in {self.room_id}"

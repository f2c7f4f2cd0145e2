"""Guests with native players, as whom their clients return: kept beyond a restart, and for all processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef

from rooms.models.member import Member
from rooms.models.person import Person

KNOWN_FOR = timedelta(minutes=10)  # after the guest was here
KEPT_FOR = timedelta(days=1)  # after the last join; longer while the guest is here


class PlayerGuestQuerySet(models.QuerySet["PlayerGuest"]):
    def remember(self, digest: str, person_pk: int, now: datetime) -> None:
        self.update_or_create(digest=digest, defaults={"person_id": person_pk, "joined_at": now})

    def known(self, digest: str, room_id: str, now: datetime) -> Person | None:
        """Return the guest of this client if it is in the room, was in it a moment ago, or waits to be admitted.

        A guest who was given more than plain members have is not returned: what a client sends, others can send too.
        """
        guest = self.filter(digest=digest).first()
        if guest is None:
            return None
        member = Member.objects.ever_of(room_id, guest.person_id)
        seen_at = guest.joined_at
        if member is not None:
            if not member.is_plain:
                return None
            seen_at = max(seen_at, member.last_heartbeat or seen_at)
        is_here = member is not None and member.present
        return Person.objects.with_account(guest.person_id) if is_here or seen_at > now - KNOWN_FOR else None

    def outdated(self, now: datetime) -> PlayerGuestQuerySet:
        here = Member.objects.filter(person=OuterRef("person"), present=True)
        return self.filter(~Exists(here), joined_at__lt=now - KEPT_FOR)


class PlayerGuest(models.Model):
    """`digest`: salted, of what the client sends and of its network, none of which is stored."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(db_index=True)

    objects = PlayerGuestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"native player of {self.person_id}"

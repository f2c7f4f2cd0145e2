"""Guests with native players, as whom their clients return: kept beyond a restart, and for all processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import Exists, OuterRef

from rooms.models.member import Member
from rooms.models.moderation import Ban
from rooms.models.person import Person

KNOWN_FOR = timedelta(minutes=10)  # after the guest was here
KEPT_FOR = timedelta(days=1)  # after the last join; longer while the guest is here


class KnownGuest(NamedTuple):
    """`is_restricted`: muted, banned, or with fewer rights than others."""

    person: Person
    digest: str
    is_restricted: bool


class PlayerGuestQuerySet(models.QuerySet["PlayerGuest"]):
    def remember(self, digest: str, person_pk: int, now: datetime) -> None:
        self.update_or_create(digest=digest, defaults={"person_id": person_pk, "joined_at": now})

    def known(self, digests: Sequence[str], room_id: str, now: datetime, now_ms: float) -> list[KnownGuest]:
        """Return the guests of this client who are in the room, were in it a moment ago, or wait to be admitted.

        The restricted ones first: nobody is rid of a mute or a ban by being another guest of the same name. A guest
        who was given more than plain members have is left out: what a client sends, others can send too.
        """
        rows = sorted(self.filter(digest__in=digests), key=lambda row: digests.index(row.digest))
        known = [guest for row in rows if (guest := row.known(room_id, now, now_ms)) is not None]
        return sorted(known, key=lambda guest: not guest.is_restricted)

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

    def known(self, room_id: str, now: datetime, now_ms: float) -> KnownGuest | None:
        """Return whom the client returns as, if it still does."""
        member = Member.objects.ever_of(room_id, self.person_id)
        seen_at, is_here, is_restricted = self.joined_at, False, False
        if member is not None:
            if not member.is_plain:
                return None
            seen_at = max(seen_at, member.last_heartbeat or seen_at)
            is_here, is_restricted = member.present, member.is_restricted(now_ms)
        person = Person.objects.with_account(self.person_id) if is_here or seen_at > now - KNOWN_FOR else None
        if person is None:
            return None
        is_banned = Ban.objects.applies_to_person(room_id, person, now)
        return KnownGuest(person, self.digest, is_restricted or is_banned)

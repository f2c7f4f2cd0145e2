"""Which absent member of a full room loses the place to a newcomer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import Count, F

from rooms.models.choices import Role

M = TypeVar("M", bound=models.Model, covariant=True)


class PlaceQuerySet(models.QuerySet[M]):
    def replaceable(self) -> PlaceQuerySet[M]:
        """Absent members, except hosts, moderators and owners: a full room may give their places away."""
        absent = self.filter(left_at=None).filter(role=Role.MEMBER, present=False)
        return absent.exclude(person=F("room__owner")).select_related("person")

    def longest_reserved(self, joined_before: datetime, reserved_limit: int) -> Any:
        """Return the member who joined first of those who never sent a heartbeat.

        None if this member joined at or after `joined_before` and there are at most `reserved_limit` of them.
        """
        reserved = self.replaceable().filter(last_heartbeat=None)
        first: Any = reserved.order_by("joined_at", "pk").first()
        if first is None or (first.joined_at >= joined_before and reserved.count() <= reserved_limit):
            return None
        return first

    def longest_absent(self, since: datetime) -> Any:
        """Return the longest absent member among those last seen before `since`, or None."""
        absent = self.replaceable().filter(joined_at__lt=since).exclude(last_heartbeat__gte=since)
        return absent._longest_absent_first().first()

    def longest_absent_of_largest_network(self, more_than: int) -> Any:
        """Return the longest absent member of the network with most absent members, if those exceed `more_than`."""
        known = self.replaceable().exclude(address_hash="").values("address_hash")
        counts = known.annotate(members=Count("pk")).filter(members__gt=more_than)
        largest = counts.order_by("-members").first()
        if largest is None:
            return None
        of_network = self.replaceable().filter(address_hash=largest["address_hash"])
        return of_network._longest_absent_first().first()

    def _longest_absent_first(self) -> PlaceQuerySet[M]:
        return self.order_by(F("last_heartbeat").asc(nulls_first=True), "joined_at", "pk")

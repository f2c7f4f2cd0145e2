"""Who may not come back, and who did what to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from rooms.models.person import Person
from rooms.models.room import Room

OF_SEATS = ("transfer_host", "claim_host", "moderator", "no_moderator")


class BanQuerySet(models.QuerySet["Ban"]):
    def holding(self, room: Room, now: datetime, person: Person | None, address_hash: str) -> bool:
        whom = Q(person=person) if person is not None else Q(pk=None)
        if address_hash:
            whom |= Q(address_hash=address_hash)
        return self.filter(whom, room=room, until__gt=now, lifted_at=None).exists()

    def bars(self, room_id: str, person: Person, now: datetime) -> bool:
        """One question, also for a room that does not exist: the time it takes tells nothing."""
        return self.filter(room__room_id=room_id, person=person, until__gt=now, lifted_at=None).exists()

    def lift(self, ban: Ban, now: datetime) -> bool:
        """Whether this call did it: one that is over or was lifted before is left as it is."""
        return self.filter(pk=ban.pk, until__gt=now, lifted_at=None).update(lifted_at=now) == 1

    def over(self, now: datetime) -> BanQuerySet:
        return self.filter(Q(until__lt=now) | Q(lifted_at__lt=now))


class Ban(models.Model):
    """Somebody who may not come back before `until`."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="bans")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["room", "until"], name="ban_room_until")]

    def __str__(self) -> str:
        return f"{self.person_id} from {self.room_id} until {self.until:%Y-%m-%d %H:%M}"


class ModerationActQuerySet(models.QuerySet["ModerationAct"]):
    def answered(self, room: Room, by: Person, event_id: str) -> ModerationAct | None:
        """The act that this `event_id` of this person was, if it was one."""
        return self.filter(room=room, by=by, event_id=event_id).first()

    def old(self, month_ago: datetime, year_ago: datetime) -> ModerationActQuerySet:
        """Those of a year ago, and of a month ago those that moved a seat or a moderator's place."""
        return self.filter(Q(created_at__lt=year_ago) | Q(created_at__lt=month_ago, kind__in=OF_SEATS))

    def undo_ban(self, ban: Ban, now: datetime) -> None:
        """Mark the act that the ban came from as undone."""
        acts = self.filter(room=ban.room_id, target=ban.person_id, kind__in=("ban", "remove"), undone_at=None)
        acts.filter(details__until=ban.until.isoformat()).update(undone_at=now)

    def reassign(self, before: Person, after: Person) -> None:
        """What one person did is the other's from now on, but for what both did under the same `event_id`."""
        same = models.Q(room=models.OuterRef("room"), event_id=models.OuterRef("event_id"))
        taken = self.filter(same, by=after)
        self.filter(by=before).exclude(models.Exists(taken)).update(by=after)


class ModerationAct(models.Model):
    """Who did what to whom, when and why. One commanded over the wire has its `event_id`, and what it answered."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=20)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    target = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(default=dict)
    event_id = models.CharField(max_length=64, null=True, blank=True)
    revision = models.BigIntegerField(null=True, blank=True)
    at_ms = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ModerationActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "by", "event_id"], name="act_once_per_event_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.room_id}"

"""Who is in a room, and the leases by which they are here."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Count, F, Q

from rooms.models.kinds import ControlPolicy, Role
from rooms.models.people import Person
from rooms.models.room import Room


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Those who have not left: who may read and write the room."""
        return self.filter(left_at=None)

    def present(self, limit: int = 500) -> MemberQuerySet:
        """Those who are here, longest first."""
        return (
            self.current()
            .filter(present=True)
            .select_related("person", "room")
            .order_by("here_since_ms", "pk")[:limit]
        )

    def is_in(self, room_id: str, person: Person) -> bool:
        return self.current().filter(room__room_id=room_id, person=person).exists()

    def longest_absent(self, since: datetime) -> Member | None:
        """Of the plain members, owners apart, who has not been there since; None when all have."""
        away = self.current().filter(role=Role.MEMBER, present=False, joined_at__lt=since)
        away = away.exclude(person=F("room__owner")).exclude(last_heartbeat__gte=since)
        return away.select_related("person").order_by(F("last_heartbeat").asc(nulls_first=True), "pk").first()

    def names_here(self, besides: Person) -> list[str]:
        """What those present are called."""
        here = self.current().filter(present=True).exclude(person=besides)
        return list(here.values_list("username", flat=True))

    def host_names(self, room_pks: list[int]) -> dict[int, str]:
        """The hosts' names by room."""
        return dict(self.filter(room__in=room_pks, role=Role.HOST).values_list("room_id", "username"))

    def named(self, room: Room, user_id: str) -> Member | None:
        return (
            self.current().select_related("person", "room").filter(room=room, person__user_id=user_id).first()
        )


class Member(models.Model):
    """A person in a room, once, however many tabs; `present` while one of them is open (or lapsing)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    username = models.CharField(max_length=48)
    address_hash = models.CharField(max_length=64, blank=True)
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.MEMBER)
    present = models.BooleanField(default=False)
    here_since_ms = models.FloatField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    # What the player last said, written in batches.
    last_heartbeat = models.DateTimeField(null=True, blank=True)
    position = models.FloatField(null=True, blank=True)
    is_synced = models.BooleanField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], name="member_once_per_room"),
            models.UniqueConstraint(
                fields=["room"], condition=Q(role="host"), name="member_one_host_per_room"
            ),
            models.CheckConstraint(
                condition=~Q(role="host") | Q(left_at=None), name="member_host_has_not_left"
            ),
        ]
        indexes = [
            models.Index(fields=["room", "-last_heartbeat", "is_synced"], name="member_presence"),
            models.Index(fields=["room", "present", "here_since_ms"], name="member_present"),
        ]

    def __str__(self) -> str:
        return f"{self.username} in {self.room_id}"

    @property
    def is_host(self) -> bool:
        return self.role == Role.HOST

    @property
    def is_owner(self) -> bool:
        return self.room.owner_id == self.person_id

    @property
    def may_moderate(self) -> bool:
        return self.role in (Role.HOST, Role.MODERATOR)

    @property
    def may_control(self) -> bool:
        policy = self.room.control_policy
        if policy == ControlPolicy.EVERYONE:
            return True
        return self.is_host or (policy == ControlPolicy.MODERATORS and self.role == Role.MODERATOR)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def renew(self, pks: set[int], until_ms: float) -> int:
        return self.filter(pk__in=pks, closed=False).update(lapses_at_ms=until_ms)

    def existing(self, pks: set[int]) -> set[int]:
        return set(self.filter(pk__in=pks).values_list("pk", flat=True))

    def lapsed(self, now_ms: float, limit: int = 500) -> list[Connection]:
        return list(self.filter(lapses_at_ms__lte=now_ms).select_related("member")[:limit])

    def grant_fresh_leases(self, until_ms: float) -> int:
        """Time in which no server ran does not count."""
        return self.filter(lapses_at_ms__lt=until_ms).update(lapses_at_ms=until_ms)

    def open_of_device(self, device_id: str, now_ms: float) -> int:
        return self.filter(device_id=device_id, closed=False, lapses_at_ms__gt=now_ms).count()

    def people_online(self) -> int:
        return self.aggregate(online=Count(F("member__person"), distinct=True))["online"] or 0


class Connection(models.Model):
    """One open socket: a lease that lapses unless renewed. A closed one stays for a grace."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="connections")
    device_id = models.CharField(max_length=16, blank=True)
    process = models.CharField(max_length=16)
    closed = models.BooleanField(default=False)
    opened_at_ms = models.FloatField()
    lapses_at_ms = models.FloatField(db_index=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["device_id"], name="connection_device")]

    def __str__(self) -> str:
        return f"{self.member_id} until {self.lapses_at_ms:.0f}"

"""Who there is, which rooms, who is in them: facts, and the questions asked of them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

# No look-alikes: neither 0 nor o, neither 1 nor l nor i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def random_id(length: int = 10) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def guest_id() -> str:
    return "g_" + random_id(16)


def seal(passphrase: str) -> str:
    """A passphrase as it is kept; none stays none. Takes a fifth of a second on purpose."""
    return make_password(passphrase) if passphrase else ""


def new_epoch() -> str:
    return random_id(8)


class ClockAnchorQuerySet(models.QuerySet["ClockAnchor"]):
    def keep(self, boot_id: str, proposed_ms: float) -> float:
        """The anchor of this boot in Unix ms; the first process to ask sets it."""
        anchor, _ = self.get_or_create(boot_id=boot_id, defaults={"anchor_ms": proposed_ms})
        return anchor.anchor_ms


class ClockAnchor(models.Model):
    """What is added to the time since boot to get server time, once per boot."""

    boot_id = models.CharField(max_length=64, unique=True)
    anchor_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClockAnchorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.boot_id


class PersonQuerySet(models.QuerySet["Person"]):
    def has_account_named(self, name: str, besides: Person) -> bool:
        """Whether the name is the account name of somebody else."""
        return self.filter(account__username__iexact=name).exclude(pk=besides.pk).exists()

    def abandoned_guests(self, before: datetime, now: datetime) -> PersonQuerySet:
        """Not seen since `before`, in no open room, owning none, and not kept out of one."""
        person = OuterRef("pk")
        ties = (
            Member.objects.current().filter(person=person, room__closed_at=None),
            Room.objects.open().filter(owner=person),
            Ban.objects.filter(person=person, until__gt=now, lifted_at=None),
            Token.objects.filter(person=person, last_used_at__gte=before),
        )
        rows = self.filter(account=None, last_seen_at__lt=before)
        for tie in ties:
            rows = rows.exclude(Exists(tie))
        return rows


class Person(models.Model):
    """A guest or somebody with an account; the same in every room."""

    user_id = models.CharField(max_length=18, unique=True, default=guest_id)
    username = models.CharField(max_length=40)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"{self.username} ({self.user_id})"

    # What DRF and its permission classes ask of a request's user.
    is_authenticated = True
    is_anonymous = False
    avatar_url: str | None = None  # drawn in the browser from the user_id


class TokenQuerySet(models.QuerySet["Token"]):
    def issue(self, person: Person) -> str:
        """A new token for a program; only its digest is kept."""
        value = secrets.token_urlsafe(32)
        self.create(person=person, digest=digest_of(value))
        return value

    def find(self, value: str, now: datetime) -> Token | None:
        """The token, unless it was idle for 30 days."""
        alive = now - timedelta(days=30)
        return self.select_related("person").filter(digest=digest_of(value), last_used_at__gt=alive).first()

    def idle_since(self, moment: datetime) -> TokenQuerySet:
        return self.filter(last_used_at__lt=moment)

    def touch(self, token: Token, now: datetime) -> None:
        """Written at most once an hour: idleness is counted in days."""
        self.filter(pk=token.pk, last_used_at__lt=now - timedelta(hours=1)).update(last_used_at=now)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Token(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"token of {self.person_id}"


class Visibility(models.TextChoices):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class ControlPolicy(models.TextChoices):
    HOST = "host"
    MODERATORS = "moderators"
    EVERYONE = "everyone"


class RoomQuerySet(models.QuerySet["Room"]):
    def open(self) -> RoomQuerySet:
        return self.filter(closed_at=None)

    def locked(self, pk: int) -> Room:
        """The room, its row locked until the transaction ends: every change of a room begins here."""
        return self.select_for_update().get(pk=pk)

    def listed(self, limit: int = 50) -> RoomQuerySet:
        """Public rooms with the number of people in them (`viewers`), the fullest first."""
        viewers = Count("members", filter=Q(members__present=True))
        return (
            self.open()
            .filter(visibility=Visibility.PUBLIC)
            .annotate(viewers=viewers)
            .order_by("-viewers", "-last_active_at")[:limit]
        )

    def of_person(self, person: Person, limit: int = 50) -> RoomQuerySet:
        mine = Q(owner=person) | Q(members__person=person, members__left_at=None)
        return self.open().filter(mine).distinct().order_by("-last_active_at")[:limit]

    def heads(self, room_ids: list[str]) -> dict[str, tuple[int, int, str]]:
        """Revision, comment_seq and epoch by room_id."""
        rows = self.filter(room_id__in=room_ids).values_list("room_id", "revision", "comment_seq", "epoch")
        return {room_id: (revision, seq, epoch) for room_id, revision, seq, epoch in rows}

    def revision_of(self, room: Room) -> int:
        """As of now; the object may be older."""
        return self.values_list("revision", flat=True).get(pk=room.pk)

    def with_ended_holds(self, now_ms: float, limit: int = 100) -> list[int]:
        return list(self.filter(seat_until_ms__lte=now_ms).values_list("pk", flat=True)[:limit])

    def prolong_holds(self, until_ms: float) -> int:
        """Seats whose hold would end before that are kept until then."""
        return self.filter(seat_until_ms__lt=until_ms).update(seat_until_ms=until_ms)

    def silent_since(self, moment: datetime) -> RoomQuerySet:
        return self.open().filter(last_active_at__lt=moment)

    def closed_before(self, moment: datetime) -> RoomQuerySet:
        return self.filter(closed_at__lt=moment)

    def never_played(self, before: datetime) -> RoomQuerySet:
        """Made and left before that: no change ever took a revision, and nobody is there."""
        present = Member.objects.current().filter(room=OuterRef("pk"), present=True)
        return self.silent_since(before).filter(revision=0, is_demo=False).exclude(Exists(present))


class Room(models.Model):
    room_id = models.CharField(max_length=10, unique=True, default=random_id)
    title = models.CharField(max_length=80)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.UNLISTED)
    passphrase = models.CharField(max_length=128, blank=True)
    control_policy = models.CharField(
        max_length=10, choices=ControlPolicy.choices, default=ControlPolicy.HOST
    )
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_rooms"
    )
    is_demo = models.BooleanField(default=False)

    revision = models.BigIntegerField(default=0)
    comment_seq = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=8, default=new_epoch)

    # While the host is away: until when the seat is kept, and whom the host named to follow.
    seat_until_ms = models.FloatField(null=True, blank=True)
    seat_hold_s = models.PositiveSmallIntegerField(default=20)
    successor = models.ForeignKey(
        "Member", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    last_active_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["visibility", "closed_at", "-last_active_at"], name="room_listed"),
            models.Index(
                fields=["seat_until_ms"], name="room_seat_until", condition=Q(seat_until_ms__isnull=False)
            ),
            models.Index(fields=["last_active_at"], name="room_last_active"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(revision__gte=0, comment_seq__gte=0), name="room_counters_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.room_id})"

    def take_revision(self) -> int:
        """The next revision; the row must be locked by the caller."""
        self.revision += 1
        self.last_active_at = timezone.now()
        self.save(update_fields=["revision", "last_active_at"])
        return self.revision

    def take_comment_seq(self) -> int:
        """The next place in the order of comments and deletions; the row must be locked by the caller."""
        self.comment_seq += 1
        self.last_active_at = timezone.now()
        self.save(update_fields=["comment_seq", "last_active_at"])
        return self.comment_seq

    def opens_with(self, passphrase: str) -> bool:
        return check_password(passphrase, self.passphrase)

    @property
    def host(self) -> Member | None:
        return self.members.filter(role=Role.HOST).select_related("person").first()


class Role(models.TextChoices):
    HOST = "host"
    MODERATOR = "moderator"
    MEMBER = "member"


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


class BanQuerySet(models.QuerySet["Ban"]):
    def holding(self, room: Room, now: datetime, person: Person | None, address_hash: str) -> bool:
        whom = Q(person=person) if person is not None else Q(pk=None)
        if address_hash:
            whom |= Q(address_hash=address_hash)
        return self.filter(whom, room=room, until__gt=now, lifted_at=None).exists()

    def keeps_out(self, room_id: str, person: Person, now: datetime) -> bool:
        """One question, also for a room that does not exist: the time it takes tells nothing."""
        return self.filter(room__room_id=room_id, person=person, until__gt=now, lifted_at=None).exists()

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

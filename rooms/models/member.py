"""Who is in a room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Count, F, Q
from django.utils import timezone

from rooms.models.choices import ControlPolicy, Role
from rooms.models.person import Person
from rooms.models.room import PERSON, ROOM, Room
from watchium.db.prepared import PreparedQuery, Rows, run_in_one_round_trip
from watchium.db.rows import RowMapper

# What somebody else holds is passed over: it comes again in three seconds, and nobody should wait for it.
_KEEP_POSTGRES = """
WITH told AS (
    SELECT member.id, said.position, said.is_synced
    FROM unnest(%s::text[], %s::text[], %s::float8[], %s::bool[]) AS said(room_id, user_id, position, is_synced)
    JOIN rooms_room room ON room.room_id = said.room_id
    JOIN rooms_person person ON person.user_id = said.user_id
    JOIN rooms_member member ON member.room_id = room.id AND member.person_id = person.id
    FOR NO KEY UPDATE OF member SKIP LOCKED
)
UPDATE rooms_member SET last_heartbeat = %s, position = told.position, is_synced = told.is_synced
FROM told WHERE rooms_member.id = told.id
"""
_KEEP_SQLITE = """
WITH told AS (
    SELECT member.id AS id, json_extract(value, '$[2]') AS position, json_extract(value, '$[3]') AS is_synced
    FROM json_each(%s)
    JOIN rooms_room room ON room.room_id = json_extract(value, '$[0]')
    JOIN rooms_person person ON person.user_id = json_extract(value, '$[1]')
    JOIN rooms_member member ON member.room_id = room.id AND member.person_id = person.id
)
UPDATE rooms_member SET last_heartbeat = %s, position = told.position, is_synced = told.is_synced
FROM told WHERE rooms_member.id = told.id
"""


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Those who have not left: who may read and write the room."""
        return self.filter(left_at=None)

    def host_of(self, room: Room) -> Member | None:
        (hosts,) = run_in_one_round_trip(Member.to_find_host(room.pk))
        return next(iter(Member.from_rows(hosts, room)), None)

    def current_with_room(self, pk: int) -> Member | None:
        """With room and person; None for somebody who has left."""
        (found,) = run_in_one_round_trip(_with_rooms("member.id = %s", pk))
        return _in_their_room(found)

    def of_person(self, room_id: str, person: Person) -> Member | None:
        """The same, by who it is and where."""
        (found,) = run_in_one_round_trip(
            _with_rooms("room.room_id = %s AND member.person_id = %s", room_id, person.pk)
        )
        return _in_their_room(found)

    def save_reports(self, rows: Sequence[tuple[str, str, float, bool]]) -> int:
        """Write what players last said: room_id, user_id, position in seconds, in sync. How many rows that changed."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        if connection.vendor == "postgresql":
            words, told = _KEEP_POSTGRES, [list(column) for column in zip(*rows, strict=True)]
        else:
            words, told = _KEEP_SQLITE, [json.dumps(rows)]  # type: ignore[list-item]
        with connection.cursor() as cursor:
            cursor.execute(words, [*told, now])
            return int(cursor.rowcount)

    def present(self, limit: int = 500) -> MemberQuerySet:
        """Those who are here, longest first. Asked of a room, which is theirs already."""
        here = self.current().filter(present=True).select_related("person")
        return here.order_by("here_since_ms", "pk")[:limit]

    def present_in(self, room_ids: list[str]) -> MemberQuerySet:
        """Those who are in one of these rooms, longest first."""
        here = self.current().filter(present=True, room__room_id__in=room_ids)
        return here.select_related("person", "room").order_by("here_since_ms", "pk")

    def is_in(self, room_id: str, person: Person) -> bool:
        return self.current().filter(room__room_id=room_id, person=person).exists()

    def newest(self, room: Room, limit: int = 500) -> MemberQuerySet:
        """The last to join first, also those who are not here."""
        return self.current().filter(room=room).select_related("person").order_by("-joined_at", "-pk")[:limit]

    def away(self) -> MemberQuerySet:
        """Plain members, owners apart, who are not here."""
        away = self.current().filter(role=Role.MEMBER, present=False)
        return away.exclude(person=F("room__owner")).select_related("person")

    def longest_reserved(self, joined_before: datetime, most: int) -> Member | None:
        """Who joined first of those who joined and never played along.

        None where that was not before `joined_before` and there are no more than `most` of them.
        """
        reserved = self.away().filter(last_heartbeat=None)
        first = reserved.order_by("joined_at", "pk").first()
        if first is None or (first.joined_at >= joined_before and reserved.count() <= most):
            return None
        return first

    def longest_absent(self, since: datetime) -> Member | None:
        """Who was away longest of those who have not been there since; None when all have."""
        away = self.away().filter(joined_at__lt=since).exclude(last_heartbeat__gte=since)
        return away._longest_first().first()

    def longest_absent_of_largest_network(self, more_than: int) -> Member | None:
        """Who was away longest of the address with the most absent members, if those are more than so many."""
        known = self.away().exclude(address_hash="").values("address_hash")
        crowd = known.annotate(members=Count("pk")).filter(members__gt=more_than).order_by("-members").first()
        if crowd is None:
            return None
        return self.away().filter(address_hash=crowd["address_hash"])._longest_first().first()

    def _longest_first(self) -> MemberQuerySet:
        return self.order_by(F("last_heartbeat").asc(nulls_first=True), "joined_at", "pk")

    def record_address(self, member: Member, address_hash: str) -> None:
        """Where the member comes from now; nothing is written when that is as before, or not known."""
        if address_hash and address_hash != member.address_hash:
            self.filter(pk=member.pk).update(address_hash=address_hash)

    def present_names(self, besides: Person) -> list[str]:
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

    def locked(self, *questions: PreparedQuery) -> tuple[Member | None, list[Rows]]:
        """The member as of now with the room locked, and what was answered to the questions, all in one trip.

        None for somebody who is not in the room any more.
        """
        # Two statements: who waits for the room's row inside one would then see the member as of before the wait,
        # and a former host could still press Play.
        rooms, members, *answers = run_in_one_round_trip(
            Room.to_lock(self.room_id), self.to_read(self.pk), *questions
        )
        if not rooms or not members:
            return None, answers
        (found,) = self.from_rows(members, ROOM.row(rooms[0]))
        return found, answers

    @staticmethod
    def to_read(pk: int) -> PreparedQuery:
        """A current member; this and what follows give what `made_of` takes."""
        return _members("member.id = %s AND member.left_at IS NULL", pk)

    @staticmethod
    def to_find_host(room_pk: int) -> PreparedQuery:
        return _members("member.room_id = %s AND member.role = 'host'", room_pk)

    @staticmethod
    def to_read_present(room_pk: int, limit: int = 500) -> PreparedQuery:
        """Those who are here, longest first."""
        here = "member.room_id = %s AND member.left_at IS NULL AND member.present"
        return _members(f"{here} ORDER BY member.here_since_ms, member.id LIMIT %s", room_pk, limit)

    @staticmethod
    def from_rows(rows: Rows, room: Room) -> list[Member]:
        """With their persons, and in this very room."""
        found = []
        for values in rows:
            member = MEMBER.row(values)
            member.person = PERSON.row(values[len(MEMBER.names) :])
            member.room = room
            found.append(member)
        return found

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


MEMBER = RowMapper(Member, "member", without=["joined_at", "last_heartbeat"])


def _members(which: str, *values: int) -> PreparedQuery:
    words = f"""SELECT {MEMBER.sql}, {PERSON.sql} FROM rooms_member member
        JOIN rooms_person person ON person.id = member.person_id WHERE {which}"""  # noqa: S608
    return PreparedQuery(words, values)


def _with_rooms(which: str, *values: Any) -> PreparedQuery:
    words = f"""SELECT {MEMBER.sql}, {PERSON.sql}, {ROOM.sql} FROM rooms_member member
        JOIN rooms_person person ON person.id = member.person_id
        JOIN rooms_room room ON room.id = member.room_id WHERE {which} AND member.left_at IS NULL"""  # noqa: S608
    return PreparedQuery(words, values)


def _in_their_room(rows: Rows) -> Member | None:
    if not rows:
        return None
    (member,) = Member.from_rows(rows, ROOM.row(rows[0][len(MEMBER.names) + len(PERSON.names) :]))
    return member

"""Members: persons in rooms, with their role and presence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from rooms.models.choices import Role
from rooms.models.member.places import PlaceQuerySet
from rooms.models.member.reports import Report, save_reports
from rooms.models.member.rights import MemberRights
from rooms.models.person import Person
from rooms.models.room import PERSON, ROOM, ROOM_WITH_FILTER, Room
from watchium.db.prepared import PreparedQuery, Rows, run_in_one_round_trip
from watchium.db.rows import RowMapper

if TYPE_CHECKING:
    from rooms.models.moderation import ModerationAct


class MemberQuerySet(PlaceQuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Members who have not left and so may read and write the room."""
        return self.filter(left_at=None)

    def host_of(self, room: Room) -> Member | None:
        (hosts,) = run_in_one_round_trip(Member.to_find_host(room.pk))
        return next(iter(Member.from_rows(hosts, room)), None)

    def current_with_room(self, pk: int) -> Member | None:
        """Return the member with room and person, or None if the member has left."""
        (rows,) = run_in_one_round_trip(_select_with_room("member.id = %s", pk))
        return _with_room(rows)

    def of_person(self, room_id: str, person: Person) -> Member | None:
        """Return the person's current membership in this room with room and person, or None."""
        (rows,) = run_in_one_round_trip(
            _select_with_room("room.room_id = %s AND member.person_id = %s", room_id, person.pk)
        )
        return _with_room(rows)

    def save_reports(self, reports: Sequence[Report]) -> int:
        """Store the latest reports of players. Return the row count."""
        return save_reports(reports)

    def present(self, limit: int = 500) -> MemberQuerySet:
        """Present members, longest present first. Called on `room.members`, so `room` is already set."""
        present = self.current().filter(present=True).select_related("person")
        return present.order_by("here_since_ms", "pk")[:limit]

    def present_user_ids(self) -> set[str]:
        """Return the ids of all who are present. Called on `room.members`."""
        return set(self.current().filter(present=True).values_list("person__user_id", flat=True))

    def present_in(self, room_ids: list[str]) -> MemberQuerySet:
        """Members present in any of these rooms, longest present first."""
        present = self.current().filter(present=True, room__room_id__in=room_ids)
        return present.select_related("person", "room").order_by("here_since_ms", "pk")

    def is_in(self, room_id: str, person: Person) -> bool:
        return self.current().filter(room__room_id=room_id, person=person).exists()

    def is_favourite(self, member: Member) -> bool:
        return self.filter(pk=member.pk, favourite=True).exists()

    def set_favourite(self, member: Member, *, on: bool) -> None:
        """Without a lock: no other member sees it."""
        self.filter(pk=member.pk).update(favourite=on)

    def rooms_of(self, person: Person, rooms: list[int]) -> set[int]:
        """Return those of the rooms (primary keys) that are open and have this member."""
        rows = self.current().filter(person=person, room__in=rooms, room__closed_at=None)
        return set(rows.values_list("room_id", flat=True))

    def of_open_rooms(self) -> MemberQuerySet:
        """Memberships of rooms that are not closed, in the order in which rooms are locked."""
        return self.current().filter(room__closed_at=None).order_by("room_id")

    def newest(self, room: Room, limit: int = 500) -> MemberQuerySet:
        """Current members, absent ones included, latest to join first."""
        return self.current().filter(room=room).select_related("person").order_by("-joined_at", "-pk")[:limit]

    def record_address(self, member: Member, address_hash: str) -> None:
        """Store the hash of the member's current address, unless it is unknown or unchanged."""
        if address_hash and address_hash != member.address_hash:
            self.filter(pk=member.pk).update(address_hash=address_hash)

    def present_names(self, excluding: Person) -> list[str]:
        """Return the names of the present members other than this person."""
        present = self.current().filter(present=True).exclude(person=excluding)
        return list(present.values_list("username", flat=True))

    def host_names(self, room_pks: list[int]) -> dict[int, str]:
        """Return the hosts' names by the primary key of the room."""
        return dict(self.filter(room__in=room_pks, role=Role.HOST).values_list("room_id", "username"))

    def with_user_id(self, room: Room, user_id: str) -> Member | None:
        return (
            self.current().select_related("person", "room").filter(room=room, person__user_id=user_id).first()
        )

    def ever_with_user_id(self, room: Room, user_id: str) -> Member | None:
        """Return the member, also one who has left."""
        return self.select_related("person").filter(room=room, person__user_id=user_id).first()

    def ever_of(self, room_id: str, person_pk: int) -> Member | None:
        """Return the person's member with its room, also one who has left."""
        return self.select_related("room").filter(room__room_id=room_id, person=person_pk).first()

    def of_act(self, room: Room, act: ModerationAct) -> Member | None:
        """Return the member that an act was about, also one who has left."""
        return self.select_related("person").filter(room=room, person=act.target_id).first()

    def moderators(self, room: Room) -> list[Member]:
        """Return the present members who may remove others, whatever their role."""
        present = list(self.filter(room=room).present())
        for member in present:
            member.room = room
        return [member for member in present if member.may_moderate]

    def leaders(self, room: Room) -> set[int]:
        """Return the host, the moderators and the owner (primary keys of persons)."""
        rows = self.current().filter(room=room).exclude(role=Role.MEMBER)
        owner = {room.owner_id} if room.owner_id is not None else set()
        return owner.union(rows.values_list("person_id", flat=True))

    def muted(self, room: Room, now_ms: float, limit: int = 100) -> list[Member]:
        """Return muted members, also those who have left, the latest to end first."""
        rows = self.filter(room=room).annotate(
            until_ms=Greatest(
                Coalesce("muted_until_ms", 0.0),
                Coalesce("quiet_mute_until_ms", 0.0),
                output_field=models.FloatField(),
            )
        )
        muted = rows.filter(until_ms__gt=now_ms).select_related("person")
        return list(muted.order_by("-until_ms", "pk")[:limit])


class Member(MemberRights):
    """A person in a room: one row for any number of tabs, `present` while a lease of one of them has not lapsed."""

    username = models.CharField(max_length=48)
    address_hash = models.CharField(max_length=64, blank=True)
    favourite = models.BooleanField(default=False)  # for the person's list of rooms
    present = models.BooleanField(default=False)
    here_since_ms = models.FloatField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # Both in server time, and both outlive the membership: leaving and returning changes neither.
    muted_until_ms = models.FloatField(null=True, blank=True)
    quiet_mute_until_ms = models.FloatField(null=True, blank=True)  # the muted are not informed
    commented_at_ms = models.FloatField(null=True, blank=True)  # written while slow mode is on

    # The player's latest report, written in batches.
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

    def locked(self, *queries: PreparedQuery, to_write: bool = False) -> tuple[Member | None, list[Rows]]:
        """Lock the room and read the member again; return it with the rows of `queries`, all in one round trip.

        The member is None if it has left the room. `to_write`: a comment, so that the room's word filter is read too.
        """
        # Two statements, because of a race: one statement that waits for the room's row would then return the member
        # as of before the wait, and a former host could still press Play.
        rooms, members, *results = run_in_one_round_trip(
            Room.to_lock(self.room_id, to_write=to_write), self.to_read(self.pk), *queries
        )
        if not rooms or not members:
            return None, results
        mapper = ROOM_WITH_FILTER if to_write else ROOM
        (current,) = self.from_rows(members, mapper.row(rooms[0]))
        return current, results

    @staticmethod
    def to_read(pk: int) -> PreparedQuery:
        """Select a current member. `from_rows` takes the rows of this query and of the two below."""
        return _select("member.id = %s AND member.left_at IS NULL", pk)

    @staticmethod
    def to_find_host(room_pk: int) -> PreparedQuery:
        return _select("member.room_id = %s AND member.role = 'host'", room_pk)

    @staticmethod
    def to_read_present(room_pk: int, limit: int = 500) -> PreparedQuery:
        """Select the present members, longest present first."""
        condition = "member.room_id = %s AND member.left_at IS NULL AND member.present"
        return _select(f"{condition} ORDER BY member.here_since_ms, member.id LIMIT %s", room_pk, limit)

    @staticmethod
    def from_rows(rows: Rows, room: Room) -> list[Member]:
        """Build members with their persons; all share the given room object."""
        members = []
        for values in rows:
            member = MEMBER.row(values)
            # Without the descriptors' checks, which take as long as reading the row.
            member._state.fields_cache.update(person=PERSON.row(values[len(MEMBER.names) :]), room=room)
            members.append(member)
        return members

    def muted_for_ms(self, now_ms: float) -> float:
        """Return how long the mute lasts from now on, or 0."""
        return max(0.0, (self.muted_until_ms or 0.0) - now_ms)

    def is_quietly_muted(self, now_ms: float) -> bool:
        """Whether only the member sees what the member writes."""
        return (self.quiet_mute_until_ms or 0.0) > now_ms

    def is_restricted(self, now_ms: float) -> bool:
        """Whether the member is muted or was denied a right."""
        denied = not all(self.standing.exceptions.values())
        return denied or self.muted_for_ms(now_ms) > 0 or self.is_quietly_muted(now_ms)


MEMBER = RowMapper(Member, "member", without=["favourite", "joined_at", "last_heartbeat"])


def _select(condition: str, *values: int) -> PreparedQuery:
    sql = f"""SELECT {MEMBER.sql}, {PERSON.sql} FROM rooms_member member
        JOIN rooms_person person ON person.id = member.person_id WHERE {condition}"""  # noqa: S608
    return PreparedQuery(sql, values)


def _select_with_room(condition: str, *values: Any) -> PreparedQuery:
    sql = f"""SELECT {MEMBER.sql}, {PERSON.sql}, {ROOM.sql} FROM rooms_member member
        JOIN rooms_person person ON person.id = member.person_id
        JOIN rooms_room room ON room.id = member.room_id WHERE {condition} AND member.left_at IS NULL"""  # noqa: S608
    return PreparedQuery(sql, values)


def _with_room(rows: Rows) -> Member | None:
    if not rows:
        return None
    (member,) = Member.from_rows(rows, ROOM.row(rows[0][len(MEMBER.names) + len(PERSON.names) :]))
    return member

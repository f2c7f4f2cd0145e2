"""Rooms: settings, the counters (revision, comment_seq, queue_revision), the epoch, and the host's grace period."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from rooms.domain.rights import Levels, levels_of, stored_levels
from rooms.ids import new_epoch, random_id
from rooms.models.choices import ControlPolicy, Visibility
from rooms.models.fields import GeneratedCharField
from rooms.models.person import Person
from rooms.models.room.due_rooms import DueRoomsQuerySet
from watchium.db.prepared import PreparedQuery, Rows, any_of, is_postgresql, run_in_one_round_trip
from watchium.db.rows import RowMapper, update


class RoomHead(NamedTuple):
    revision: int
    comment_seq: int
    queue_revision: int
    epoch: str


class RoomQuerySet(DueRoomsQuerySet["Room"]):
    def locked(self, pk: int) -> Room:
        """Return the room with its row locked until the transaction ends. Every change of a room begins here."""
        return self.select_for_update().get(pk=pk)

    def locked_unless_busy(self, pk: int) -> Room | None:
        """Return None while another transaction changes the room: due work stays due until the next tick."""
        return self.select_for_update(skip_locked=True).filter(pk=pk).first()

    def with_cover(self) -> RoomQuerySet:
        """With what `Room.cover` needs."""
        return self.annotate(cover_version=F("roomcover__version"))

    def listed(self, limit: int = 50) -> RoomQuerySet:
        """Public rooms with the number of present members (`viewers`), fullest first."""
        viewers = Count("members", filter=Q(members__present=True))
        return (
            self.open()
            .with_cover()
            .filter(visibility=Visibility.PUBLIC)
            .annotate(viewers=viewers)
            .order_by("-viewers", "-last_active_at")[:limit]
        )

    def of_person(self, person: Person, limit: int = 200) -> RoomQuerySet:
        """The rooms that a person owns or is in, favourites first (`is_favourite`), then those that were used last."""
        owned = self.filter(owner=person).order_by().values("pk")
        joined = person.memberships.current().order_by().values("room")
        chosen = person.memberships.filter(room=OuterRef("pk"), favourite=True)
        rooms = (
            self.open().with_cover().filter(pk__in=owned.union(joined)).annotate(is_favourite=Exists(chosen))
        )
        return rooms.order_by("-is_favourite", "-last_active_at")[:limit]

    def heads(self, room_ids: list[str]) -> dict[str, RoomHead]:
        """Return the newest numbers of rooms by room_id."""
        condition = any_of("room_id", room_ids)
        sql = f"""SELECT room_id, revision, comment_seq, queue_revision, epoch FROM rooms_room
            WHERE {condition.sql}"""  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, condition.values))
        return {room_id: RoomHead(*numbers) for room_id, *numbers in rows}

    def begin_epoch(self, room_id: str, former: str) -> bool:
        """Start a new epoch if the current one is still `former`; return whether this call did."""
        return bool(self.filter(room_id=room_id, epoch=former).update(epoch=new_epoch()))

    def epoch_of(self, room: Room) -> str:
        """Read the current value; the object may be outdated."""
        return self.values_list("epoch", flat=True).get(pk=room.pk)

    def revision_of(self, room: Room) -> int:
        """Read the current value; the object may be outdated."""
        return self.values_list("revision", flat=True).get(pk=room.pk)

    def with_code(self, code: str, now: datetime) -> Room | None:
        return self.open().filter(code=code, code_until__gt=now).first()

    def with_slug(self, slug: str) -> Room | None:
        return self.open().filter(slug=slug).first()

    def is_slug_taken(self, slug: str, room: Room) -> bool:
        """Whether another room has the address, which a closed one gives up."""
        return self.filter(slug=slug).exclude(pk=room.pk).exists()


class Room(models.Model):
    room_id = GeneratedCharField(max_length=10, unique=True, default=random_id)
    title = models.CharField(max_length=80)
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.UNLISTED)
    passphrase = models.CharField(max_length=128, blank=True)
    # The same passphrase for native players, which send its MD5 only; empty unless the server lets them in.
    player_passphrase = models.CharField(max_length=128, blank=True, default="")
    control_policy = models.CharField(
        max_length=10, choices=ControlPolicy.choices, default=ControlPolicy.HOST
    )
    # What the control policy does not say about rights: see `rooms.domain.rights.stored_levels`.
    rights = models.CharField(max_length=250, blank=True, default="")
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_rooms"
    )
    description = models.CharField(max_length=500, blank=True, default="")
    # Its own address below /r/, which an account chose. null: none
    slug = models.CharField(max_length=40, null=True, blank=True, unique=True)
    # To type on a device without the link. null: no member asked for one
    code = models.CharField(max_length=6, null=True, blank=True, unique=True)
    code_until = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    keep_evenings = models.BooleanField(default=False)
    knock = models.BooleanField(default=False)  # whether host and moderators are asked before a person joins
    capacity = models.PositiveIntegerField(null=True, blank=True)  # null: as many as the instance allows

    # Rules of the chat, for all but the host and moderators. The filter has one entry a line: see chat.word_filter.
    slow_mode_s = models.PositiveSmallIntegerField(default=0)
    chat_enabled = models.BooleanField(default=True)
    chat_links = models.BooleanField(default=True)
    chat_filter = models.TextField(blank=True, default="")
    newcomer_wait_s = models.PositiveSmallIntegerField(default=0)

    revision = models.BigIntegerField(default=0)
    comment_seq = models.BigIntegerField(default=0)
    queue_revision = models.BigIntegerField(default=0)  # 0: the room has no queue yet
    epoch = GeneratedCharField(max_length=8, default=new_epoch)

    # While the host is absent: when the grace period ends, and the next host as named by the host.
    seat_until_ms = models.FloatField(null=True, blank=True)
    seat_hold_s = models.PositiveSmallIntegerField(default=20)
    successor = models.ForeignKey(
        "Member", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    last_active_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    # Read in place of the filter, which is up to 12,000 characters: see `is_filtered`.
    _is_filtered: bool | None = None
    # The primary key of a successor, and the user_id that belongs to it.
    _read_successor: tuple[int | None, str | None] = (None, None)

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

    @property
    def cover(self) -> str | None:
        """Where the room's cover is served, if it was read `with_cover`. Each picture has an address of its own."""
        version = self.__dict__.get("cover_version")
        return f"/api/rooms/{self.room_id}/cover/?version={version}" if version else None

    @staticmethod
    def to_lock(pk: int, *, to_write: bool = False) -> PreparedQuery:
        """Do the same as `RoomQuerySet.locked`, as a prepared query that returns the columns of `ROOM`.

        `to_write`: those of `ROOM_WITH_FILTER`.
        """
        # SQLite locks the whole database when a transaction begins.
        lock = "FOR UPDATE" if is_postgresql() else ""
        columns = ROOM_WITH_FILTER.sql if to_write else ROOM.sql
        return PreparedQuery(f"SELECT {columns} FROM rooms_room room WHERE room.id = %s {lock}", [pk])  # noqa: S608

    @staticmethod
    def to_read_with_owner(pk: int) -> PreparedQuery:
        """Select a room and its owner, for `from_rows_with_owner`."""
        sql = f"""SELECT {ROOM.sql}, {PERSON.sql}, {_SUCCESSOR} FROM rooms_room room
            LEFT JOIN rooms_person person ON person.id = room.owner_id WHERE room.id = %s"""  # noqa: S608
        return PreparedQuery(sql, [pk])

    @staticmethod
    def from_rows_with_owner(rows: Rows) -> Room:
        """Build the room with its owner. Raises Room.DoesNotExist if there are no rows."""
        if not rows:
            raise Room.DoesNotExist
        room = ROOM.row(rows[0])
        if room.owner_id is not None:
            room._state.fields_cache["owner"] = PERSON.row(rows[0][len(ROOM.names) :])
        room._read_successor = (room.successor_id, rows[0][-1])
        return room

    @property
    def successor_user_id(self) -> str | None:
        """The successor named by the host, while a member; without a query if there is none, or it was read before."""
        if self.successor_id is None or self._read_successor[0] == self.successor_id:
            return self._read_successor[1] if self.successor_id else None
        successor = self.members.current().filter(pk=self.successor_id)
        user_id = successor.values_list("person__user_id", flat=True).first()
        self._read_successor = (self.successor_id, user_id)
        return user_id

    def take_revision(self) -> PreparedQuery:
        """Increment the revision and return the query that stores it; the caller has locked the row."""
        self.revision += 1
        self.last_active_at = timezone.now()
        return update(self, "revision", "last_active_at")

    def take_queue_revision(self) -> PreparedQuery:
        """Increment queue_revision, which counts changes of the queue; like `take_revision`."""
        self.queue_revision += 1
        self.last_active_at = timezone.now()
        return update(self, "queue_revision", "last_active_at")

    def take_comment_seq(self) -> PreparedQuery:
        """Increment comment_seq, the order of comments and deletions; like `take_revision`."""
        self.comment_seq += 1
        self.last_active_at = timezone.now()
        return update(self, "comment_seq", "last_active_at")

    @property
    def is_filtered(self) -> bool:
        """Whether the chat has a word filter, without reading its words if they were not read yet."""
        if self._is_filtered is None or "chat_filter" in self.__dict__:
            return bool(self.chat_filter)
        return bool(self._is_filtered)

    @property
    def levels(self) -> Levels:
        """Who has which right."""
        return levels_of(self.control_policy, self.rights)

    def set_levels(self, levels: Levels) -> None:
        """Set the fields; the caller saves them."""
        self.control_policy, self.rights = stored_levels(levels)

    def accepts_passphrase(self, passphrase: str) -> bool:
        return check_password(passphrase, self.passphrase)

    def accepts_md5(self, md5: str) -> bool:
        """As `accepts_passphrase`, from a native player, which sends the MD5 only."""
        return check_password(md5, self.player_passphrase)


_SUCCESSOR = """(SELECT named.user_id FROM rooms_member successor
    JOIN rooms_person named ON named.id = successor.person_id
    WHERE successor.id = room.successor_id AND successor.left_at IS NULL)"""
_SELDOM_READ = (
    "created_at",
    "last_active_at",
    "description",
    "slug",
    "code",
    "code_until",
    "player_passphrase",
)
ROOM = RowMapper(
    Room,
    "room",
    without=[*_SELDOM_READ, "chat_filter"],
    computed={"_is_filtered": "room.chat_filter <> ''"},
)
ROOM_WITH_FILTER = RowMapper(Room, "room", without=_SELDOM_READ)
PERSON = RowMapper(Person, "person", without=["created_at", "last_seen_at", "session_salt"])

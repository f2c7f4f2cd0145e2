"""A device's player: its state, its undo history and its accepted commands."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q

from playback.domain.idempotency import AcceptedCommand
from playback.domain.queue import OFF, REPEATS, Entry, Queue
from playback.domain.timeline import FASTEST, SLOWEST
from playback.domain.undo_history import History, QueueSnapshot, bounded
from rooms.models import Person
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

MAX_DEVICES = 20  # shown of one account
MAX_ACCEPTED = 100  # commands whose reply is stored


def encode(snapshot: QueueSnapshot) -> str:
    """Encode as one string: number of entries, current entry, position, is_playing, then id and item of each entry.

    Not as JSON lists: with ten thousand stored entries, reading and writing those took 40 ms for each change.
    """
    entries = " ".join([f"{entry.id}:{entry.item}" for entry in snapshot.queue.entries])
    count, current, plays = len(snapshot.queue), snapshot.queue.current or "", int(snapshot.is_playing)
    return f"{count}|{current}|{snapshot.position_s!r}|{plays}|{entries}"


def decode(document: str) -> QueueSnapshot:
    _, current, position_s, plays, entries = document.split("|")
    pairs = [pair.split(":") for pair in entries.split()]
    queue = Queue(tuple([Entry(entry_id, int(item)) for entry_id, item in pairs]), current or None)
    return QueueSnapshot(queue, float(position_s), plays == "1")


def _length(document: str) -> int:
    return int(document[: document.index("|")])


class StoredPosition(NamedTuple):
    """The position of the playing tab; `revision`: the one it knew."""

    entry_id: str
    position_s: float
    revision: int
    at_ms: float
    heard_ms: float


class DevicePlayerQuerySet(models.QuerySet["DevicePlayer"]):
    def of(self, device_id: str) -> DevicePlayer:
        """Return the device's player, or an empty unsaved one."""
        return self.filter(device_id=device_id).first() or DevicePlayer(device_id=device_id)

    def locked(self, device_id: str) -> DevicePlayer:
        """Lock the device's player until the transaction ends; create it if there is none."""
        found = self.select_for_update().filter(device_id=device_id).first()
        if found is None:
            self.get_or_create(device_id=device_id)
            found = self.select_for_update().get(device_id=device_id)
        return found

    def revision_of(self, device_id: str) -> int:
        return self.filter(device_id=device_id).values_list("revision", flat=True).first() or 0

    def of_person(self, person_pk: int) -> list[DevicePlayer]:
        """The last used first, without their queues."""
        return list(self.defer("entries").filter(person=person_pk).order_by("-seen_ms")[:MAX_DEVICES])

    def all_of(self, person: Person) -> DevicePlayerQuerySet:
        return self.filter(person=person)

    def idle_since(self, since_ms: float, *, empty_since_ms: float) -> DevicePlayerQuerySet:
        """Players not used since `since_ms`, or with an empty queue since `empty_since_ms`."""
        return self.filter(Q(seen_ms__lt=since_ms) | Q(seen_ms__lt=empty_since_ms, entries=[]))

    def save_position(self, device_id: str, stored: StoredPosition) -> int | None:
        """Save the position and return the revision; None if another track is current, it is paused, or it was seeked.

        One statement, without a lock, a new revision or an indexed column: it runs once a second for each player.
        """
        sql = """UPDATE playback_deviceplayer SET position = %s, at_ms = %s, heard_ms = %s
            WHERE device_id = %s AND current = %s AND is_playing AND placed <= %s RETURNING revision"""
        values = (
            stored.position_s,
            stored.at_ms,
            stored.heard_ms,
            device_id,
            stored.entry_id,
            stored.revision,
        )
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, values))
        return rows[0][0] if rows else None

    def record_report(self, device_id: str, now_ms: float) -> None:
        """Record that the playing tab is connected, whatever its position."""
        self.filter(device_id=device_id).update(heard_ms=now_ms)

    def set_audio_focus(self, device_id: str, tab: str | None) -> None:
        self.filter(device_id=device_id).update(sounding=tab)

    def record_visit(self, device_id: str, account: int | None, name: str, now_ms: float) -> None:
        """Store the account and the name of the browser."""
        self.filter(device_id=device_id).update(person=account, name=name, seen_ms=now_ms)

    def attach_account(self, device_id: str, account: int | None) -> int | None:
        """Assign the device to an account and return the account it had before."""
        rows = self.filter(device_id=device_id)
        before = rows.values_list("person", flat=True).first()
        rows.update(person=account)
        return before


class DevicePlayer(models.Model):
    """The current track and the queue of a device. `position` was true at server time `at_ms`.

    `heard_ms`: when the playing tab last reported. `placed` and `ordered` are the revisions at which the position
    (with its track) and the queue last changed.
    """

    device_id = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="players"
    )
    name = models.CharField(max_length=60, blank=True, default="")
    revision = models.BigIntegerField(default=0)
    placed = models.BigIntegerField(default=0)
    ordered = models.BigIntegerField(default=0)
    entries: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    count = models.PositiveIntegerField(default=0)  # number of entries
    item = models.BigIntegerField(null=True, blank=True)  # the current track, by its id in the library
    current = models.CharField(max_length=24, null=True, blank=True)  # null: no current entry
    position = models.FloatField(default=0)
    at_ms = models.FloatField(default=0)
    heard_ms = models.FloatField(default=0)
    is_playing = models.BooleanField(default=False)
    rate = models.FloatField(default=1)
    repeat = models.CharField(max_length=3, default=OFF)
    sounding = models.CharField(max_length=40, null=True, blank=True)  # the tab with audio focus
    seen_ms = models.FloatField(default=0)

    objects = DevicePlayerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(repeat__in=REPEATS), name="deviceplayer_repeat_known"),
            models.CheckConstraint(
                condition=Q(rate__gte=SLOWEST, rate__lte=FASTEST), name="deviceplayer_rate_in_range"
            ),
        ]
        indexes = [models.Index(fields=["person", "-seen_ms"], name="deviceplayer_of_person")]

    def __str__(self) -> str:
        return f"{self.name or 'A device'}, {len(self.entries)} in its queue"

    @property
    def queue(self) -> Queue[Entry]:
        return Queue(tuple(Entry(*pair) for pair in self.entries), self.current)

    @queue.setter
    def queue(self, queue: Queue[Entry]) -> None:
        self.entries = [[entry.id, entry.item] for entry in queue.entries]
        self.count, self.current = len(queue), queue.current
        self.item = queue.current_entry.item if queue.current_entry else None

    def position_at(self, now_ms: float) -> float:
        """In seconds. Beyond the end of the track if the player was not stopped there."""
        moving = self.rate if self.is_playing else 0.0
        return self.position + moving * max(0.0, now_ms - self.at_ms) / 1000


class PlayerHistoryQuerySet(models.QuerySet["PlayerHistory"]):
    def of(self, player: DevicePlayer) -> PlayerHistory:
        """Return the player's history, or an empty unsaved one."""
        known = None if player.pk is None else self.filter(player=player).first()
        return known or PlayerHistory(player=player)


class PlayerHistory(models.Model):
    """Separate from the player's row, which is written every second while it plays."""

    player = models.OneToOneField(
        DevicePlayer, primary_key=True, on_delete=models.CASCADE, related_name="history"
    )
    # Each as `encode` returns it, the latest last.
    done: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    undone: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # [event_id, content_hash, revision, at_ms] of the last commands, the latest last.
    answered: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    stacks_changed = False

    objects = PlayerHistoryQuerySet.as_manager()

    @property
    def stacks(self) -> History[QueueSnapshot]:
        return History(tuple(map(decode, self.done)), tuple(map(decode, self.undone)))

    @stacks.setter
    def stacks(self, stacks: History[QueueSnapshot]) -> None:
        self.done = list(map(encode, stacks.done))
        self.undone = list(map(encode, stacks.undone))
        self.stacks_changed = True

    def push(self, before: QueueSnapshot) -> None:
        """Record a new change: as `History.changed`, without decoding the stored snapshots."""
        self.done = list(bounded([*self.done, encode(before)], _length))
        self.undone = []
        self.stacks_changed = True

    def save_changes(self) -> None:
        """Write the stacks only if they changed: they may be half a megabyte."""
        if self.stacks_changed or self._state.adding:
            self.save()
        else:
            self.save(update_fields=["answered"])

    def accepted(self, event_id: str) -> AcceptedCommand | None:
        return next((AcceptedCommand(*row[1:]) for row in self.answered if row[0] == event_id), None)

    def record_accepted(self, event_id: str, content_hash: str, revision: int, at_ms: float) -> None:
        self.answered = [*self.answered[1 - MAX_ACCEPTED :], [event_id, content_hash, revision, at_ms]]

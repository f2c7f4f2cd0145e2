"""A device's player: one row, and what it remembers of what was done to it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q

from playback.domain.queue import OFF, REPEATS, Entry, Queue
from playback.domain.timeline import FASTEST, SLOWEST
from playback.domain.undo_history import History, Past, bounded
from rooms.models import Person
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

DEVICES = 20  # of one account that are shown
ANSWERED = 100  # commands whose answer is remembered


def stored(past: Past) -> str:
    """One string: how many entries, what was on, where, whether it played, then id and item of each entry.

    Not lists in JSON: with ten thousand entries remembered, those took 40 ms to read and write at each change.
    """
    entries = " ".join([f"{entry.id}:{entry.item}" for entry in past.queue.entries])
    count, current, plays = len(past.queue), past.queue.current or "", int(past.is_playing)
    return f"{count}|{current}|{past.position_s!r}|{plays}|{entries}"


def read(document: str) -> Past:
    _, current, position_s, plays, entries = document.split("|")
    pairs = [pair.split(":") for pair in entries.split()]
    queue = Queue(tuple([Entry(entry_id, int(item)) for entry_id, item in pairs]), current or None)
    return Past(queue, float(position_s), plays == "1")


def _length(document: str) -> int:
    return int(document[: document.index("|")])


class Here(NamedTuple):
    """Where the tab that sounds is; `revision`: what it knew of."""

    entry_id: str
    position_s: float
    revision: int
    at_ms: float
    heard_ms: float


class DevicePlayerQuerySet(models.QuerySet["DevicePlayer"]):
    def of(self, device_id: str) -> DevicePlayer:
        """The device's player; an empty one, which is not stored by that, where there is none yet."""
        return self.filter(device_id=device_id).first() or DevicePlayer(device_id=device_id)

    def locked(self, device_id: str) -> DevicePlayer:
        """The same, until the transaction ends."""
        found = self.select_for_update().filter(device_id=device_id).first()
        if found is None:
            self.get_or_create(device_id=device_id)
            found = self.select_for_update().get(device_id=device_id)
        return found

    def revision_of(self, device_id: str) -> int:
        return self.filter(device_id=device_id).values_list("revision", flat=True).first() or 0

    def of_person(self, person_pk: int) -> list[DevicePlayer]:
        """The latest first, without what is in their queues."""
        return list(self.defer("entries").filter(person=person_pk).order_by("-seen_ms")[:DEVICES])

    def idle_since(self, since_ms: float, *, empty_since_ms: float) -> DevicePlayerQuerySet:
        """Not heard of since then, or since then with nothing in its queue."""
        return self.filter(Q(seen_ms__lt=since_ms) | Q(seen_ms__lt=empty_since_ms, entries=[]))

    def save_position(self, device_id: str, here: Here) -> int | None:
        """How far the player is; None where something else is on, or it is paused, or was placed since.

        One statement, without a lock and without a revision, and it touches no index: it comes once a second.
        """
        words = """UPDATE playback_deviceplayer SET position = %s, at_ms = %s, heard_ms = %s
            WHERE device_id = %s AND current = %s AND is_playing AND placed <= %s RETURNING revision"""
        values = (here.position_s, here.at_ms, here.heard_ms, device_id, here.entry_id, here.revision)
        (rows,) = run_in_one_round_trip(PreparedQuery(words, values))
        return rows[0][0] if rows else None

    def note_heard(self, device_id: str, now_ms: float) -> None:
        """The tab that sounds is there, wherever it is."""
        self.filter(device_id=device_id).update(heard_ms=now_ms)

    def give_sound(self, device_id: str, tab: str | None) -> None:
        self.filter(device_id=device_id).update(sounding=tab)

    def meet(self, device_id: str, account: int | None, name: str, now_ms: float) -> None:
        """Which browser that is, and whose."""
        self.filter(device_id=device_id).update(person=account, name=name, seen_ms=now_ms)

    def belongs(self, device_id: str, account: int | None) -> int | None:
        """From now on to this account; to which before."""
        rows = self.filter(device_id=device_id)
        before = rows.values_list("person", flat=True).first()
        rows.update(person=account)
        return before


class DevicePlayer(models.Model):
    """What plays on a device and what comes. `position` held at server time `at_ms`.

    `heard_ms`: when the tab that sounds was last heard of. `placed` and `ordered` are the revisions at which the place
    (track and position) and the queue last changed.
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
    count = models.PositiveIntegerField(default=0)  # of the entries
    item = models.BigIntegerField(null=True, blank=True)  # what is on, by its number in the library
    current = models.CharField(max_length=24, null=True, blank=True)  # no entry is on
    position = models.FloatField(default=0)
    at_ms = models.FloatField(default=0)
    heard_ms = models.FloatField(default=0)
    is_playing = models.BooleanField(default=False)
    rate = models.FloatField(default=1)
    repeat = models.CharField(max_length=3, default=OFF)
    sounding = models.CharField(max_length=40, null=True, blank=True)  # the tab, or none
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
    def queue(self) -> Queue:
        return Queue(tuple(Entry(*pair) for pair in self.entries), self.current)

    @queue.setter
    def queue(self, queue: Queue) -> None:
        self.entries = [[entry.id, entry.item] for entry in queue.entries]
        self.count, self.current = len(queue), queue.current
        self.item = queue.on.item if queue.on else None

    def position_at(self, now_ms: float) -> float:
        """In seconds; past the end of what is on where nobody stopped there."""
        moving = self.rate if self.is_playing else 0.0
        return self.position + moving * max(0.0, now_ms - self.at_ms) / 1000


class PlayerHistoryQuerySet(models.QuerySet["PlayerHistory"]):
    def of(self, player: DevicePlayer) -> PlayerHistory:
        """An empty one where nothing was done yet; not kept by that."""
        known = None if player.pk is None else self.filter(player=player).first()
        return known or PlayerHistory(player=player)


class PlayerHistory(models.Model):
    """Apart from the player's own row, which is written every second while it plays."""

    player = models.OneToOneField(
        DevicePlayer, primary_key=True, on_delete=models.CASCADE, related_name="history"
    )
    # Each as `stored` has it, the latest last.
    done: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    undone: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # [event_id, content_hash, revision, at_ms] of the last commands, the latest last.
    answered: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    stacks_changed = False

    objects = PlayerHistoryQuerySet.as_manager()

    @property
    def stacks(self) -> History:
        return History(tuple(map(read, self.done)), tuple(map(read, self.undone)))

    @stacks.setter
    def stacks(self, stacks: History) -> None:
        self.done = list(map(stored, stacks.done))
        self.undone = list(map(stored, stacks.undone))
        self.stacks_changed = True

    def push(self, before: Past) -> None:
        """A new change: as `History.changed`, without reading what is remembered already."""
        self.done = list(bounded([*self.done, stored(before)], _length))
        self.undone = []
        self.stacks_changed = True

    def keep(self) -> None:
        """Half a megabyte of what can be undone is not written again for a pause."""
        if self.stacks_changed or self._state.adding:
            self.save()
        else:
            self.save(update_fields=["answered"])

    def answer_to(self, event_id: str) -> list[Any] | None:
        return next((answer for answer in self.answered if answer[0] == event_id), None)

    def remember(self, event_id: str, content_hash: str, revision: int, at_ms: float) -> None:
        self.answered = [*self.answered[1 - ANSWERED :], [event_id, content_hash, revision, at_ms]]

"""The way every deed goes before it changes a device's player, and how it is answered.

The order of checks is that of a room's commands: shape, an event_id already answered, the throttle, the change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction

from playback.domain.duration import Duration
from playback.domain.queue import Entry, Queue
from playback.domain.undo_history import Past
from playback.models import DevicePlayer, MediaItem, PlayerHistory
from playback.player import serializers
from playback.player.broadcast import Change, tell_change, tell_devices
from playback.player.liveness import is_stale
from watchium import server_clock
from watchium.protocol.errors import EventIdConflict, Stale, TooLong, UnknownMedia
from watchium.protocol.events import Accepted
from watchium.protocol.player import MAX_QUEUE, PlayerState
from watchium.shared_state import rate_limits

AT_THE_END_S = 0.5  # so near to the end, playing starts over


class Changed(Stale):
    message = "This was changed in another tab meanwhile."


@dataclass(frozen=True)
class Asked:
    """Which command, under which event_id, with what in it."""

    kind: str
    event_id: str
    payload: msgspec.Struct

    @property
    def content_hash(self) -> str:
        return sha256(msgspec.json.encode([self.kind, self.payload], order="sorted")).hexdigest()[:16]


@dataclass
class Turn:
    """A deed under way: the player is locked, and `now_ms` was read inside the lock."""

    player: DevicePlayer
    history: PlayerHistory
    now_ms: float
    before: PlayerState
    account: int | None = None  # of whoever asks, where there is one

    @classmethod
    def begin(cls, device_id: str, now_ms: float | None = None, account: int | None = None) -> Turn:
        """Inside the caller's transaction."""
        player = DevicePlayer.objects.locked(device_id)
        history = PlayerHistory.objects.get_or_create(player=player)[0]
        now_ms = server_clock.now_ms() if now_ms is None else now_ms
        return cls(player, history, now_ms, serializers.state_of(player, history), account)

    @property
    def revision(self) -> int:
        """The one this change takes."""
        return self.player.revision + 1

    @property
    def queue(self) -> Queue:
        return self.player.queue

    # ------------------------------------------------------------ the queue

    def entries_of(self, item_ids: Sequence[int]) -> list[Entry]:
        """New entries. Raises UnknownMedia for what is not in the library, or not at the moment."""
        known = MediaItem.objects.by_ids(item_ids)
        if any(pk not in known or known[pk].missing for pk in item_ids):
            raise UnknownMedia("This is not in the library any more.")
        return [Entry(f"{self.revision}.{place}", pk) for place, pk in enumerate(item_ids)]

    def order(self, queue: Queue) -> None:
        """Another queue, which can be taken back."""
        if len(queue) > MAX_QUEUE:
            raise TooLong(f"A queue has at most {MAX_QUEUE} entries.")
        if queue.entries != self.queue.entries:
            self.history.push(self.past)
        self.become(queue)

    @property
    def past(self) -> Past:
        return Past(self.queue, self.position_s, self.player.is_playing)

    def go_back_to(self, past: Past) -> None:
        """Where nothing was on, it plays as it did then; else it goes on as it is.

        What was on then and whose file is gone does not come on again.
        """
        queue, current = past.queue, self.player.current
        if queue.current != current and (current is None or current in queue) and self._is_gone(queue.on):
            queue = Queue(queue.entries, current)
        plays = past.is_playing if current is None else self.player.is_playing
        self.become(queue, past.position_s)
        self.player.is_playing = plays and queue.current is not None

    def _is_gone(self, on: Entry | None) -> bool:
        return on is not None and not MediaItem.objects.playable([on.item])

    def become(self, queue: Queue, position_s: float = 0.0) -> None:
        """Another queue; where what was on is not on any more, that is which is on there, at this place."""
        before = self.queue
        self.player.queue = queue
        if queue.entries != before.entries:
            self.player.ordered = self.revision
        if queue.current != before.current:
            self.place(position_s)
            self.player.is_playing = self.player.is_playing and queue.current is not None

    # ------------------------------------------------------------ the place

    def place(self, position_s: float) -> None:
        """From here on, of what is on now."""
        self.hold_at(self.within(position_s))
        self.player.placed = self.revision

    def hold_at(self, position_s: float) -> None:
        """The same place, said anew as of now."""
        self.player.position = position_s
        self.player.at_ms = self.player.heard_ms = self.now_ms

    @property
    def position_s(self) -> float:
        return self.within(self.player.position_at(self.now_ms))

    def within(self, position_s: float) -> float:
        """Inside what is on, where its length is exact: an estimate bounds nothing."""
        length = self._length
        return min(position_s, length.seconds) if length is not None and length.exact else position_s

    @property
    def is_at_the_end(self) -> bool:
        """A place well beyond a length proves that wrong."""
        length = self._length
        return length is not None and abs(self.player.position - length.seconds) <= AT_THE_END_S

    @property
    def _length(self) -> Duration | None:
        on = self.queue.on
        return MediaItem.objects.length_of(on.item) if on else None

    # ------------------------------------------------------------ what was meant

    def must_be_as_of(self, base_revision: int) -> None:
        if base_revision < self.player.revision:
            raise Changed

    def must_be_placed_by(self, base_revision: int) -> None:
        if base_revision < self.player.placed:
            raise Changed

    def must_be_ordered_by(self, base_revision: int) -> None:
        if base_revision < self.player.ordered:
            raise Changed


@transaction.atomic
def take(
    device_id: str,
    asked: Asked,
    deed: Callable[[Turn], None],
    account: int | None = None,
    now_ms: float | None = None,
) -> Accepted:
    """Do it, write it, tell every tab of the device when it commits. The same event_id twice is done once.

    `account`: of whoever asks; the device is that account's from here on, or nobody's.
    """
    turn = Turn.begin(device_id, now_ms, account)
    if answered := turn.history.answer_to(asked.event_id):
        return _again(answered, asked.content_hash)
    rate_limits.spend("player", f"{device_id}:{asked.kind}", turn.now_ms)
    belong(turn.player, account)
    settle(turn)
    deed(turn)
    finish(turn, asked)
    return Accepted(event_id=asked.event_id, revision=turn.player.revision, timestamp=turn.now_ms)


def finish(turn: Turn, asked: Asked | None = None) -> None:
    """Keep what was changed, if anything was: a revision, the answer to its event_id, and a word to the tabs."""
    player, history = turn.player, turn.history
    changed = serializers.changes(turn.before, serializers.state_of(player, history))
    if changed is not None:
        player.revision += 1
    player.seen_ms = turn.now_ms
    if asked is not None:
        history.remember(asked.event_id, asked.content_hash, player.revision, turn.now_ms)
    player.save()
    history.keep()
    if changed is not None:
        tell_change(player, Change(turn.before, serializers.state_of(player, history), changed), asked)


def settle(turn: Turn) -> None:
    stand_still(turn.player, turn.now_ms)


def stand_still(player: DevicePlayer, now_ms: float) -> None:
    """A player that plays, but whose tab fell silent, was closed with its browser: it stands where it last was."""
    if is_stale(player, now_ms):
        player.is_playing = False
        player.at_ms = player.heard_ms = now_ms


def belong(player: DevicePlayer, account: int | None) -> None:
    """A device that somebody signed out of is not that account's any more, nor seen by its others."""
    if player.person_id != account:
        tell_devices(player.person_id)
        tell_devices(account)
        player.person_id = account


def _again(answered: list[Any], content_hash: str) -> Accepted:
    event_id, known_hash, revision, at_ms = answered
    if known_hash != content_hash:
        raise EventIdConflict
    return Accepted(event_id=event_id, revision=revision, timestamp=at_ms)

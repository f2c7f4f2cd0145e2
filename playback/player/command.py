"""The transaction of every command that changes a device's player, and its reply.

The order is that of a room's commands: validation, idempotent replay, rate limit, change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from django.db import transaction

from playback.domain.duration import Duration
from playback.domain.idempotency import hash_content
from playback.domain.queue import Entry, Queue
from playback.domain.undo_history import QueueSnapshot
from playback.models import DevicePlayer, MediaItem, PlayerHistory
from playback.player import serializers
from playback.player.broadcast import Change, broadcast_change, broadcast_devices
from playback.player.liveness import is_stale
from watchium import server_clock
from watchium.protocol.errors import Stale, TooLong, UnknownMedia, gettext_noop
from watchium.protocol.player_types import MAX_QUEUE, PlayerState
from watchium.protocol.replies import Accepted
from watchium.shared_state import rate_limits

AT_END_S = 0.5  # this close to the end, playing starts from the beginning


class Changed(Stale):
    message = gettext_noop("This was changed in another tab meanwhile.")


@dataclass(frozen=True)
class PlayerCommand:
    kind: str
    event_id: str
    payload: msgspec.Struct

    @property
    def content_hash(self) -> str:
        return hash_content(self.kind, self.payload)[:16]


@dataclass
class PlayerTransaction:
    """A command being handled: the player is locked, and `now_ms` was read inside the lock."""

    player: DevicePlayer
    history: PlayerHistory
    now_ms: float
    before: PlayerState
    account: int | None = None  # of the client, if it is signed in

    @classmethod
    def begin(
        cls, device_id: str, now_ms: float | None = None, account: int | None = None
    ) -> PlayerTransaction:
        """Lock the player. The caller has opened a database transaction."""
        player = DevicePlayer.objects.locked(device_id)
        history = PlayerHistory.objects.get_or_create(player=player)[0]
        now_ms = server_clock.now_ms() if now_ms is None else now_ms
        return cls(player, history, now_ms, serializers.state_of(player, history), account)

    @property
    def revision(self) -> int:
        """The revision that this change takes."""
        return self.player.revision + 1

    @property
    def queue(self) -> Queue[Entry]:
        return self.player.queue

    # ------------------------------------------------------------ the queue

    def new_entries(self, item_ids: Sequence[int]) -> list[Entry]:
        """Raises UnknownMedia for an item that is not in the library, whose file is missing, or that does not play."""
        known = MediaItem.objects.by_ids(item_ids)
        if any(pk not in known or known[pk].missing for pk in item_ids):
            raise UnknownMedia("This is not in the library any more.")
        for pk in item_ids:
            known[pk].require_playable()
        return [Entry(f"{self.revision}.{index}", pk) for index, pk in enumerate(item_ids)]

    def change_queue(self, queue: Queue[Entry]) -> None:
        """Set another queue, so that it can be undone."""
        if len(queue) > MAX_QUEUE:
            raise TooLong("A queue has at most {count} entries.", count=MAX_QUEUE)
        if queue.entries != self.queue.entries:
            self.history.push(self.queue_snapshot)
        self.set_state(queue)

    @property
    def queue_snapshot(self) -> QueueSnapshot:
        return QueueSnapshot(self.queue, self.position_s, self.player.is_playing)

    def restore(self, snapshot: QueueSnapshot) -> None:
        """Restore a queue. Without a current track the player plays as it did then, else it continues as it is.

        A track that was current then and whose file is missing does not become current again.
        """
        queue, current = snapshot.queue, self.player.current
        may_stay = queue.current != current and (current is None or current in queue)
        if may_stay and self._is_missing(queue.current_entry):
            queue = Queue(queue.entries, current)
        plays = snapshot.is_playing if current is None else self.player.is_playing
        self.set_state(queue, snapshot.position_s)
        self.player.is_playing = plays and queue.current is not None

    def _is_missing(self, entry: Entry | None) -> bool:
        return entry is not None and not MediaItem.objects.playable([entry.item])

    def set_state(self, queue: Queue[Entry], position_s: float = 0.0) -> None:
        """Set another queue; `position_s` applies if its current track is another one."""
        before = self.queue
        self.player.queue = queue
        if queue.entries != before.entries:
            self.player.ordered = self.revision
        if queue.current != before.current:
            self.seek(position_s)
            self.player.is_playing = self.player.is_playing and queue.current is not None

    # ------------------------------------------------------------ the position

    def seek(self, position_s: float) -> None:
        """Move to a position in the current track."""
        self.rebase(self.clamp(position_s))
        self.player.placed = self.revision

    def rebase(self, position_s: float) -> None:
        """Store the position as of now, without counting as a seek."""
        self.player.position = position_s
        self.player.at_ms = self.player.heard_ms = self.now_ms

    @property
    def position_s(self) -> float:
        return self.clamp(self.player.position_at(self.now_ms))

    def clamp(self, position_s: float) -> float:
        """Bound the position by the current track's duration if that is exact: an estimate bounds nothing."""
        duration = self._duration
        return min(position_s, duration.seconds) if duration is not None and duration.exact else position_s

    @property
    def at_end(self) -> bool:
        """Whether the position is at the track's end; a position well beyond the duration proves that wrong."""
        duration = self._duration
        return duration is not None and abs(self.player.position - duration.seconds) <= AT_END_S

    @property
    def _duration(self) -> Duration | None:
        entry = self.queue.current_entry
        return MediaItem.objects.duration_of(entry.item) if entry else None

    # ------------------------------------------------------------ preconditions

    def require_revision(self, base_revision: int) -> None:
        if base_revision < self.player.revision:
            raise Changed

    def require_position_revision(self, base_revision: int) -> None:
        if base_revision < self.player.placed:
            raise Changed

    def require_queue_revision(self, base_revision: int) -> None:
        if base_revision < self.player.ordered:
            raise Changed


@transaction.atomic
def run(
    device_id: str,
    command: PlayerCommand,
    action: Callable[[PlayerTransaction], None],
    account: int | None = None,
    now_ms: float | None = None,
) -> Accepted:
    """Run the action once for each event_id, and broadcast the change to all tabs of the device on commit.

    `account`: of the client, if it is signed in. The device belongs to that account from now on, or to none.
    """
    tx = PlayerTransaction.begin(device_id, now_ms, account)
    if accepted := tx.history.accepted(command.event_id):
        return accepted.replay(command.event_id, command.content_hash)
    rate_limits.spend("player", f"{device_id}:{command.kind}", tx.now_ms)
    attach_account(tx.player, account)
    pause_if_stale(tx.player, tx.now_ms)
    action(tx)
    commit(tx, command)
    return Accepted(event_id=command.event_id, revision=tx.player.revision, timestamp=tx.now_ms)


def commit(tx: PlayerTransaction, command: PlayerCommand | None = None) -> None:
    """Save the player and the reply to its command; a change takes a revision and is broadcast to the tabs."""
    player, history = tx.player, tx.history
    changed = serializers.changes(tx.before, serializers.state_of(player, history))
    if changed is not None:
        player.revision += 1
    player.seen_ms = tx.now_ms
    if command is not None:
        history.record_accepted(command.event_id, command.content_hash, player.revision, tx.now_ms)
    player.save()
    history.save_changes()
    if changed is not None:
        change = Change(tx.before, serializers.state_of(player, history), changed)
        broadcast_change(player, change, command)


def pause_if_stale(player: DevicePlayer, now_ms: float) -> None:
    """Pause a player at its last position if its playing tab fell silent or was closed with the browser."""
    if is_stale(player, now_ms):
        player.is_playing = False
        player.at_ms = player.heard_ms = now_ms


def attach_account(player: DevicePlayer, account: int | None) -> None:
    """Move the device to the account that is signed in: a device that was signed out leaves its account's list."""
    if player.person_id != account:
        broadcast_devices(player.person_id)
        broadcast_devices(account)
        player.person_id = account

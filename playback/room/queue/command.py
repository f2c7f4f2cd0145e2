"""The transaction of every command about the queue, and its reply.

The order is that of all commands: membership, idempotent replay, rate limit, authority, change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playback.domain.idempotency import AcceptedCommand
from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.permissions import Rights
from playback.domain.room_queue.state import RoomQueue
from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent, StoredQueue
from playback.room.command import command_type, content_hash_of, spend
from playback.room.event_log import Reason, record, record_diagnostic
from playback.room.queue.entries import with_playing_media
from playback.room.queue.storage import save_change, write
from rooms import access
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.errors import RuleRefused
from watchium.protocol.queue import AddToQueue, QueueCommand, SetQueue
from watchium.protocol.replies import Accepted

BEGINNERS = (
    AddToQueue,
    SetQueue,
)  # a room gets its queue with one of these; no others can name an entry before


@dataclass
class QueueTransaction:
    """A command being handled: the room is locked, and `now_ms` was read inside the lock.

    The command sets `queue`, and `timeline` if it changes what plays: a `kind` of event. `undoable`: undo restores the
    entries before it. `history_written`: the command wrote the history itself.
    """

    by: Member
    playback: Playback
    before: RoomQueue
    queue: RoomQueue
    now_ms: float
    timeline: Timeline | None = None
    kind: str = "load"
    undoable: bool = False
    history_written: bool = False

    @property
    def rights(self) -> Rights:
        by = self.by
        return Rights(
            user_id=by.person.user_id,
            may_control=by.may_control,
            may_moderate=by.may_moderate or by.is_owner,
            is_host=by.is_host,
        )


def require(why_not: str | None) -> None:
    """Raises RuleRefused with the sentence that names the rule."""
    if why_not is not None:
        raise RuleRefused(why_not)


def run(
    by: Member, command: QueueCommand, change: Callable[[QueueTransaction], None], now_ms: float | None
) -> Accepted:
    """Run the command once for each event_id. The caller has opened a transaction."""
    by, (accepted, playbacks, queues) = access.lock_and_query(
        by,
        PlaybackEvent.to_replay(by, command.event_id),
        Playback.to_read(by.room_id),
        StoredQueue.to_read(by.room_id),
    )
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    content_hash = content_hash_of(command)
    if accepted:
        return AcceptedCommand(*accepted[0]).replay(command.event_id, content_hash)
    spend(by, command_type(command), now_ms)
    playback, before = Playback.from_rows(playbacks, by.room), StoredQueue.from_rows(queues)
    begun = with_playing_media(before, playback, now_ms) if isinstance(command, BEGINNERS) else before
    tx = QueueTransaction(by, playback, before, begun, now_ms)
    change(tx)
    if tx.queue == begun and tx.timeline is None:
        return Accepted(event_id=command.event_id, revision=None, timestamp=now_ms)
    return _commit(tx, command, content_hash)


def _commit(tx: QueueTransaction, command: QueueCommand, content_hash: str) -> Accepted:
    by, kind = tx.by, command_type(command)
    origin = Origin(kind, by.person.user_id, by.username, command.event_id)
    if tx.history_written:
        stored = write(by.room, tx.before, tx.queue, origin, tx.now_ms)
    else:
        stored = save_change(by.room, tx.before, tx.queue, origin, tx.now_ms, undoable=tx.undoable)
    cause = "skip" if tx.kind == "timeline" else None
    reason = Reason(by, command.event_id, content_hash, cause=cause, queue_revision=stored.revision)
    at_ms = tx.now_ms
    if tx.timeline is None:
        record_diagnostic(tx.playback, kind, reason, tx.now_ms)
    else:
        at_ms = record(tx.playback, tx.kind, tx.timeline, reason, tx.now_ms).at_ms
    return Accepted(event_id=command.event_id, revision=stored.revision, timestamp=at_ms)

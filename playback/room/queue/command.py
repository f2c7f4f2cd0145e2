"""The transaction of every command about the queue, and its reply.

The order is that of all commands: membership, idempotent replay, rate limit, authority, change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import rooms.actions
from playback.domain import start_lead
from playback.domain.idempotency import AcceptedCommand
from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.ending import Ending
from playback.domain.room_queue.permissions import Rights
from playback.domain.room_queue.state import RoomQueue
from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent, StoredQueue
from playback.room.announcement import bring_back, ending_at
from playback.room.command import command_type, content_hash_of, spend
from playback.room.event_log import Reason, record, record_diagnostic
from playback.room.queue.entries import with_playing_media
from playback.room.queue.hold_back import HOLD_BACK, restore_extras
from playback.room.queue.playing import ADVANCE, added_by, play_next
from playback.room.queue.storage import save_change, write
from rooms import access
from rooms.domain.rights import Level, Right
from rooms.models import Member
from watchium import server_clock
from watchium.db.prepared import Rows
from watchium.protocol.errors import RuleRefused
from watchium.protocol.queue import AddToQueue, QueueCommand, SetQueue
from watchium.protocol.replies import Accepted
from watchium.sentences import Sentence

BEGINNERS = (
    AddToQueue,
    SetQueue,
)  # a room gets its queue with one of these; no others can name an entry before


@dataclass
class QueueTransaction:
    """A command being handled: the room is locked, and `now_ms` was read inside the lock.

    The command sets `queue`, and `timeline` if it changes what plays: a `kind` of event. `undoable`: undo restores the
    entries before it. `history_written`: the command wrote the history itself.

    `ending`: plays until an announced start. Until then its entry is current in `queue`, and `playback` is of it.
    """

    by: Member
    playback: Playback
    before: RoomQueue
    queue: RoomQueue
    now_ms: float
    timeline: Timeline | None = None
    kind: str = "load"
    cause: str | None = None
    undoable: bool = False
    history_written: bool = False
    who_adds: Level | None = None  # to store as a right of the room
    ending: Ending | None = None

    @property
    def rights(self) -> Rights:
        return rights_of(self.by)


def rights_of(by: Member) -> Rights:
    return Rights(
        user_id=by.person.user_id,
        may_edit=by.may(Right.QUEUE_EDIT),
        may_set_rules=by.is_moderator or by.may(Right.SETTINGS),
        why_not_add=by.why_not(Right.QUEUE_ADD),
        why_not_play=by.why_not(Right.MEDIA),
    )


def require(why_not: Sentence | None) -> None:
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
    playback, before = Playback.from_rows(playbacks, by.room), _queue_with_rights(queues, by)
    begun = with_playing_media(before, playback, now_ms) if isinstance(command, BEGINNERS) else before
    tx = QueueTransaction(by, playback, before, begun, now_ms)
    shown = _bring_back_ending(tx)
    change(tx)
    if tx.queue == shown and tx.timeline is None:
        return Accepted(event_id=command.event_id, revision=None, timestamp=now_ms)
    if tx.ending is not None:
        _announce_again(tx, tx.ending)
    return _commit(tx, command, content_hash)


def _queue_with_rights(rows: Rows, by: Member) -> RoomQueue:
    """A queue that begins shows the room's right to add to it, as later ones do."""
    queue = StoredQueue.from_rows(rows)
    return queue if queue.revision else queue.with_who_adds(by.room.levels[Right.QUEUE_ADD])


def _bring_back_ending(tx: QueueTransaction) -> RoomQueue:
    """Let the command find the queue that members see: the entry that plays is current, not the announced one."""
    ending = ending_at(tx.playback, tx.now_ms)
    if ending is not None and ending.entry_id in tx.queue.order:
        tx.ending, tx.queue = ending, tx.queue.at(ending.entry_id)
        bring_back(tx.playback, ending)
    return tx.queue


def _announce_again(tx: QueueTransaction, ending: Ending) -> None:
    """Announce what follows after the command, or nothing; another entry is given the time to be opened."""
    if tx.timeline is not None:
        return  # the command decided what plays
    following = tx.queue.following
    if following == tx.before.current:
        tx.queue = tx.queue.at(following)
        return
    at_ms = max(ending.starts_at_ms, tx.now_ms + start_lead.DEFAULT_SEEK_MS)
    found = play_next(tx.playback, tx.queue, tx.now_ms, at_ms) if tx.queue.advances else None
    if found is not None:
        tx.queue, tx.timeline = found
        tx.cause = ADVANCE
    else:
        restore_extras(tx.playback, ending, tx.now_ms)
        tx.timeline, tx.kind, tx.cause = tx.playback.timeline.unmoved(), "timeline", HOLD_BACK


def _commit(tx: QueueTransaction, command: QueueCommand, content_hash: str) -> Accepted:
    by, kind = tx.by, command_type(command)
    origin = Origin(kind, by.person.user_id, by.username, command.event_id)
    if tx.history_written:
        stored = write(by.room, tx.before, tx.queue, origin, tx.now_ms)
    else:
        stored = save_change(by.room, tx.before, tx.queue, origin, tx.now_ms, undoable=tx.undoable)
    cause = tx.cause or ("skip" if tx.kind == "timeline" else None)
    metadata = added_by(tx.queue) if tx.kind == "load" and tx.timeline is not None else {}
    reason = Reason(by, command.event_id, content_hash, None, cause, metadata, stored.revision)
    at_ms = tx.now_ms
    if tx.timeline is None:
        record_diagnostic(tx.playback, kind, reason, tx.now_ms)
    else:
        at_ms = record(tx.playback, tx.kind, tx.timeline, reason, tx.now_ms).at_ms
    if tx.who_adds is not None:
        rooms.actions.set_who_adds(by, tx.who_adds)
    return Accepted(event_id=command.event_id, revision=stored.revision, timestamp=at_ms)

"""The actions on a room's queue; each is one transaction, broadcast on commit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from random import Random
from typing import Any

from django.db import transaction
from msgspec.structs import asdict, replace

from playback.domain.room_queue import permissions
from playback.domain.room_queue.changes import EntriesSnapshot, Origin
from playback.domain.room_queue.state import MAX_ADDRESSES
from playback.domain.timeline import ENDED, IDLE
from playback.domain.undo_history import History
from playback.models import Playback, QueueHistory
from playback.room.queue import playing, votes
from playback.room.queue.command import QueueTransaction, require, run
from playback.room.queue.entries import loaded_entry, media_of, requested_entries, with_replayed_media
from playback.room.queue.storage import queue_of, save_change
from rooms.domain.rights import Level
from rooms.models import Member
from watchium.protocol.commands import EmptyPayload, Load
from watchium.protocol.errors import TooLong, UnknownMedia
from watchium.protocol.player_commands import EntryMove, EntryRef
from watchium.protocol.player_types import MAX_QUEUE
from watchium.protocol.queue import (
    AddToQueue,
    CheckEntries,
    ClearQueue,
    EntriesToRemove,
    EntryChecks,
    EntryVote,
    MediaToQueue,
    MoveInQueue,
    PlayFromQueue,
    QueueCommand,
    QueueSettingsChange,
    RedoQueueChange,
    RemoveFromQueue,
    SetQueue,
    ShuffleQueue,
    Skip,
    UndoQueueChange,
    VoteForEntry,
    VoteToSkip,
)
from watchium.protocol.replies import Accepted
from watchium.protocol.types import Media
from watchium.sentences import Sentence


@transaction.atomic
def change_queue(by: Member, command: QueueCommand, *, now_ms: float | None = None) -> Accepted:
    """Run a command about the queue. Raises RuleRefused, UnknownMedia, TooLong, RateLimited, EventIdConflict."""
    action = ACTIONS[type(command)]
    return run(by, command, lambda tx: action(tx, command.payload), now_ms)


# ---------------------------------------------------------------- entries


def add(tx: QueueTransaction, request: MediaToQueue) -> None:
    """Add media. A room in which nothing plays any more plays them at once; an idle one loads the first."""
    require(permissions.why_not_add(tx.queue, tx.rights, len(request.items), after_current=request.next))
    queue, entries = requested_entries(tx.queue, request, tx.by, tx.now_ms)
    tx.queue = queue.added(entries, after_current=request.next)
    if tx.queue.is_too_long:
        raise TooLong(
            "A queue has at most {count} entries, with {length} characters of addresses.",
            count=MAX_QUEUE,
            length=MAX_ADDRESSES,
        )
    tx.undoable = True
    if tx.playback.phase in (IDLE, ENDED):
        # Without a current entry, the last one that played was removed: the entries before it were played already.
        first = entries[0].id if tx.queue.current is None else tx.queue.following_skip
        if found := playing.play_first_playable(tx.playback, tx.queue, first, _start(tx)):
            tx.queue, tx.timeline = found


def remove(tx: QueueTransaction, request: EntriesToRemove) -> None:
    """Remove entries; without the current one the next one plays, or the media end if there is none."""
    require(permissions.why_not_remove(tx.queue, tx.rights, request.entry_ids))
    before, tx.undoable = tx.queue, True
    tx.queue = before.removed(request.entry_ids)
    if before.current is None or before.current in tx.queue.order:
        return
    found = playing.play_first_playable(
        tx.playback, tx.queue, tx.queue.current or tx.queue.following_repeated, _start(tx)
    )
    if found:
        tx.queue, tx.timeline = found
    else:
        tx.queue = tx.queue.at(None)
        tx.timeline, tx.kind = playing.ended(tx.playback, tx.now_ms), "timeline"


def move(tx: QueueTransaction, request: EntryMove) -> None:
    require(permissions.why_not_move(tx.queue, tx.rights))
    tx.queue, tx.undoable = tx.queue.moved(request.entry_id, request.before), True


def clear(tx: QueueTransaction, _: EmptyPayload) -> None:
    require(permissions.why_not_edit(tx.rights, Sentence("clear the queue")))
    tx.queue, tx.undoable = tx.queue.cleared(), True


def shuffle(tx: QueueTransaction, _: EmptyPayload) -> None:
    require(permissions.why_not_shuffle(tx.queue, tx.rights))
    tx.queue, tx.undoable = tx.queue.shuffled(Random()), True  # noqa: S311  # no secret


def undo(tx: QueueTransaction, _: EmptyPayload) -> None:
    require(permissions.why_not_edit(tx.rights, Sentence("undo changes of the queue")))
    _restore(tx, History.undo)


def redo(tx: QueueTransaction, _: EmptyPayload) -> None:
    require(permissions.why_not_edit(tx.rights, Sentence("redo changes of the queue")))
    _restore(tx, History.redo)


def _restore(
    tx: QueueTransaction, step: Callable[..., tuple[History[EntriesSnapshot], EntriesSnapshot]]
) -> None:
    if not tx.before.revision:
        return
    history = QueueHistory.objects.of(tx.by.room)
    stacks = history.stacks(tx.queue.entries)
    after, snapshot = step(stacks, EntriesSnapshot(tx.queue.entries, tx.queue.current))
    if after == stacks:
        return
    restored = tx.queue.restored(snapshot.entries)
    history.set_stacks(after, tx.queue.entries, restored.entries)
    history.save()
    tx.queue = replace(restored, can_undo=bool(history.done), can_redo=bool(history.undone))
    tx.history_written = True


# ---------------------------------------------------------------- what plays


def play_now(tx: QueueTransaction, target: EntryRef) -> None:
    """Play an entry. Raises UnknownMedia if its media cannot be found any more."""
    require(tx.rights.why_not_play)
    entry = tx.queue.order.entry(target.entry_id)
    if entry is None:
        return
    media = media_of(entry, tx.by.room)
    if media is None:
        raise UnknownMedia("{title} cannot be found any more.", title=entry.media.title)
    tx.queue = tx.queue.at(entry.id)
    tx.timeline = playing.load_media(tx.playback, media, playing.Start(tx.now_ms, by=tx.by))


def skip(tx: QueueTransaction, target: EntryRef) -> None:
    if tx.rights.why_not_play:
        require(Sentence("{rule} Others vote to skip.", rule=tx.rights.why_not_play))
    if target.entry_id == tx.queue.current:
        _skip(tx)


def _skip(tx: QueueTransaction) -> None:
    """Play the following entry as the current one played, or end the media."""
    skipped = playing.skip_current(tx.playback, tx.queue, _start(tx))
    tx.queue, tx.timeline, tx.kind = skipped.queue, skipped.timeline, skipped.kind


def _start(tx: QueueTransaction) -> playing.Start:
    latest_ms = tx.ending.starts_at_ms if tx.ending else inf
    return playing.Start(tx.now_ms, playing=tx.playback.moves, by=tx.by, latest_ms=latest_ms)


def record_loaded(media: Media, by: Member, command: Load, now_ms: float) -> None:
    """Put media that were just loaded into the queue, if the room has one. The room is locked."""
    if not by.room.queue_revision:
        return
    before = queue_of(by.room)
    queue, entry = loaded_entry(before, media, by, now_ms)
    origin = Origin("load", by.person.user_id, by.username, command.event_id)
    save_change(by.room, before, queue.loaded(entry), origin, now_ms, undoable=True)


def record_replayed(by: Member, playback: Playback, kind: str, event_id: str, now_ms: float) -> None:
    """Put media back into the queue that play again after their entry was removed. The room is locked."""
    if not by.room.queue_revision:
        return
    before = queue_of(by.room)
    after = with_replayed_media(before, playback, now_ms)
    if after != before:
        save_change(by.room, before, after, Origin(kind, by.person.user_id, by.username, event_id), now_ms)


# ---------------------------------------------------------------- votes and settings


def vote_to_skip(tx: QueueTransaction, vote: EntryVote) -> None:
    """Count a vote; the entry is skipped once more members than the room's share want it."""
    if vote.entry_id != tx.queue.current:
        return
    voters = votes.present_ids(tx.by)
    tx.queue = tx.queue.skip_voted(tx.by.person.user_id, on=vote.on, present=voters)
    if tx.queue.is_voted_out:
        _skip(tx)


def vote_for_entry(tx: QueueTransaction, vote: EntryVote) -> None:
    if (entry := tx.queue.order.entry(vote.entry_id)) is None:
        return
    require(permissions.why_not_vote(tx.queue, tx.rights, entry, on=vote.on))
    tx.queue = tx.queue.voted(vote.entry_id, tx.by.person.user_id, on=vote.on)


def check_entries(tx: QueueTransaction, report: EntryChecks) -> None:
    tx.queue = tx.queue.with_checks(tx.by.person.user_id, tx.by.username, report.checks)


def set_queue(tx: QueueTransaction, change: QueueSettingsChange) -> None:
    require(permissions.why_not_set(tx.rights, change))
    changes = {name: value for name, value in asdict(change).items() if value is not None}
    tx.queue = tx.queue.with_settings(replace(tx.queue.settings, **changes))
    tx.who_adds = Level(change.who_adds) if change.who_adds else None
    if tx.queue.skip is not None:
        tx.queue = tx.queue.skip_counted(tx.queue.skip.votes, tx.queue.skip.of)
        if tx.queue.is_voted_out:
            _skip(tx)


ACTIONS: dict[type[QueueCommand], Callable[[QueueTransaction, Any], None]] = {
    AddToQueue: add,
    RemoveFromQueue: remove,
    MoveInQueue: move,
    PlayFromQueue: play_now,
    ClearQueue: clear,
    ShuffleQueue: shuffle,
    UndoQueueChange: undo,
    RedoQueueChange: redo,
    Skip: skip,
    VoteToSkip: vote_to_skip,
    VoteForEntry: vote_for_entry,
    CheckEntries: check_entries,
    SetQueue: set_queue,
}

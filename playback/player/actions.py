"""The actions on a device's player; each is one transaction, broadcast to its tabs on commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playback.domain.queue import Entry, Queue
from playback.models import MediaItem
from playback.player.command import PlayerCommand, PlayerTransaction, run
from playback.player.history import recorded
from playback.player.transfer import forget_device, transfer_here
from watchium.protocol.commands import EmptyPayload, IdempotentCommand
from watchium.protocol.errors import BadMessage, UnknownMedia
from watchium.protocol.player_commands import (
    BaseRevision,
    ContinueHere,
    EntryMove,
    EntryRef,
    ForgetDevice,
    ItemsToAdd,
    Next,
    PausePlayer,
    PausePosition,
    PlayerRate,
    PlayerSeekTarget,
    PlayTarget,
    PlayTrack,
    Previous,
    QueueAdd,
    QueueClear,
    QueueMove,
    QueueRemove,
    Redo,
    RepeatMode,
    Resume,
    SeekPlayer,
    SetPlayerRate,
    SetRepeat,
    TrackStep,
    Undo,
)
from watchium.protocol.replies import Accepted


def dispatch(
    device_id: str,
    command: IdempotentCommand,
    *,
    account: int | None = None,
    person: int | None = None,
    now_ms: float | None = None,
) -> Accepted:
    """Run a command. Raises Refused; `stale` if its target has changed since.

    `person`: the guest or account whose history gets what is left or paused.
    """
    action = ACTIONS[type(command)]
    payload = command.payload  # type: ignore[attr-defined]  # every such command has one
    player_command = PlayerCommand(str(command.__struct_config__.tag), command.event_id, payload)
    return run(device_id, player_command, recorded(person, lambda tx: action(tx, payload)), account, now_ms)


# ---------------------------------------------------------------- playing


def play_track(tx: PlayerTransaction, target: PlayTarget) -> None:
    queue = tx.queue
    if target.entry_id is not None:
        if target.entry_id not in queue:
            return
        tx.change_queue(queue.at(target.entry_id))
    elif item_ids := target.item_ids or ([target.item_id] if target.item_id is not None else []):
        tx.change_queue(queue.begun(tx.new_entries(item_ids)))
    else:
        raise BadMessage(detail="Object missing required field `item_id`, `item_ids` or `entry_id`")
    _require_file(tx)
    tx.seek(target.position)
    tx.player.is_playing = True


def _require_file(tx: PlayerTransaction) -> None:
    entry = tx.queue.current_entry
    if entry and entry.item in _missing(tx.queue):
        if item := MediaItem.objects.at_id(entry.item):
            item.require_playable()
        raise UnknownMedia("The file of this track is gone.")


def resume(tx: PlayerTransaction, _: EmptyPayload) -> None:
    queue, player = tx.queue, tx.player
    if player.is_playing or not queue.entries:
        return
    if queue.current_entry is None:
        tx.set_state(queue.at(queue.entries[0].id))
    _require_file(tx)
    tx.seek(0.0) if tx.at_end else tx.rebase(player.position)
    player.is_playing = True


def pause(tx: PlayerTransaction, stopped: PausePosition) -> None:
    if not tx.player.is_playing:
        return
    reported = stopped.position if stopped.entry_id == tx.player.current else None
    tx.rebase(tx.position_s if reported is None else tx.clamp(reported))
    tx.player.is_playing = False


def seek(tx: PlayerTransaction, target: PlayerSeekTarget) -> None:
    tx.require_position_revision(target.base_revision)
    if tx.player.current is not None:
        tx.seek(target.position)


def set_rate(tx: PlayerTransaction, request: PlayerRate) -> None:
    tx.rebase(tx.position_s)
    tx.player.rate = request.rate


def set_repeat(tx: PlayerTransaction, request: RepeatMode) -> None:
    tx.player.repeat = request.repeat


# ---------------------------------------------------------------- next and previous track


def next_track(tx: PlayerTransaction, step: TrackStep) -> None:
    """Play the next track; at the end of the queue pause at the beginning of the current one."""
    if not _is_current(tx, step):
        return
    queue, repeat = _playable(tx.queue), tx.player.repeat
    following = queue.following_end(repeat) if step.ended else queue.following(repeat)
    _step_to(tx, following)
    tx.player.is_playing = tx.player.is_playing and following is not None


def previous_track(tx: PlayerTransaction, step: TrackStep) -> None:
    if _is_current(tx, step):
        _step_to(tx, _playable(tx.queue).preceding(tx.player.repeat))


def _step_to(tx: PlayerTransaction, entry_id: str | None) -> None:
    if entry_id is not None:
        tx.set_state(tx.queue.at(entry_id))
    tx.seek(0.0)


def _is_current(tx: PlayerTransaction, step: TrackStep) -> bool:
    """Whether the step is about the current track: forty tabs may report its end at once, and the first one steps."""
    fresh = step.base_revision is None or step.base_revision >= tx.player.placed
    return step.entry_id == tx.player.current and fresh


def _playable(queue: Queue[Entry]) -> Queue[Entry]:
    """Drop the entries that cannot be played, except the current one, from which the queue continues."""
    missing = _missing(queue)
    entries = (entry for entry in queue.entries if entry.item not in missing or entry.id == queue.current)
    return Queue(tuple(entries), queue.current)


def _missing(queue: Queue[Entry]) -> set[int]:
    items = {entry.item for entry in queue.entries}
    return items - MediaItem.objects.playable(items)


# ---------------------------------------------------------------- the queue


def queue_add(tx: PlayerTransaction, request: ItemsToAdd) -> None:
    tx.change_queue(tx.queue.added(tx.new_entries(request.item_ids), after_current=request.next))


def queue_remove(tx: PlayerTransaction, request: EntryRef) -> None:
    tx.change_queue(tx.queue.removed(request.entry_id))


def queue_move(tx: PlayerTransaction, request: EntryMove) -> None:
    tx.change_queue(tx.queue.moved(request.entry_id, request.before))


def queue_clear(tx: PlayerTransaction, _: EmptyPayload) -> None:
    tx.change_queue(tx.queue.cleared())


def undo(tx: PlayerTransaction, base: BaseRevision) -> None:
    tx.require_queue_revision(base.base_revision)
    tx.history.stacks, snapshot = tx.history.stacks.undo(tx.queue_snapshot)
    tx.restore(snapshot)


def redo(tx: PlayerTransaction, base: BaseRevision) -> None:
    tx.require_queue_revision(base.base_revision)
    tx.history.stacks, snapshot = tx.history.stacks.redo(tx.queue_snapshot)
    tx.restore(snapshot)


ACTIONS: dict[type[IdempotentCommand], Callable[[PlayerTransaction, Any], None]] = {
    PlayTrack: play_track,
    Resume: resume,
    PausePlayer: pause,
    SeekPlayer: seek,
    SetPlayerRate: set_rate,
    SetRepeat: set_repeat,
    Next: next_track,
    Previous: previous_track,
    QueueAdd: queue_add,
    QueueRemove: queue_remove,
    QueueMove: queue_move,
    QueueClear: queue_clear,
    Undo: undo,
    Redo: redo,
    ContinueHere: transfer_here,
    ForgetDevice: forget_device,
}

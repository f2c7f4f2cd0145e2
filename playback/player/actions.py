"""What can be done to a device's player; each deed is one transaction, told to its tabs when it commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playback.domain.queue import Queue
from playback.models import MediaItem
from playback.player.command import Asked, Turn, take
from playback.player.transfer import forget_device, transfer_here
from watchium.protocol.commands import EmptyPayload, IdempotentCommand
from watchium.protocol.errors import BadMessage, UnknownMedia
from watchium.protocol.events import Accepted
from watchium.protocol.player import (
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


def dispatch(
    device_id: str, command: IdempotentCommand, *, account: int | None = None, now_ms: float | None = None
) -> Accepted:
    """Raises Refused; `stale` where it was meant for something that has changed since."""
    deed = DEEDS[type(command)]
    payload = command.payload  # type: ignore[attr-defined]  # every deed has one
    asked = Asked(str(command.__struct_config__.tag), command.event_id, payload)
    return take(device_id, asked, lambda turn: deed(turn, payload), account, now_ms)


# ---------------------------------------------------------------- playing


def play_track(turn: Turn, asked: PlayTarget) -> None:
    queue = turn.queue
    if asked.entry_id is not None:
        if asked.entry_id not in queue:
            return
        turn.order(queue.at(asked.entry_id))
    elif item_ids := asked.item_ids or ([asked.item_id] if asked.item_id is not None else []):
        turn.order(queue.begun(turn.entries_of(item_ids)))
    else:
        raise BadMessage(detail="Object missing required field `item_id`, `item_ids` or `entry_id`")
    _must_be_there(turn)
    turn.place(asked.position)
    turn.player.is_playing = True


def _must_be_there(turn: Turn) -> None:
    on = turn.queue.on
    if on and on.item in _gone(turn.queue):
        raise UnknownMedia("The file of this track is gone.")


def resume(turn: Turn, _: EmptyPayload) -> None:
    queue, player = turn.queue, turn.player
    if player.is_playing or not queue.entries:
        return
    if queue.on is None:
        turn.become(queue.at(queue.entries[0].id))
    _must_be_there(turn)
    turn.place(0.0) if turn.is_at_the_end else turn.hold_at(player.position)
    player.is_playing = True


def pause(turn: Turn, stopped: PausePosition) -> None:
    if not turn.player.is_playing:
        return
    said = stopped.position if stopped.entry_id == turn.player.current else None
    turn.hold_at(turn.position_s if said is None else turn.within(said))
    turn.player.is_playing = False


def seek(turn: Turn, there: PlayerSeekTarget) -> None:
    turn.must_be_placed_by(there.base_revision)
    if turn.player.current is not None:
        turn.place(there.position)


def set_rate(turn: Turn, speed: PlayerRate) -> None:
    turn.hold_at(turn.position_s)
    turn.player.rate = speed.rate


def set_repeat(turn: Turn, asked: RepeatMode) -> None:
    turn.player.repeat = asked.repeat


# ---------------------------------------------------------------- going on


def go_on(turn: Turn, step: TrackStep) -> None:
    """To what follows; at the end of the queue it stops, at the beginning of what was on."""
    if not _is_meant(turn, step):
        return
    queue, repeat = _playable(turn.queue), turn.player.repeat
    following = queue.following_end(repeat) if step.ended else queue.following(repeat)
    _step_to(turn, following)
    turn.player.is_playing = turn.player.is_playing and following is not None


def go_back(turn: Turn, step: TrackStep) -> None:
    if _is_meant(turn, step):
        _step_to(turn, _playable(turn.queue).preceding(turn.player.repeat))


def _step_to(turn: Turn, entry_id: str | None) -> None:
    if entry_id is not None:
        turn.become(turn.queue.at(entry_id))
    turn.place(0.0)


def _is_meant(turn: Turn, step: TrackStep) -> bool:
    """Forty tabs may say at once that a track has ended: the first one moves on."""
    fresh = step.base_revision is None or step.base_revision >= turn.player.placed
    return step.entry_id == turn.player.current and fresh


def _playable(queue: Queue) -> Queue:
    """Without those whose file is gone, but for the one that is on: from there it goes on."""
    gone = _gone(queue)
    kept = (entry for entry in queue.entries if entry.item not in gone or entry.id == queue.current)
    return Queue(tuple(kept), queue.current)


def _gone(queue: Queue) -> set[int]:
    asked = {entry.item for entry in queue.entries}
    return asked - MediaItem.objects.playable(asked)


# ---------------------------------------------------------------- the queue


def queue_add(turn: Turn, asked: ItemsToAdd) -> None:
    turn.order(turn.queue.added(turn.entries_of(asked.item_ids), behind_current=asked.next))


def queue_remove(turn: Turn, which: EntryRef) -> None:
    turn.order(turn.queue.removed(which.entry_id))


def queue_move(turn: Turn, asked: EntryMove) -> None:
    turn.order(turn.queue.moved(asked.entry_id, asked.before))


def queue_clear(turn: Turn, _: EmptyPayload) -> None:
    turn.order(turn.queue.cleared())


def undo(turn: Turn, based: BaseRevision) -> None:
    turn.must_be_ordered_by(based.base_revision)
    turn.history.stacks, was = turn.history.stacks.undo(turn.past)
    turn.go_back_to(was)


def redo(turn: Turn, based: BaseRevision) -> None:
    turn.must_be_ordered_by(based.base_revision)
    turn.history.stacks, was = turn.history.stacks.redo(turn.past)
    turn.go_back_to(was)


DEEDS: dict[type[IdempotentCommand], Callable[[Turn, Any], None]] = {
    PlayTrack: play_track,
    Resume: resume,
    PausePlayer: pause,
    SeekPlayer: seek,
    SetPlayerRate: set_rate,
    SetRepeat: set_repeat,
    Next: go_on,
    Previous: go_back,
    QueueAdd: queue_add,
    QueueRemove: queue_remove,
    QueueMove: queue_move,
    QueueClear: queue_clear,
    Undo: undo,
    Redo: redo,
    ContinueHere: transfer_here,
    ForgetDevice: forget_device,
}

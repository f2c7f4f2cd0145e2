"""A local copy of a room's queue: the result of each change. Pure.

`static/js/core/room/queue_store.js` has the same rules; `tests/vectors/room_queue.json` tests both.
"""

from __future__ import annotations

from watchium.protocol.queue import QueueChange, QueueSettings, QueueState

NO_QUEUE = QueueState(
    revision=0,
    entries=[],
    current=None,
    following=None,
    settings=QueueSettings(),
    skip=None,
    can_undo=False,
    can_redo=False,
)


def changed(queue: QueueState, change: QueueChange) -> QueueState:
    """Return the queue after a change of the previous revision."""
    known = {entry.id: entry for entry in (*queue.entries, *change.entries)}
    order = [entry.id for entry in queue.entries] if change.order is None else change.order
    return QueueState(
        revision=change.revision,
        entries=[known[entry_id] for entry_id in order if entry_id in known],
        current=change.current,
        following=change.following,
        settings=change.settings or queue.settings,
        skip=change.skip,
        can_undo=change.can_undo,
        can_redo=change.can_redo,
    )

"""A device's player as the protocol shows it, and the difference between two states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playback.domain.queue import Entry
from playback.models import DevicePlayer, MediaItem, PlayerHistory
from watchium.protocol.player_events import PlayerChanges, PlayerSnapshot
from watchium.protocol.player_types import Item, PlayerState, QueueEntry


def state_of(player: DevicePlayer, history: PlayerHistory) -> PlayerState:
    return PlayerState(
        revision=player.revision,
        entries=[QueueEntry(id=entry_id, item=item) for entry_id, item in player.entries],
        current=player.current,
        position=player.position,
        at=player.at_ms,
        is_playing=player.is_playing,
        rate=player.rate,
        repeat=player.repeat,  # type: ignore[arg-type]  # one of these by constraint
        can_undo=bool(history.done),
        can_redo=bool(history.undone),
    )


def snapshot_of(player: DevicePlayer, history: PlayerHistory) -> PlayerSnapshot:
    return PlayerSnapshot(state=state_of(player, history), items=items_of(player.queue.entries))


def items_of(entries: Iterable[Entry]) -> list[Item]:
    """Return each item once, without those whose row was deleted."""
    found = MediaItem.objects.by_ids(entry.item for entry in entries)
    return [item.to_protocol() for item in found.values()]


def changes(before: PlayerState, after: PlayerState) -> PlayerChanges | None:
    """Return the changed fields, or None if nothing changed."""
    changed: dict[str, Any] = {
        name: getattr(after, name)
        for name in PlayerChanges.__struct_fields__
        if getattr(after, name) != getattr(before, name)
    }
    if not changed:
        return None
    if changed.keys() & {"position", "at"}:
        changed |= {"position": after.position, "at": after.at}
    return PlayerChanges(**changed)


def new_items(before: PlayerState, after: PlayerState) -> list[Item]:
    """Return the items of `after` that were not in `before`."""
    known = {entry.item for entry in before.entries}
    new = [Entry(entry.id, entry.item) for entry in after.entries if entry.item not in known]
    return items_of(new) if new else []

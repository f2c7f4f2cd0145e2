"""A queue and its current entry: what follows what, and the result of each change. Pure. Of a player and of a room.

A change that names an entry which was removed meanwhile changes nothing: another client was faster, and that is no
error. `static/js/core/player/queue.js` has the same rules; `tests/vectors/queue.json` tests both.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

OFF, ALL, ONE = "off", "all", "one"
REPEATS = (OFF, ALL, ONE)


class AnyEntry(Protocol):
    """`id` is never used again; entries with the same `item` play the same."""

    @property
    def id(self) -> str: ...

    @property
    def item(self) -> Hashable: ...


E = TypeVar("E", bound=AnyEntry)


@dataclass(frozen=True, slots=True)
class Entry:
    """An `item` of the library in the queue, under an `id` that is never used again."""

    id: str
    item: int


@dataclass(frozen=True, slots=True)
class Queue(Generic[E]):
    """`current`: the id of the current entry, or None."""

    entries: tuple[E, ...] = ()
    current: str | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, entry_id: str | None) -> bool:
        return self._index(entry_id) is not None

    @property
    def current_entry(self) -> E | None:
        return self.entry(self.current)

    @property
    def played(self) -> tuple[E, ...]:
        """The entries before the current one."""
        return self.entries[: self._index(self.current) or 0]

    @property
    def upcoming(self) -> tuple[E, ...]:
        """The entries after the current one; all of them without one."""
        index = self._index(self.current)
        return self.entries if index is None else self.entries[index + 1 :]

    def with_upcoming(self, entries: Iterable[E]) -> Queue[E]:
        """Replace the entries after the current one."""
        kept = len(self.entries) - len(self.upcoming)
        return replace(self, entries=(*self.entries[:kept], *entries))

    def entry(self, entry_id: str | None) -> E | None:
        index = self._index(entry_id)
        return None if index is None else self.entries[index]

    def _index(self, entry_id: str | None) -> int | None:
        return next((index for index, entry in enumerate(self.entries) if entry.id == entry_id), None)

    # ------------------------------------------------------------ changes

    def added(self, new: Iterable[E], *, after_current: bool = False) -> Queue[E]:
        """Add at the end, or right after the current entry (at the beginning without one)."""
        if not after_current:
            return replace(self, entries=(*self.entries, *new))
        index = self._index(self.current)
        cut = 0 if index is None else index + 1
        return replace(self, entries=(*self.entries[:cut], *new, *self.entries[cut:]))

    def begun(self, new: Sequence[E]) -> Queue[E]:
        """Add after the current entry and make the first one current; do not add items that follow there anyway."""
        index = self._index(self.current)
        cut = 0 if index is None else index + 1
        following = self.entries[cut : cut + len(new)]
        if [entry.item for entry in following] == [entry.item for entry in new]:
            return self.at(following[0].id)
        return self.added(new, after_current=True).at(new[0].id)

    def removed(self, entry_id: str) -> Queue[E]:
        """Removing the current entry makes the next one current, or none if it was the last."""
        return self.without([entry_id])

    def without(self, entry_ids: Collection[str]) -> Queue[E]:
        """Remove several entries, as `removed` does one."""
        index = self._index(self.current)
        entries = tuple(entry for entry in self.entries if entry.id not in entry_ids)
        if index is None or self.current not in entry_ids:
            return replace(self, entries=entries)
        later = (entry.id for entry in self.entries[index + 1 :] if entry.id not in entry_ids)
        return Queue(entries, next(later, None))

    def moved(self, entry_id: str, before: str | None) -> Queue[E]:
        """Move before another entry; to the end for None, or if the other one was removed."""
        entry = self.entry(entry_id)
        if entry is None or before == entry_id:
            return self
        others = [each for each in self.entries if each.id != entry_id]
        index = next((index for index, each in enumerate(others) if each.id == before), len(others))
        others.insert(index, entry)
        return replace(self, entries=tuple(others))

    def cleared(self) -> Queue[E]:
        """Remove all entries except the current one."""
        return replace(self, entries=(self.current_entry,) if self.current_entry else ())

    def at(self, entry_id: str) -> Queue[E]:
        return replace(self, current=entry_id) if entry_id in self else self

    # ------------------------------------------------------------ what follows

    def following(self, repeat: str) -> str | None:
        """Return the entry after the current one; None after the last."""
        return self._neighbour(1, repeat)

    def preceding(self, repeat: str) -> str | None:
        return self._neighbour(-1, repeat)

    def following_end(self, repeat: str) -> str | None:
        """Return the entry that follows when the current one has played to its end."""
        return self.current if repeat == ONE and self.current in self else self.following(repeat)

    def _neighbour(self, step: int, repeat: str) -> str | None:
        index = self._index(self.current)
        if not self.entries:
            return None
        if index is None:
            return self.entries[0].id
        target = index + step
        if repeat != OFF:
            target %= len(self.entries)
        return self.entries[target].id if 0 <= target < len(self.entries) else None

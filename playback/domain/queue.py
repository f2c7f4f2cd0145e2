"""A queue and its current entry: what follows what, and the result of each change. Pure.

A change that names an entry which was removed meanwhile changes nothing: another client was faster, and that is no
error. `static/js/core/player/queue.js` has the same rules; `tests/vectors/queue.json` tests both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

OFF, ALL, ONE = "off", "all", "one"
REPEATS = (OFF, ALL, ONE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An `item` of the library in the queue, under an `id` that is never used again."""

    id: str
    item: int


@dataclass(frozen=True, slots=True)
class Queue:
    """`current`: the id of the current entry, or None."""

    entries: tuple[Entry, ...] = ()
    current: str | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, entry_id: str | None) -> bool:
        return self._index(entry_id) is not None

    @property
    def current_entry(self) -> Entry | None:
        return self.entry(self.current)

    def entry(self, entry_id: str | None) -> Entry | None:
        index = self._index(entry_id)
        return None if index is None else self.entries[index]

    def _index(self, entry_id: str | None) -> int | None:
        return next((index for index, entry in enumerate(self.entries) if entry.id == entry_id), None)

    # ------------------------------------------------------------ changes

    def added(self, new: Iterable[Entry], *, after_current: bool = False) -> Queue:
        """Add at the end, or right after the current entry (at the beginning without one)."""
        if not after_current:
            return replace(self, entries=(*self.entries, *new))
        index = self._index(self.current)
        cut = 0 if index is None else index + 1
        return replace(self, entries=(*self.entries[:cut], *new, *self.entries[cut:]))

    def begun(self, new: Sequence[Entry]) -> Queue:
        """Add after the current entry and make the first one current; do not add items that follow there anyway."""
        index = self._index(self.current)
        cut = 0 if index is None else index + 1
        following = self.entries[cut : cut + len(new)]
        if [entry.item for entry in following] == [entry.item for entry in new]:
            return self.at(following[0].id)
        return self.added(new, after_current=True).at(new[0].id)

    def removed(self, entry_id: str) -> Queue:
        """Removing the current entry makes the next one current, or none if it was the last."""
        index = self._index(entry_id)
        if index is None:
            return self
        entries = (*self.entries[:index], *self.entries[index + 1 :])
        if entry_id != self.current:
            return replace(self, entries=entries)
        return Queue(entries, entries[index].id if index < len(entries) else None)

    def moved(self, entry_id: str, before: str | None) -> Queue:
        """Move before another entry; to the end for None, or if the other one was removed."""
        entry = self.entry(entry_id)
        if entry is None or before == entry_id:
            return self
        others = [each for each in self.entries if each is not entry]
        index = next((index for index, each in enumerate(others) if each.id == before), len(others))
        others.insert(index, entry)
        return replace(self, entries=tuple(others))

    def cleared(self) -> Queue:
        """Remove all entries except the current one."""
        return replace(self, entries=(self.current_entry,) if self.current_entry else ())

    def at(self, entry_id: str) -> Queue:
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

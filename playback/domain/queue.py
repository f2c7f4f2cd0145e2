"""A queue and what is on in it: what follows what, and what each change leaves; pure.

Whatever names an entry that has gone meanwhile changes nothing: somebody else was faster, and that is no error. The
same rules in `static/js/core/player/queue.js`; `tests/vectors/queue.json` ties the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

OFF, ALL, ONE = "off", "all", "one"
REPEATS = (OFF, ALL, ONE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the queue: `item` of the library, under an `id` that is never used again."""

    id: str
    item: int


@dataclass(frozen=True, slots=True)
class Queue:
    """`current`: the entry that is on, None where none is."""

    entries: tuple[Entry, ...] = ()
    current: str | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, entry_id: str | None) -> bool:
        return self._place(entry_id) is not None

    @property
    def on(self) -> Entry | None:
        return self.entry(self.current)

    def entry(self, entry_id: str | None) -> Entry | None:
        place = self._place(entry_id)
        return None if place is None else self.entries[place]

    def _place(self, entry_id: str | None) -> int | None:
        return next((place for place, entry in enumerate(self.entries) if entry.id == entry_id), None)

    # ------------------------------------------------------------ changes

    def added(self, new: Iterable[Entry], *, behind_current: bool = False) -> Queue:
        """At the end, or right behind what is on (at the beginning where nothing is)."""
        if not behind_current:
            return replace(self, entries=(*self.entries, *new))
        place = self._place(self.current)
        cut = 0 if place is None else place + 1
        return replace(self, entries=(*self.entries[:cut], *new, *self.entries[cut:]))

    def begun(self, new: Sequence[Entry]) -> Queue:
        """The first of these is on, right behind what was; where they come there anyway, they are not put in again."""
        place = self._place(self.current)
        cut = 0 if place is None else place + 1
        coming = self.entries[cut : cut + len(new)]
        if [entry.item for entry in coming] == [entry.item for entry in new]:
            return self.at(coming[0].id)
        return self.added(new, behind_current=True).at(new[0].id)

    def removed(self, entry_id: str) -> Queue:
        """Of what is on: the one behind it is on then, none where it was the last."""
        place = self._place(entry_id)
        if place is None:
            return self
        entries = (*self.entries[:place], *self.entries[place + 1 :])
        if entry_id != self.current:
            return replace(self, entries=entries)
        return Queue(entries, entries[place].id if place < len(entries) else None)

    def moved(self, entry_id: str, before: str | None) -> Queue:
        """To stand before another entry; None, or one that has gone: at the end."""
        entry = self.entry(entry_id)
        if entry is None or before == entry_id:
            return self
        without = [each for each in self.entries if each is not entry]
        place = next((place for place, each in enumerate(without) if each.id == before), len(without))
        without.insert(place, entry)
        return replace(self, entries=tuple(without))

    def cleared(self) -> Queue:
        """All but what is on."""
        return replace(self, entries=(self.on,) if self.on else ())

    def at(self, entry_id: str) -> Queue:
        return replace(self, current=entry_id) if entry_id in self else self

    # ------------------------------------------------------------ what comes

    def following(self, repeat: str) -> str | None:
        """The entry behind what is on, where it is asked for; None: that was the last one."""
        return self._neighbour(1, repeat)

    def preceding(self, repeat: str) -> str | None:
        return self._neighbour(-1, repeat)

    def following_end(self, repeat: str) -> str | None:
        """The entry that comes when what is on played to its end."""
        return self.current if repeat == ONE and self.current in self else self.following(repeat)

    def _neighbour(self, step: int, repeat: str) -> str | None:
        place = self._place(self.current)
        if not self.entries:
            return None
        if place is None:
            return self.entries[0].id
        there = place + step
        if repeat != OFF:
            there %= len(self.entries)
        return self.entries[there].id if 0 <= there < len(self.entries) else None

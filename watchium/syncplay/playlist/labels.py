"""The queue as a client lists it: one text for each entry, by which the client finds a file or opens an address. Pure.

A client plays a file of that name from its person's folders, or an address of a site that its person trusts. Media of
this server have no address that a player could open without a session: these are listed by their titles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from msgspec import Struct

from watchium.protocol.queue import QueueState
from watchium.protocol.types import Media

MAX_ITEMS, MAX_CHARS = 250, 10_000  # what clients take
MAX_BYTES = 14_500  # with the rest of its message less than `outgoing.MAX_LINE_BYTES`
ADDRESS = re.compile("https?://", re.IGNORECASE)
UNTITLED = "-"
NO_FILE = "…"  # what the first list of a client has, and no other


class Item(Struct, frozen=True):
    """`entry_id`: None of what plays in a room without a queue, and of a file that the client has only just added."""

    entry_id: str | None
    label: str


class Playlist(Struct, frozen=True):
    """`index`: of the current item. `after`: the entry that follows the listed ones, if there are more."""

    items: tuple[Item, ...] = ()
    index: int | None = None
    after: str | None = None

    @property
    def labels(self) -> list[str]:
        return [item.label for item in self.items]

    @property
    def current(self) -> Item | None:
        return None if self.index is None else self.items[self.index]

    def is_of_another(self, label: str) -> bool:
        """Whether only entries that do not play now have the label."""
        current = self.current
        return label in self.labels and not (current is not None and current.label == label)


def playlist_of(queue: QueueState, media: Media | None, own_name: str = "") -> Playlist:
    """All entries, or as many from the current one on as clients take. `own_name`: the file in the client's player, if
    it is the client's copy of what plays; under another name the client would look for another file."""
    if not queue.revision:
        return Playlist() if media is None else Playlist((Item(None, own_name or label_of(media)),), 0)
    ids = [entry.id for entry in queue.entries]
    index = ids.index(queue.current) if queue.current in ids else None
    items = [Item(entry.id, label_of(entry.media)) for entry in queue.entries]
    if index is not None and own_name:
        items[index] = Item(items[index].entry_id, own_name)
    if _count_that_fit([item.label for item in items]) < len(items):
        items, index = items[index or 0 :], None if index is None else 0
    count = _count_that_fit([item.label for item in items])
    return Playlist(tuple(items[:count]), index, items[count].entry_id if count < len(items) else None)


def label_of(media: Media) -> str:
    """The address, if players can open it and clients take it; else the title, in which nothing looks like an address
    or a path."""
    if ADDRESS.match(media.url) and _count_that_fit([media.url]):
        return media.url
    title = re.sub(r"[/\\]+", "-", media.title).strip()
    return title if title not in ("", NO_FILE) else UNTITLED


def _count_that_fit(labels: Sequence[str]) -> int:
    chars = size = 0
    for count, label in enumerate(labels[:MAX_ITEMS]):
        chars += len(label)
        size += len(json.dumps(label, ensure_ascii=False).encode(errors="replace")) + 1
        if chars > MAX_CHARS or size > MAX_BYTES:
            return count
    return min(len(labels), MAX_ITEMS)

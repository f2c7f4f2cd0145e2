"""What a person changed in a client's list, as commands about the queue. Pure.

Clients send the whole list. It is compared with the one that the client had, so that what others changed meanwhile
stays.
"""

from __future__ import annotations

import mimetypes
import re
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from watchium.protocol.player_types import MAX_ITEMS_PER_COMMAND
from watchium.syncplay.incoming import SetFile
from watchium.syncplay.playlist.labels import Item
from watchium.text import clean

PROTOCOL = re.compile("[a-z][a-z0-9+.-]*://", re.IGNORECASE)
TITLE_CHARS = 200
CHARS_PER_COMMAND = 8000  # a frame of the room's socket has 16 KiB

Command = tuple[str, dict[str, Any]]


class Edit(Struct, frozen=True):
    """`items`: the client's list, with None for the entries of additions. `moved`: entries with the one that each
    is put in front of, in this order."""

    items: tuple[Item, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str | None], ...] = ()

    @property
    def size(self) -> int:
        return len(self.removed) * 1000 + len(self.added) + len(self.moved)


def edit_of(
    before: Sequence[Item], files: Sequence[str], after: str | None = None, current: str | None = None
) -> Edit:
    """`after`: the entry that follows those that clients list. `current`: the one that plays, which is kept rather than
    another one with its name."""
    kept = _places(before, files)
    _keep(current, before, kept)
    items = [
        Item(None, label) if place is None else before[place]
        for place, label in zip(kept, files, strict=True)
    ]
    left = set(kept)
    removed = [item.entry_id for place, item in enumerate(before) if place not in left]
    return Edit(
        items=tuple(items),
        added=tuple(
            label for place, label in zip(kept, files, strict=True) if place is None and has_name(label)
        ),
        removed=tuple(entry_id for entry_id in removed if entry_id is not None),
        moved=tuple(_moves(before, [place for place in kept if place is not None], after)),
    )


def _places(before: Sequence[Item], files: Sequence[str]) -> list[int | None]:
    """The place that each of the files had. Of equal names those at the ends of the list stay what they were."""
    labels = [item.label for item in before]
    start = _equal(labels, files)
    end = _equal(labels[start:][::-1], files[start:][::-1])
    places: dict[str, deque[int]] = defaultdict(deque)
    for place in range(start, len(labels) - end):
        places[labels[place]].append(place)
    between = [
        places[label].popleft() if places[label] else None for label in files[start : len(files) - end]
    ]
    return [*range(start), *between, *range(len(labels) - end, len(labels))]


def _equal(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the first ones are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((count for count, (a, b) in pairs if a != b), min(len(one), len(other)))


def _keep(current: str | None, before: Sequence[Item], kept: list[int | None]) -> None:
    """Put the current entry for the nearest one with its name, if it would be removed."""
    at = next((place for place, item in enumerate(before) if item.entry_id == current), None)
    if current is None or at is None or at in kept:
        return
    same = [
        (abs(place - at), index)
        for index, place in enumerate(kept)
        if place is not None and before[place].label == before[at].label
    ]
    if same:
        kept[min(same)[1]] = at


def _moves(
    before: Sequence[Item], kept: Sequence[int], after: str | None
) -> Iterator[tuple[str, str | None]]:
    """From the end on: the entry in front of which one is put is in its place by then."""
    stays = set(_longest_rise(kept))
    following = after
    for place in reversed(kept):
        entry_id = before[place].entry_id
        if entry_id is None:
            continue
        if place not in stays:
            yield entry_id, following
        following = entry_id


def _longest_rise(places: Sequence[int]) -> list[int]:
    """The most places that are in ascending order already."""
    ends: list[int] = []  # the least end of a rise of each length
    chains: list[list[int]] = []
    for place in places:
        length = bisect_left(ends, place)
        chain = [*(chains[length - 1] if length else ()), place]
        ends[length : length + 1], chains[length : length + 1] = [place], [chain]
    return chains[-1] if chains else []


def commands_of(edit: Edit, file: SetFile | None) -> Iterator[Command]:
    """Additions come first: they play next if the current entry is removed. `file`: in the client's player."""
    for requests in _parts([request_for(label, file) for label in edit.added]):
        yield "queue_add", {"items": requests}
    for start in range(0, len(edit.removed), MAX_ITEMS_PER_COMMAND):
        yield "queue_remove", {"entry_ids": list(edit.removed[start : start + MAX_ITEMS_PER_COMMAND])}
    for entry_id, before in edit.moved:
        yield "queue_move", {"entry_id": entry_id, "before": before}


def request_for(label: str, file: SetFile | None) -> dict[str, Any]:
    """An address, or else a file of which every member brings a copy."""
    if PROTOCOL.match(label):
        return {"media_url": label}
    name = file_name(label)
    own: dict[str, Any] = {"title": name.strip()[:TITLE_CHARS]}
    if (mimetypes.guess_type(name)[0] or "").startswith("audio/"):
        own["kind"] = "audio"
    if file is not None and file.name == name:
        own |= {"size": file.size} if file.size else {}
        own |= {"duration": file.duration_s} if file.duration_s else {}
    return {"own": own}


def file_name(path: str) -> str:
    """Without folders, which clients on a console send too."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path


def has_name(label: str) -> bool:
    """Whether anything of it is seen."""
    return bool(clean(file_name(label)))


def _parts(requests: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    chars = 0
    for request in requests:
        length = 100 + len(str(request))
        if part and (chars + length > CHARS_PER_COMMAND or len(part) == MAX_ITEMS_PER_COMMAND):
            yield part
            part, chars = [], 0
        part.append(request)
        chars += length
    if part:
        yield part

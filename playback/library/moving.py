"""Files that went to another place of the library: queues go on knowing them there.

A move keeps a file's size and its time of change to the nanosecond (`mv`, `rsync -t`, a file manager). Where exactly
one row whose own file is gone has both, and exactly one file under a path nobody knew, it is the same one if it is
still called the same, or says the same of itself. Anything less is a new file: a wrong title would stay for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import TypeVar

from playback.library.kinds import mime_of
from playback.library.naming import name_of
from playback.library.places import place_of
from playback.library.walking import Seen
from playback.models import MediaItem

T = TypeVar("T")
Print = tuple[int, int, str]  # size, time of change, mime


def likely(unknown: list[Seen], taken: set[int]) -> dict[str, MediaItem]:
    """By the path of each, the row that it may have moved from. One query where there are any."""
    if not unknown:
        return {}
    sizes, times = {seen.size for seen in unknown}, {seen.changed_ns for seen in unknown}
    rows = MediaItem.objects.like(sizes, times)
    wanted = dict(_alone((_print_of(seen), seen) for seen in unknown))
    gone = ((_print_of_row(row), row) for row in rows if row.pk not in taken and _print_of_row(row) in wanted)
    gone = ((key, row) for key, row in gone if place_of(row.path) is None)
    return {wanted[key].path: row for key, row in _alone(gone)}


def called_the_same(row: MediaItem, path: str) -> bool:
    return PurePosixPath(row.path).name == PurePosixPath(path).name


def says_the_same(before: MediaItem, now: MediaItem) -> bool:
    """A title that is only the file's name says nothing, and changes with it."""
    if (before.artist, before.album, before.duration) != (now.artist, now.album, now.duration):
        return False
    return before.title == now.title or (_is_named_after(before) and _is_named_after(now))


def _is_named_after(item: MediaItem) -> bool:
    return item.title == name_of(item.path)


def _print_of(seen: Seen) -> Print:
    return seen.size, seen.changed_ns, mime_of(seen.extension)


def _print_of_row(row: MediaItem) -> Print:
    return row.size, row.changed_ns, row.mime


def _alone(things: Iterable[tuple[Print, T]]) -> Iterator[tuple[Print, T]]:
    """Those whose print no other has."""
    for key, group in groupby(sorted(things, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        first, *others = group
        if not others:
            yield key, first[1]

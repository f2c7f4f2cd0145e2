"""Files that went to another place of the library: queues go on knowing them there.

A move keeps a file's size and its time of change to the nanosecond (`mv`, `rsync -t`, a file manager). Where exactly
one row whose own file is gone has both, and exactly one file under a path nobody knew, it is the same one if it is
still called the same, or says the same of itself. Anything less is a new file: a wrong title would stay for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

from playback.domain.media_types import suffix_of
from playback.domain.titles import name_of
from playback.library.paths import is_there
from playback.library.scanning.directory_walk import Seen
from playback.models import MediaItem
from playback.models.media_item import Known

BATCH = 200
Print = tuple[int, int, str]  # size, time of change, extension


class Gone:
    """Rows whose files are not where they were; of what is walked past, how many files may be each of them."""

    def __init__(self, rows: Iterable[Known] = (), walked: Iterable[Seen] = ()):
        self.rows = [row for row in rows if not is_there(row.path)]
        self._like: dict[Print, list[int]] = {}
        for row in self.rows:
            self._like.setdefault((row.size, row.changed_ns, suffix_of(row.path)), []).append(row.pk)
        self._times: Counter[Print] = Counter(self._new_ones(walked)) if self._like else Counter()

    def _new_ones(self, walked: Iterable[Seen]) -> Iterator[Print]:
        """Of each file that nobody knew and that may be one of these."""
        alike = (seen for seen in walked if _print_of(seen) in self._like)
        while batch := list(islice(alike, BATCH)):
            known = MediaItem.objects.at_paths(seen.path for seen in batch)
            yield from (_print_of(seen) for seen in batch if seen.path not in known)

    def movers(self, unknown: list[Seen], taken: set[int]) -> dict[str, MediaItem]:
        """By the path of each file, the row that it may have moved from. One query where there are any."""
        pks: dict[str, int] = {}
        for seen in unknown:
            like = self._like.get(_print_of(seen), [])
            if len(like) == self._times[_print_of(seen)] == 1 and like[0] not in taken:
                pks[seen.path] = like[0]
        rows = MediaItem.objects.by_ids(pks.values()) if pks else {}
        return {path: rows[pk] for path, pk in pks.items() if pk in rows}


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
    return seen.size, seen.changed_ns, seen.extension

"""Move detection: a file that was moved or renamed keeps its row, so that queues still find it.

A move keeps a file's size and its time of change to the nanosecond (`mv`, `rsync -t`, a file manager). If exactly one
row whose file is missing has both, and exactly one file under an unknown path, it is the same file if it also has the
same name or the same tags. Anything less is a new file: a wrong title would stay for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

from playback.domain.library.titles import title_from_path
from playback.domain.media_types import suffix_of
from playback.library.paths import is_there
from playback.library.scanning.directory_walk import ScannedFile
from playback.models import MediaItem
from playback.models.media_item_rows import KnownFile

BATCH = 200
Fingerprint = tuple[int, int, str]  # size, time of change, extension


class MissingFiles:
    """Rows whose files are missing, and for each how many unknown files may be the same one."""

    def __init__(self, rows: Iterable[KnownFile] = (), walked: Iterable[ScannedFile] = ()):
        self.rows = [row for row in rows if not is_there(row.path)]
        self._pks: dict[Fingerprint, list[int]] = {}
        for row in self.rows:
            self._pks.setdefault((row.size, row.changed_ns, suffix_of(row.path)), []).append(row.pk)
        self._candidates: Counter[Fingerprint] = Counter(self._unknown(walked)) if self._pks else Counter()

    def _unknown(self, walked: Iterable[ScannedFile]) -> Iterator[Fingerprint]:
        """Yield the fingerprint of each file under an unknown path that may be one of the missing files."""
        matching = (file for file in walked if _fingerprint(file) in self._pks)
        while batch := list(islice(matching, BATCH)):
            known = MediaItem.objects.at_paths(file.path for file in batch)
            yield from (_fingerprint(file) for file in batch if file.path not in known)

    def find_moved(self, unknown: list[ScannedFile], taken: set[int]) -> dict[str, MediaItem]:
        """Return by path the row that each file may have moved from. One query if there are any."""
        pks: dict[str, int] = {}
        for file in unknown:
            rows = self._pks.get(_fingerprint(file), [])
            if len(rows) == self._candidates[_fingerprint(file)] == 1 and rows[0] not in taken:
                pks[file.path] = rows[0]
        items = MediaItem.objects.whole_rows(pks.values()) if pks else {}
        return {path: items[pk] for path, pk in pks.items() if pk in items}


def has_same_name(row: MediaItem, path: str) -> bool:
    return PurePosixPath(row.path).name == PurePosixPath(path).name


def has_same_tags(before: MediaItem, now: MediaItem) -> bool:
    """A title that was taken from the file's name is no tag, and changes with the name."""
    if (before.artist, before.album, before.duration) != (now.artist, now.album, now.duration):
        return False
    return before.title == now.title or (_is_named_after(before) and _is_named_after(now))


def _is_named_after(item: MediaItem) -> bool:
    return item.title == title_from_path(item.path)


def _fingerprint(file: ScannedFile) -> Fingerprint:
    return file.size, file.changed_ns, file.extension

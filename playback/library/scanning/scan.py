"""Looking through the library's folder: what is new, what changed, what came back or moved, what is gone.

Done twice it does nothing the second time: a file is known by its path, size and time of change. In batches, each a
fixed number of queries; files are read between transactions, never inside one. Whatever is wrong with one file is
said of that file, and the scan goes on: `--dry-run` writes too, and takes it back, so that it says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import IntegrityError

from playback.domain.media_types import kind_of
from playback.library import covers, paths
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.metadata.tags import NotPlayed
from playback.library.scanning import album_artists, move_detection
from playback.library.scanning.batch_write import Writing, rolled_back
from playback.library.scanning.batch_write import reason_of as reason_of_the_database
from playback.library.scanning.directory_walk import Seen, reason_of, walk
from playback.library.scanning.media_row import item_of
from playback.library.scanning.scan_report import Report, Say, Tally
from playback.models import MediaItem
from playback.models.media_item import SAID_BY_THE_FILE, Known

BATCH = 200
T = TypeVar("T")


class NotInLibrary(Exception):
    """The message says what to do instead."""


class Scan:
    """`say` is told, of each file that changes something, what and why; damaged ones with `aloud`.

    `reread`: files are read though nothing of them seems to have changed.
    """

    def __init__(self, *, dry_run: bool = False, reread: bool = False, say: Say = lambda line, aloud: None):
        self.library = paths.library()
        self.dry_run = dry_run
        self.reread = reread
        self.report = Report(say)
        self._gone = move_detection.Gone()
        self._moved: set[int] = set()

    @property
    def tally(self) -> Tally:
        return self.report.tally

    def look(self, folder: str = "") -> Tally:
        """Through the whole library, or a folder of it. Raises NotInLibrary for any other."""
        here = folder_within(self.library, folder)
        self._gone = move_detection.Gone(_files(), walk(self.library, here, _untold, _untold))
        for batch in _batches(walk(self.library, here, self.report.left_out, self.report.damaged), BATCH):
            self._enter(batch)
        below = "" if here == self.library else f"{here.relative_to(self.library).as_posix()}/"
        self._miss(below)
        if not self.dry_run and self.tally.has_changes:
            album_artists.share()
        return self.tally

    def _enter(self, batch: list[Seen]) -> None:
        """Queries: one, another where files may have moved, and few more where something is to be written."""
        known = MediaItem.objects.at_paths(seen.path for seen in batch)
        movers = self._gone.movers([seen for seen in batch if seen.path not in known], self._moved)
        batch_of = _Batch(self, Writing())
        for seen in batch:
            item = known.get(seen.path)
            if item is not None and (item.size, item.changed_ns) == (seen.size, seen.changed_ns):
                batch_of.enter_same(seen, item)
            elif seen.path in movers:
                batch_of.enter_moved(seen, movers[seen.path])
            else:
                batch_of.enter_read(seen, item)
        self._moved |= batch_of.write()

    def read(self, seen: Seen, known: MediaItem | None) -> MediaItem | None:
        """None, and the reason is said, where the file cannot be read or played: any error is that file's own."""
        try:
            return item_of(seen, self.library / seen.path, known, dry_run=self.dry_run)
        except NotPlayed as refused:
            self.report.left_out(seen.path, str(refused))
        except UnreadableFile as damaged:
            self.report.damaged(seen.path, str(damaged))
        except Exception as error:
            self.report.damaged(seen.path, reason_of(error))
        return None

    def _miss(self, below: str) -> None:
        """What was gone and is nowhere else; some may be back where it was meanwhile."""
        here = (row for row in self._gone.rows if not row.missing and row.path.startswith(below))
        gone = [row for row in here if row.pk not in self._moved and not paths.is_there(row.path)]
        for row in gone:
            self.report.count("missing", row.path)
        if not self.dry_run:
            for batch in _batches(gone, BATCH):
                MediaItem.objects.lost([row.path for row in batch])


class _Batch:
    """Files that are entered together: what is to be written, and what is to be said of each once it is."""

    def __init__(self, scan: Scan, writing: Writing):
        self._scan = scan
        self._writing = writing
        self._to_say: list[tuple[str, str, str]] = []  # what, the path, and how that is said
        self._movers: dict[str, int] = {}
        self._refused: set[str] = set()

    def enter_same(self, seen: Seen, item: MediaItem) -> None:
        """What lies beside it, or was not asked for when it was read, is no reason to read all of it again."""
        if self._scan.reread:
            self.enter_read(seen, item)
            return
        completed = self._complete(seen, item)
        if completed:
            self._writing.found.append(item)
        if item.missing:
            self._writing.back.append(item.pk)
        self._say("back" if item.missing else "changed" if completed else "same", seen.path)

    def enter_moved(self, seen: Seen, mover: MediaItem) -> None:
        """Where it is the same file its row stays, with what staff put right."""
        if not move_detection.called_the_same(mover, seen.path):
            row = self._scan.read(seen, None)
            if row is None:
                return
            if not move_detection.says_the_same(mover, row):
                self._writing.read.append(row)
                self._say("new", seen.path)
                return
            mover.title = row.title
        self._movers[seen.path] = mover.pk
        self._say("moved", seen.path, f"{mover.path} to {seen.path}")
        mover.path, mover.missing = seen.path, False
        self._writing.moved.append(mover)

    def enter_read(self, seen: Seen, item: MediaItem | None) -> None:
        row = self._scan.read(seen, item)
        if row is not None and item is not None and _is_the_same(row, item):
            self._say("same", seen.path)
        elif row is not None:
            self._writing.read.append(row)
            self._say("new" if item is None else "changed", seen.path)
        elif item is not None and not item.missing:
            self._writing.broken.append(item.path)

    def write(self) -> set[int]:
        """The rows that moved. What could not be written is said instead of what would have become of it."""
        if self._scan.dry_run:
            rolled_back(lambda: self._writing.write(self._refuse))
        else:
            self._writing.write(self._refuse)
        for what, path, said in self._to_say:
            if path not in self._refused:
                self._scan.report.count(what, said)
        return {pk for path, pk in self._movers.items() if path not in self._refused}

    def _refuse(self, item: MediaItem, error: Exception) -> None:
        self._refused.add(item.path)
        another_was_quicker = item.path in self._movers and isinstance(error, IntegrityError)
        if not another_was_quicker:
            self._scan.report.damaged(item.path, reason_of_the_database(error))

    def _complete(self, seen: Seen, item: MediaItem) -> bool:
        """A picture that was put beside it since, and the album's artist, which earlier versions did not keep."""
        cover = "" if item.cover else self._cover_beside(seen, item)
        item.cover = item.cover or cover
        asked = item.album_artist is None
        if asked:
            row = self._scan.read(seen, item) if item.album else None
            item.album_artist = row.album_artist if row is not None else ""
        return bool(cover) or asked

    def _cover_beside(self, seen: Seen, item: MediaItem) -> str:
        if kind_of(item.mime) != "audio":
            return ""
        picture = covers.beside(self._scan.library / seen.path)
        try:
            return covers.name_for(picture) if self._scan.dry_run else covers.keep(picture)
        except OSError:
            return ""  # there is another scan

    def _say(self, what: str, path: str, said: str = "") -> None:
        self._to_say.append((what, path, said or path))


def folder_within(library: Path, folder: str) -> Path:
    """The library's folder, or the one inside it that is meant. Raises NotInLibrary."""
    if not library.is_dir():
        raise NotInLibrary(
            f"There is no folder {library}: make it and put media into it, or name another by WATCHIUM_LIBRARY_DIR."
        )
    here = (Path(folder) if Path(folder).is_absolute() else library / folder).resolve()
    if here != library and (library not in here.parents or _has_dot(here.relative_to(library))):
        raise NotInLibrary(f"{folder} is not in the library, which is {library} (WATCHIUM_LIBRARY_DIR).")
    if not here.is_dir():
        raise NotInLibrary(f"There is no folder {here}.")
    return here


def _is_the_same(row: MediaItem, item: MediaItem) -> bool:
    """The rest is made of it, and an album's key of the tracks beside it too."""
    return all(getattr(row, name) == getattr(item, name) for name in SAID_BY_THE_FILE)


def _has_dot(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _untold(path: str, why: str) -> None:
    """It is told when it is looked at."""


def _files() -> Iterator[Known]:
    after = 0
    while rows := MediaItem.objects.files(after, BATCH):
        after = rows[-1].pk
        yield from rows


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch

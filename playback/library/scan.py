"""Looking through the library's folder: what is new, what changed, what came back or moved, what is gone.

Done twice it does nothing the second time: a file is known by its path, size and time of change. In batches, each a
fixed number of queries; files are read between transactions, never inside one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import IntegrityError

from playback.library import covers, moving, places, tags
from playback.library.kinds import kind_of, mime_of
from playback.library.naming import name_of, words
from playback.library.probing import Damaged
from playback.library.walking import Seen, walk
from playback.models import MediaItem
from playback.models.items import Known
from watchium.wire.unicode import clean

BATCH = 200
UPLOADS = "uploads"
T = TypeVar("T")


class NotInLibrary(Exception):
    """The message says what to do instead."""


@dataclass
class Tally:
    """How many files a look found, or with a dry run would; `left_out`: links, dotfiles and names nobody can keep."""

    new: int = 0
    changed: int = 0
    back: int = 0
    moved: int = 0
    missing: int = 0
    same: int = 0
    left_out: int = 0
    damaged: int = 0

    def lines(self) -> Iterator[str]:
        for count in fields(self):
            yield f"{count.name.replace('_', ' ')}: {getattr(self, count.name)}"


@dataclass
class Writing:
    """What a batch changes: rows of files that were read, and of others what is otherwise about them."""

    read: list[MediaItem] = field(default_factory=list)
    moved: list[MediaItem] = field(default_factory=list)
    pictured: list[MediaItem] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Scan:
    """`say` is told, of each file that changes something, what and why; damaged ones with `aloud`."""

    def __init__(self, *, dry_run: bool = False, say: Callable[[str, bool], None] = lambda line, aloud: None):
        self.library = places.library()
        self.dry_run = dry_run
        self.tally = Tally()
        self._gone = moving.Gone()
        self._moved: set[int] = set()
        self._say = say

    def look(self, folder: str = "") -> Tally:
        """Through the whole library, or a folder of it. Raises NotInLibrary for any other."""
        here = folder_within(self.library, folder)
        self._gone = moving.Gone(_files(), walk(self.library, here, _untold, _untold))
        for batch in _batches(walk(self.library, here, self._left_out, self._unreadable), BATCH):
            self._enter(batch)
        below = "" if here == self.library else f"{here.relative_to(self.library).as_posix()}/"
        self._miss(below)
        return self.tally

    def _enter(self, batch: list[Seen]) -> None:
        """Queries: one, another where files may have moved, and few more where something is to be written."""
        known = MediaItem.objects.at_paths(seen.path for seen in batch)
        movers = self._gone.movers([seen for seen in batch if seen.path not in known], self._moved)
        writing = Writing()
        for seen in batch:
            item = known.get(seen.path)
            if item is not None and (item.size, item.changed_ns) == (seen.size, seen.changed_ns):
                self._enter_same(seen, item, writing)
            elif seen.path in movers:
                self._enter_moved(seen, movers[seen.path], writing)
            else:
                self._enter_read(seen, item, writing)
        if not self.dry_run:
            self._write(writing)

    def _enter_same(self, seen: Seen, item: MediaItem, writing: Writing) -> None:
        """A picture that was put beside it since is no reason to read it again."""
        cover = "" if item.cover else self._cover_beside(seen)
        if cover:
            item.cover = cover
            writing.pictured.append(item)
        if item.missing:
            writing.back.append(item.pk)
        self._count("back" if item.missing else "changed" if cover else "same", seen.path)

    def _enter_moved(self, seen: Seen, mover: MediaItem, writing: Writing) -> None:
        """Where it is the same file its row stays, with what staff put right."""
        if not moving.called_the_same(mover, seen.path):
            row = self._read(seen, None)
            if row is None:
                return
            if not moving.says_the_same(mover, row):
                writing.read.append(row)
                self._count("new", seen.path)
                return
            mover.title = row.title
        self._moved.add(mover.pk)
        self._count("moved", f"{mover.path} to {seen.path}")
        mover.path, mover.missing = seen.path, False
        writing.moved.append(mover)

    def _enter_read(self, seen: Seen, item: MediaItem | None, writing: Writing) -> None:
        row = self._read(seen, item)
        if row is not None:
            writing.read.append(row)
            self._count("new" if item is None else "changed", seen.path)
        elif item is not None and not item.missing:
            writing.broken.append(item.path)

    def _cover_beside(self, seen: Seen) -> str:
        if kind_of(seen.extension) != "audio":
            return ""
        picture = covers.beside(self.library / seen.path)
        try:
            return covers.name_for(picture) if self.dry_run else covers.keep(picture)
        except OSError:
            return ""  # there is another look

    def _write(self, writing: Writing) -> None:
        if writing.moved:
            self._write_moved(writing.moved)
        if writing.read:
            MediaItem.objects.keep(writing.read)
        if writing.pictured:
            MediaItem.objects.pictured(writing.pictured)
        if writing.back:
            MediaItem.objects.found_again(writing.back)
        if writing.broken:
            MediaItem.objects.lost(writing.broken)

    def _write_moved(self, items: list[MediaItem]) -> None:
        try:
            MediaItem.objects.moved(items)
        except IntegrityError:  # another look was quicker and has a new row for one of them
            if len(items) == 1:
                self._moved.discard(items[0].pk)
                return
            for item in items:
                self._write_moved([item])

    def _read(self, seen: Seen, known: MediaItem | None) -> MediaItem | None:
        try:
            return item_of(seen, self.library / seen.path, known, dry_run=self.dry_run)
        except Damaged as damaged:
            self._unreadable(seen.path, str(damaged))
        except OSError as error:
            self._unreadable(seen.path, error.strerror or "it cannot be read")
        return None

    def _miss(self, below: str) -> None:
        """What was gone and is nowhere else; some may be back where it was meanwhile."""
        here = (row for row in self._gone.rows if not row.missing and row.path.startswith(below))
        gone = [row for row in here if row.pk not in self._moved and places.place_of(row.path) is None]
        for row in gone:
            self._count("missing", row.path)
        if not self.dry_run:
            for batch in _batches(gone, BATCH):
                MediaItem.objects.lost([row.path for row in batch])

    def _count(self, what: str, path: str) -> None:
        setattr(self.tally, what, getattr(self.tally, what) + 1)
        if what != "same":
            self._say(f"{what}: {clean(path)}", False)

    def _left_out(self, path: str, why: str) -> None:
        self.tally.left_out += 1
        self._say(f"left out: {clean(path)}: {why}", False)

    def _unreadable(self, path: str, why: str) -> None:
        self.tally.damaged += 1
        self._say(f"damaged: {clean(path)}: {clean(why)}", True)


def item_of(
    seen: Seen, place: Path, known: MediaItem | None = None, *, title: str = "", dry_run: bool = False
) -> MediaItem:
    """The row of a file, not written yet; its cover is, but for a dry run. Raises Damaged and OSError.

    Without a title of its own it has the one given, the one it had, or its file's name.
    """
    if not seen.size:
        raise Damaged("it is empty")
    found = tags.read(place, seen.extension)
    title = title or (known.title if known else "") or name_of(seen.path)
    picture = found.picture
    if kind_of(seen.extension) == "audio" and not covers.name_for(picture):
        picture = covers.beside(place)
    return MediaItem(
        path=seen.path,
        size=seen.size,
        changed_ns=seen.changed_ns,
        title=words(found.title) or words(title) or "Untitled",
        artist=words(found.artist),
        album=words(found.album),
        duration=found.duration_s,
        kind=kind_of(seen.extension),
        mime=mime_of(seen.extension),
        cover=covers.name_for(picture) if dry_run else covers.keep(picture),
        uploaded=seen.path.startswith(f"{UPLOADS}/"),
    )


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

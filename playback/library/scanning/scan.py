"""Scan the library's folder for files that are new, changed, back, moved or missing.

A second scan changes nothing: a file is identified by its path, size and time of change. The scan works in batches,
each with a fixed number of queries; files are read between transactions, never inside one. An error in one file is
reported for that file, and the scan continues. A dry run writes too and rolls back, so that it reports the same.
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
from playback.library.metadata.file_inspection import FileInspection
from playback.library.metadata.tags import UnplayableFile
from playback.library.scanning import album_artists, move_detection
from playback.library.scanning.batch_write import PendingWrites, rolled_back
from playback.library.scanning.batch_write import reason_of as reason_of_rejection
from playback.library.scanning.directory_walk import ScannedFile, reason_of, walk
from playback.library.scanning.media_row import item_of
from playback.library.scanning.scan_report import ScanReport, ScanReporter, WriteLine
from playback.models import MediaItem
from playback.models.media_item_rows import READ_FROM_FILE, KnownFile

BATCH = 200
T = TypeVar("T")


class NotInLibrary(Exception):
    """The message says what to do instead."""


class Scan:
    """`write_line` gets a line for each file that changes something or is skipped; damaged files are important.

    `reread`: read files even if their size and time of change are the same.
    """

    def __init__(
        self,
        *,
        dry_run: bool = False,
        reread: bool = False,
        write_line: WriteLine = lambda line, important: None,
    ):
        self.library = paths.library()
        self.dry_run = dry_run
        self.reread = reread
        self.reporter = ScanReporter(write_line)
        self._missing_files = move_detection.MissingFiles()
        self._moved: set[int] = set()

    @property
    def report(self) -> ScanReport:
        return self.reporter.report

    def run(self, folder: str = "") -> ScanReport:
        """Scan the whole library, or a folder of it. Raises NotInLibrary for any other folder."""
        root = folder_within(self.library, folder)
        self._missing_files = move_detection.MissingFiles(
            _known_files(), walk(self.library, root, _ignore, _ignore)
        )
        files = walk(self.library, root, self.reporter.left_out, self.reporter.damaged)
        for batch in _batches(files, BATCH):
            self._scan_batch(batch)
        below = "" if root == self.library else f"{root.relative_to(self.library).as_posix()}/"
        self._mark_missing(below)
        if not self.dry_run and self.report.has_changes:
            album_artists.share()
        return self.report

    def _scan_batch(self, files: list[ScannedFile]) -> None:
        """Queries: one, one more if files may have moved, and a few more to write changes."""
        known = MediaItem.objects.at_paths(file.path for file in files)
        unknown = [file for file in files if file.path not in known]
        moved = self._missing_files.find_moved(unknown, self._moved)
        batch = _Batch(self)
        for file in files:
            item = known.get(file.path)
            if item is not None and (item.size, item.changed_ns) == (file.size, file.changed_ns):
                batch.add_same(file, item)
            elif file.path in moved:
                batch.add_moved(file, moved[file.path])
            else:
                batch.add_read(file, item)
        self._moved |= batch.write()

    def read(self, file: ScannedFile, known: MediaItem | None) -> MediaItem | None:
        """Return the file's row, or report why it cannot be read or played and return None."""
        try:
            return item_of(file, self.library / file.path, known, dry_run=self.dry_run)
        except UnplayableFile as unplayable:
            self.reporter.left_out(file.path, str(unplayable))
        except UnreadableFile as damaged:
            self.reporter.damaged(file.path, str(damaged))
        except Exception as error:
            self.reporter.damaged(file.path, reason_of(error))
        return None

    def _mark_missing(self, below: str) -> None:
        """Mark rows whose files are missing and did not move. Some may be back at their path meanwhile."""
        candidates = (
            row for row in self._missing_files.rows if not row.missing and row.path.startswith(below)
        )
        missing = [row for row in candidates if row.pk not in self._moved and not paths.is_there(row.path)]
        for row in missing:
            self.reporter.count("missing", row.path)
        if not self.dry_run:
            for batch in _batches(missing, BATCH):
                MediaItem.objects.mark_missing([row.path for row in batch])


class _Batch:
    """Files that are written together, and the outcome to report for each once it is written."""

    def __init__(self, scan: Scan):
        self._scan = scan
        self._pending = PendingWrites()
        self._outcomes: list[tuple[str, str, str]] = []  # outcome, path, and the text to report
        self._moved: dict[str, int] = {}
        self._rejected: set[str] = set()

    def add_same(self, file: ScannedFile, item: MediaItem) -> None:
        """Add a new cover, an unread album artist or unread facts to an unchanged file, without reading all of it."""
        if self._scan.reread:
            self.add_read(file, item)
            return
        completed = self._complete(file, item)
        if completed:
            self._pending.completed.append(item)
        if item.missing:
            self._pending.back.append(item.pk)
        self._add_outcome("back" if item.missing else "changed" if completed else "same", file.path)

    def add_moved(self, file: ScannedFile, moved: MediaItem) -> None:
        """Keep the row of a moved file, with the corrections by staff, if it is the same file."""
        if not move_detection.has_same_name(moved, file.path):
            row = self._scan.read(file, None)
            if row is None:
                return
            if not move_detection.has_same_tags(moved, row):
                self._pending.read.append(row)
                self._add_outcome("new", file.path)
                return
            moved.title = row.title
        self._moved[file.path] = moved.pk
        self._add_outcome("moved", file.path, f"{moved.path} to {file.path}")
        moved.path, moved.missing = file.path, False
        self._pending.moved.append(moved)

    def add_read(self, file: ScannedFile, item: MediaItem | None) -> None:
        row = self._scan.read(file, item)
        if row is not None and item is not None and _is_same(row, item):
            self._add_outcome("same", file.path)
        elif row is not None:
            self._pending.read.append(row)
            self._add_outcome("new" if item is None else "changed", file.path)
        elif item is not None and not item.missing:
            self._pending.broken.append(item.path)

    def write(self) -> set[int]:
        """Write the batch, report the outcomes and rejections, and return the rows that moved."""
        if self._scan.dry_run:
            rolled_back(lambda: self._pending.write(self._on_rejected))
        else:
            self._pending.write(self._on_rejected)
        for outcome, path, text in self._outcomes:
            if path not in self._rejected:
                self._scan.reporter.count(outcome, text)
        return {pk for path, pk in self._moved.items() if path not in self._rejected}

    def _on_rejected(self, item: MediaItem, error: Exception) -> None:
        self._rejected.add(item.path)
        another_scan_was_faster = item.path in self._moved and isinstance(error, IntegrityError)
        if not another_scan_was_faster:
            self._scan.reporter.damaged(item.path, reason_of_rejection(error))

    def _complete(self, file: ScannedFile, item: MediaItem) -> bool:
        """Add a cover that was put beside the file, and what earlier versions did not store: album artist and facts."""
        cover = "" if item.cover else self._cover_beside(file, item)
        item.cover = item.cover or cover
        unread = item.album_artist is None
        if unread:
            row = self._scan.read(file, item) if item.album else None
            item.album_artist = row.album_artist if row is not None else ""
        return self._add_facts(file, item) or bool(cover) or unread

    def _add_facts(self, file: ScannedFile, item: MediaItem) -> bool:
        """Add how the file plays, if that is not known yet, because ffprobe was missing or the row is older.

        What is known is decided again from the stored facts: this version may know better than the one that read them.
        """
        if item.plays:
            return item.decide_again()
        try:
            inspection = FileInspection(self._scan.library / file.path)
            item.set_facts(inspection.facts, inspection.playability)
        except (UnreadableFile, OSError):
            return False  # the next scan tries again
        return bool(item.plays)

    def _cover_beside(self, file: ScannedFile, item: MediaItem) -> str:
        if kind_of(item.mime) != "audio":
            return ""
        picture = covers.beside(self._scan.library / file.path)
        try:
            return covers.file_name(picture) if self._scan.dry_run else covers.store(picture)
        except OSError:
            return ""  # the next scan tries again

    def _add_outcome(self, outcome: str, path: str, text: str = "") -> None:
        self._outcomes.append((outcome, path, text or path))


def folder_within(library: Path, folder: str) -> Path:
    """Return the library's folder, or the given one inside it. Raises NotInLibrary."""
    if not library.is_dir():
        raise NotInLibrary(
            f"There is no folder {library}: make it and put media into it, or name another by WATCHIUM_LIBRARY_DIR."
        )
    root = (Path(folder) if Path(folder).is_absolute() else library / folder).resolve()
    if root != library and (library not in root.parents or _has_dot(root.relative_to(library))):
        raise NotInLibrary(f"{folder} is not in the library, which is {library} (WATCHIUM_LIBRARY_DIR).")
    if not root.is_dir():
        raise NotInLibrary(f"There is no folder {root}.")
    return root


def _is_same(row: MediaItem, item: MediaItem) -> bool:
    """Compare the fields read from the file; the others are computed from these and, for albums, from other tracks."""
    return all(getattr(row, name) == getattr(item, name) for name in READ_FROM_FILE)


def _has_dot(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _ignore(path: str, reason: str) -> None:
    """The second walk reports it."""


def _known_files() -> Iterator[KnownFile]:
    after = 0
    while rows := MediaItem.objects.known_files(after, BATCH):
        after = rows[-1].pk
        yield from rows


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch

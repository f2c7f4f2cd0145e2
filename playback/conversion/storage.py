"""Where results lie: a folder for each owner (an item or an upload) below `converted/` in the data folder, and in it
one for each job.

A folder that is being filled has the attempt's number and a suffix, so that no reader takes it for a result; it is
renamed once it is whole. An earlier attempt's folder is replaced, never shared: a converter that outlived its worker
finds its folder gone.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from playback.conversion.hls_playlist import INDEX, MediaPlaylist, parse

PART = ".part"
_OWNER = re.compile(r"u?[1-9]\d{0,14}")
_JOB = re.compile(r"([1-9]\d{0,14})(?:-(\d{1,6})\.part)?")
_REMOVED = ".removed"  # a folder whose removal was interrupted
MAX_LIST_BYTES = 8 * 1024 * 1024


class JobFolder(NamedTuple):
    """A folder below `converted/`. `attempt` is None for a whole result, `job` is 0 for a half removed one."""

    owner: str
    job: int
    attempt: int | None
    path: Path


def root() -> Path:
    return Path(settings.CONVERTED_DIR)


def whole(owner: str, job: int) -> Path:
    return root() / owner / str(job)


def part(owner: str, job: int, attempt: int) -> Path:
    return root() / owner / f"{job}-{attempt}{PART}"


def all_folders() -> Iterator[JobFolder]:
    """Yield the folders of all jobs; other names are left alone."""
    for owner in _entries(root()):
        if not _OWNER.fullmatch(owner.name):
            continue
        for job in _entries(Path(owner.path)):
            if match := _JOB.fullmatch(job.name):
                attempt = int(match[2]) if match[2] else None
                yield JobFolder(owner.name, int(match[1]), attempt, Path(job.path))
            elif job.name.endswith(_REMOVED):
                yield JobFolder(owner.name, 0, None, Path(job.path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def begin(owner: str, job: int, attempt: int, renditions: tuple[str, ...]) -> Path:
    """Make an attempt's folder, empty but for its renditions. Raises OSError."""
    folder = part(owner, job, attempt)
    remove(folder)
    for name in renditions or ("",):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


def earlier_part(owner: str, job: int, attempt: int) -> Path | None:
    """Return the folder of the latest attempt before this one."""
    found = [
        folder
        for folder in all_folders()
        if (folder.owner, folder.job) == (owner, job) and (folder.attempt or attempt) < attempt
    ]
    return max(found, key=lambda folder: folder.attempt or 0).path if found else None


def take_over(earlier: Path, folder: Path, lists: dict[str, MediaPlaylist]) -> None:
    """Link the listed segments of an earlier attempt into this one, and remove the earlier one. Raises OSError."""
    for name, playlist in lists.items():
        for file in (playlist.init, *(segment.name for segment in playlist.segments)):
            _link(earlier / name / file, folder / name / file)
        write_text(folder / name / INDEX, playlist.to_text(ended=False))
    remove(earlier)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOSPC):
            raise
        shutil.copyfile(source, target)  # a file system without links


def finish(owner: str, job: int, attempt: int) -> Path:
    """Rename an attempt's folder to that of the whole result. Raises OSError."""
    target = whole(owner, job)
    remove(target)
    part(owner, job, attempt).rename(target)
    return target


def remove(folder: Path) -> None:
    """Remove a folder with its files, and its owner's folder if that is empty now.

    It is renamed first, so that no reader sees half of it.
    """
    doomed = folder.with_name(f".{folder.name.strip('.')}{_REMOVED}")
    with suppress(OSError):
        folder.rename(doomed)
    for path in (doomed, folder):
        shutil.rmtree(path, ignore_errors=True)
    if folder.parent != root():
        with suppress(OSError):
            folder.parent.rmdir()


def remove_owner(owner: str) -> None:
    """Remove all results of an item or an upload."""
    for entry in _entries(root() / owner):
        remove(Path(entry.path))


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(here, name)).st_size
    return total


def read_list(path: Path) -> MediaPlaylist:
    """Read a playlist; a missing or unreadable one is empty."""
    try:
        with path.open("rb") as file:
            return parse(file.read(MAX_LIST_BYTES).decode("utf-8", "replace"))
    except OSError:
        return MediaPlaylist()


def read_lists(folder: Path, renditions: tuple[str, ...], name: str = INDEX) -> dict[str, MediaPlaylist]:
    return {rendition: read_list(folder / rendition / name) for rendition in renditions}


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file at once: readers see the old content or the new one. Raises OSError."""
    arriving = path.with_name(f".{path.name}.new")
    arriving.write_bytes(data)
    os.replace(arriving, path)


def free_bytes() -> int:
    """Return the free space of the disk that holds the results, or of the folder above if there is none yet."""
    folder = root()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free

"""The bytes of uploads: one file each, named by the upload's id, that only grows.

The length of the file is the offset at which the next piece continues, also after the server was killed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from playback.library.safe_open import PlainFile, open_below

CHUNK_BYTES = 256 * 1024
SPARE_BYTES = 512 * 1024 * 1024  # of the disk, for the database and everything else


class Busy(Exception):
    """Another request is writing to this upload."""


class OffsetElsewhere(Exception):
    """The file ends at another `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class DiskFull(Exception):
    """The disk has no room for these bytes. What was written before stays."""


def folder() -> Path:
    return Path(settings.UPLOADS_DIR)


def has_space_for(size: int) -> bool:
    """Whether the disk has room for a file of this size and some to spare."""
    return shutil.disk_usage(_created_folder()).free >= size + SPARE_BYTES


def create(upload_id: str) -> None:
    """Create an empty file. Raises DiskFull."""
    with _disk_errors():
        os.close(os.open(_created_folder() / upload_id, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def length(upload_id: str) -> int | None:
    """Return how many bytes are here, or None if there is no such file."""
    try:
        return (folder() / upload_id).stat().st_size
    except FileNotFoundError:
        return None


def append(upload_id: str, at: int, read: Callable[[int], bytes], most: int) -> int:
    """Append what `read(size)` returns, at most `most` bytes, and return the new length.

    Raises OffsetElsewhere if the file does not end at `at`, Busy, DiskFull and FileNotFoundError.
    """
    with _locked(upload_id) as descriptor, _disk_errors():
        end = os.fstat(descriptor).st_size
        if end != at:
            raise OffsetElsewhere(end)
        if not has_space_for(0):  # others may have filled the disk since this upload began
            raise DiskFull
        while most > 0 and (chunk := read(min(CHUNK_BYTES, most))):
            end += _write_all(descriptor, chunk)
            most -= len(chunk)
        return end


def open_upload(upload_id: str) -> PlainFile | None:
    return open_below(folder(), upload_id)


def remove(upload_id: str) -> None:
    (folder() / upload_id).unlink(missing_ok=True)


def stored_ids(older_than_s: float) -> Iterator[str]:
    """Yield the names of files that were not written to since that time (Unix seconds)."""
    if not folder().is_dir():
        return
    with os.scandir(folder()) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < older_than_s:
                yield entry.name


def _created_folder() -> Path:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder()


@contextmanager
def _locked(upload_id: str) -> Iterator[int]:
    """Yield a descriptor that appends; no other process has one at the same time."""
    descriptor = os.open(folder() / upload_id, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy from None
    else:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, chunk: bytes) -> int:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(chunk)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull from error
        raise

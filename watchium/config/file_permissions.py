"""Permissions of the data folder and the secrets in it: for the user that runs Watchium only."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# SQLite creates these files beside a database, with the same mode.
SQLITE_SUFFIXES = ("", "-wal", "-shm")


def make_folder(folder: Path) -> None:
    """Create a folder for this user only; an existing folder is left unchanged. Raises OSError."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)


def restrict_database(database: Path) -> None:
    """Create the file of an SQLite database for this user only, before SQLite creates it readable by all users.

    An existing file that belongs to this user loses the permissions of others.
    """
    with suppress(OSError):  # opening the database fails with a better message
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, FILE))
    for suffix in SQLITE_SUFFIXES:
        file = database.with_name(database.name + suffix)
        with suppress(OSError):
            if is_open_to_others(file):
                file.chmod(FILE)


def is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)

"""The data folder and what is secret in it belong to the user that runs Watchium, and to no other of the machine."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# SQLite keeps these beside a database, with its mode.
BESIDE_SQLITE = ("", "-wal", "-shm")


def make_folder(folder: Path) -> None:
    """Make it for this user alone; one that is there stays as it is. Raises OSError."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)


def keep_database(database: Path) -> None:
    """Make the file of an SQLite database for this user alone, before SQLite makes it for everybody.

    One that is there already is closed to others where it is ours.
    """
    with suppress(OSError):  # whatever uses it says better what is wrong
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, FILE))
    for suffix in BESIDE_SQLITE:
        file = database.with_name(database.name + suffix)
        with suppress(OSError):
            if is_open_to_others(file):
                file.chmod(FILE)


def is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)

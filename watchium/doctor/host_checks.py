"""Checks of this machine: clock, disk, library folder, static files, ffmpeg."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import connection

from playback.models import MediaItem
from watchium import server_clock
from watchium.config.file_permissions import is_open_to_others
from watchium.doctor.check import Result, fail, ok, warn

MAX_STEP_S = 1.0
MAX_DATABASE_OFFSET_S = 1.0
# With WATCHIUM_CLOCK=wall, timelines of several hosts agree only as well as their clocks.
MAX_WALL_CLOCK_OFFSET_S = 0.02
LOW_DISK_BYTES = 1_000_000_000
FULL_DISK_BYTES = 100_000_000
MAX_NAMES_SHOWN = 3


def clock() -> Result:
    """Check that the wall clock was not stepped since the server clock's anchor was set."""
    if settings.WATCHIUM_CLOCK == "wall":
        return ok("the wall clock is the server clock (WATCHIUM_CLOCK=wall): keep NTP running on every host")
    try:
        server_clock.start()
    finally:
        connection.close()
    step_s = time.time() - server_clock.now_ms() / 1000
    if abs(step_s) > MAX_STEP_S:
        return warn(
            f"the wall clock was stepped by {step_s:+.1f} s since this machine started",
            "Rooms are not affected. Keep NTP running, so that dates in the admin and retention are right.",
        )
    return ok("steady: the wall clock was not stepped since this machine started")


def clock_of_database() -> Result:
    """Compare the database's clock with this machine's; the error is at most half the round trip."""
    if connection.vendor == "sqlite":
        return ok("SQLite uses this machine's clock")
    try:
        with connection.cursor() as cursor:
            before_s = time.time()
            cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
            database_s = float(cursor.fetchone()[0])
            after_s = time.time()
    finally:
        connection.close()
    offset_s, error_s = database_s - (before_s + after_s) / 2, (after_s - before_s) / 2
    message = f"{offset_s * 1000:+.0f} ms from this machine's (± {error_s * 1000:.0f} ms)"
    max_offset_s = MAX_WALL_CLOCK_OFFSET_S if settings.WATCHIUM_CLOCK == "wall" else MAX_DATABASE_OFFSET_S
    if abs(offset_s) > max_offset_s + error_s:
        return warn(message, "Run NTP (chrony, systemd-timesyncd) on both machines.")
    return ok(message)


def data_folder() -> Result:
    folder = Path(settings.DATA_DIR)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return fail(f"{folder}: {error.strerror}", "Give the user that runs Watchium write access to it.")
    if readable := _database_open_to_others(folder):
        return warn(f"other users of this machine can read {readable}", f"Run: chmod go-rwx {readable}")
    free = shutil.disk_usage(folder).free
    message = f"{folder} is writable, {free / 1e9:.1f} GB free"
    if free < FULL_DISK_BYTES:
        return fail(message, "Free some space: SQLite and logs stop when the disk is full.")
    if free < LOW_DISK_BYTES:
        return warn(message, "Free some space; manage.py maintain keeps the tables small.")
    return ok(message)


def _database_open_to_others(folder: Path) -> Path | None:
    """Return the SQLite database in the data folder if other users can read it."""
    database = folder / "watchium.sqlite3"
    reachable = is_open_to_others(folder) and database.exists() and is_open_to_others(database)
    return database if reachable else None


def library() -> Result:
    """Check that the library folder can be read: with a share that is not mounted, the library looks empty."""
    folder = Path(settings.LIBRARY_DIR)
    fix = "Mount it, create it and add media, or set WATCHIUM_LIBRARY_DIR to another folder; then run scan_media."
    try:
        with os.scandir(folder) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return warn(f"{folder}: {error.strerror}; rooms and samples work without it", fix)
    if empty and _had_files():
        return warn(f"{folder} is empty but had files before", fix)
    return ok(f"{folder} is empty" if empty else f"{folder} is readable")


def _had_files() -> bool:
    try:
        return MediaItem.objects.exclude(
            path__startswith="/"
        ).exists()  # paths of the bundled samples start with /
    finally:
        connection.close()


def static_files() -> Result:
    """Check that the collected static files match the source files; pages link to them by content hash."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ok("served uncollected (DEBUG)")
    collected = staticfiles_storage.hashed_files
    if not collected:
        return fail("not collected: every page would fail", "Run: manage.py collectstatic --noinput")
    changed = [name for name in _own_files() if _is_changed(name, collected.get(name))]
    if changed:
        shown = ", ".join(changed[:MAX_NAMES_SHOWN]) + (" ..." if len(changed) > MAX_NAMES_SHOWN else "")
        return fail(
            f"{len(changed)} changed since they were collected: {shown}",
            "Run: manage.py collectstatic --noinput",
        )
    return ok(f"{len(collected)} collected")


def _own_files() -> list[str]:
    """Only this project's files: they change with every update, and no collection step rewrites its scripts."""
    return sorted(name for name, _ in finders.FileSystemFinder().list([]))


def _is_changed(name: str, collected_name: str | None) -> bool:
    """Compare contents; of a stylesheet, whose URLs are rewritten by the collection, only the existence."""
    if collected_name is None or not staticfiles_storage.exists(collected_name):
        return True
    path = finders.find(name)
    if name.endswith(".css") or not path:
        return False
    with open(str(path), "rb") as source, staticfiles_storage.open(collected_name) as collected:
        return bool(source.read() != collected.read())


def ffmpeg() -> Result:
    """Check for the programs that say what is in a file, and that convert it."""
    missing = [program for program in ("ffmpeg", "ffprobe") if shutil.which(program) is None]
    if not missing:
        return ok(f"{shutil.which('ffmpeg')}, {shutil.which('ffprobe')}")
    return warn(
        f"{' and '.join(missing)} not installed: the library lacks films that browsers do not play, such as .mkv",
        "Optional: install ffmpeg (Debian: package ffmpeg), then run scan_media.",
    )

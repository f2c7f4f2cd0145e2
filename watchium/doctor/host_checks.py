"""This machine: its clock, its disk, what is installed."""

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
from watchium.doctor.check import Finding, fail, ok, warn

STEPPED_S = 1.0
APART_S = 1.0
# With WATCHIUM_CLOCK=wall timelines of several hosts are only as close as their clocks.
APART_BETWEEN_HOSTS_S = 0.02
LITTLE_BYTES = 1_000_000_000
NONE_BYTES = 100_000_000
CHANGED_SHOWN = 3


def clock() -> Finding:
    """Whether the wall clock was stepped since the server clock's anchor was set."""
    if settings.WATCHIUM_CLOCK == "wall":
        return ok("the wall clock is the server clock (WATCHIUM_CLOCK=wall): keep NTP running on every host")
    try:
        server_clock.start()
    finally:
        connection.close()
    stepped_s = time.time() - server_clock.now_ms() / 1000
    if abs(stepped_s) > STEPPED_S:
        says = f"the wall clock was moved by {stepped_s:+.1f} s since this machine started"
        return warn(
            says,
            "Rooms do not notice. Let NTP keep the time, so that dates in admin and retention are right.",
        )
    return ok("steady: the wall clock was not moved since this machine started")


def clock_of_database() -> Finding:
    """Half of the round trip is the most that this can be wrong by."""
    if connection.vendor == "sqlite":
        return ok("SQLite has this machine's")
    try:
        with connection.cursor() as cursor:
            before_s = time.time()
            cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
            there_s = float(cursor.fetchone()[0])
            after_s = time.time()
    finally:
        connection.close()
    apart_s, error_s = there_s - (before_s + after_s) / 2, (after_s - before_s) / 2
    says = f"{apart_s * 1000:+.0f} ms from ours (give or take {error_s * 1000:.0f})"
    most_s = APART_BETWEEN_HOSTS_S if settings.WATCHIUM_CLOCK == "wall" else APART_S
    if abs(apart_s) > most_s + error_s:
        return warn(says, "Let NTP (chrony, systemd-timesyncd) keep the time on both machines.")
    return ok(says)


def data_folder() -> Finding:
    folder = Path(settings.DATA_DIR)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return fail(
            f"{folder}: {error.strerror}", "Give the user that runs Watchium the right to write there."
        )
    if open_to_others := _open_to_others(folder):
        return warn(
            f"other users of this machine may read {open_to_others}", f"Run: chmod go-rwx {open_to_others}"
        )
    free = shutil.disk_usage(folder).free
    says = f"{folder} can be written, {free / 1e9:.1f} GB free"
    if free < NONE_BYTES:
        return fail(says, "Make room: SQLite and logs stop when the disk is full.")
    if free < LITTLE_BYTES:
        return warn(says, "Make room; manage.py maintain keeps the tables small.")
    return ok(says)


def _open_to_others(folder: Path) -> Path | None:
    """The database, where it lies here and others can read it."""
    database = folder / "watchium.sqlite3"
    reachable = is_open_to_others(folder) and database.exists() and is_open_to_others(database)
    return database if reachable else None


def library() -> Finding:
    """Whether the library's folder can be read: a share that is not mounted is an empty library to everybody."""
    folder = Path(settings.LIBRARY_DIR)
    fix = "Mount it, or make it and put media into it, or name another by WATCHIUM_LIBRARY_DIR; then scan_media."
    try:
        with os.scandir(folder) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return warn(f"{folder}: {error.strerror}; rooms and samples work without it", fix)
    if empty and _had_files():
        return warn(f"{folder} is empty, and files of it were there before", fix)
    return ok(f"{folder} is empty" if empty else f"{folder} can be read")


def _had_files() -> bool:
    try:
        return MediaItem.objects.exclude(path__startswith="/").exists()  # which samples of our own have
    finally:
        connection.close()


def static_files() -> Finding:
    """Whether what was collected is what there is: pages name files by their content."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ok("served as they are (DEBUG)")
    kept = staticfiles_storage.hashed_files
    if not kept:
        return fail("not collected: every page would fail", "Run: manage.py collectstatic --noinput")
    changed = [name for name in _ours() if _changed(name, kept.get(name))]
    if changed:
        shown = ", ".join(changed[:CHANGED_SHOWN]) + (" ..." if len(changed) > CHANGED_SHOWN else "")
        return fail(
            f"{len(changed)} changed since they were collected: {shown}",
            "Run: manage.py collectstatic --noinput",
        )
    return ok(f"{len(kept)} collected")


def _ours() -> list[str]:
    """Not those of libraries: ours are what changes with every update, and nothing rewrites our scripts."""
    return sorted(name for name, _ in finders.FileSystemFinder().list([]))


def _changed(name: str, kept: str | None) -> bool:
    """Styles are rewritten while they are collected (addresses in them), so that only their being there is asked."""
    if kept is None or not staticfiles_storage.exists(kept):
        return True
    path = finders.find(name)
    if name.endswith(".css") or not path:
        return False
    with open(str(path), "rb") as now, staticfiles_storage.open(kept) as then:
        return bool(now.read() != then.read())


def ffprobe() -> Finding:
    if found := shutil.which("ffprobe"):
        return ok(found)
    return warn(
        "not installed", "Optional: install ffmpeg, then lengths and tags of files in the library are known."
    )

"""Write one batch of a scan. A row that the database rejects is left out alone, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from playback.models import MediaItem

T = TypeVar("T")
_PROGRAM_LIMIT = "54"  # PostgreSQL's class of errors about one row that arrive as an OperationalError
_MAX_REASON = 200


@dataclass
class PendingWrites:
    """What a batch changes."""

    read: list[MediaItem] = field(default_factory=list)  # from files that were read
    moved: list[MediaItem] = field(default_factory=list)
    completed: list[MediaItem] = field(
        default_factory=list
    )  # with a cover, album artist or facts that were unknown
    back: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def write(self, on_rejected: Callable[[MediaItem, Exception], None]) -> None:
        """Write all rows except the rejected ones, which are passed to `on_rejected`."""
        for write, rows in (
            (MediaItem.objects.update_moved, self.moved),
            (MediaItem.objects.upsert, self.read),
            (MediaItem.objects.update_completed, self.completed),
        ):
            write_in_halves(write, rows, on_rejected)
        if self.back:
            MediaItem.objects.mark_present(self.back)
        if self.broken:
            MediaItem.objects.mark_missing(self.broken)


def write_in_halves(
    write: Callable[[list[T]], None], rows: list[T], on_rejected: Callable[[T, Exception], None]
) -> None:
    """Write all rows at once; if that fails, halves of them, down to the rows that cause it. `write` is atomic.

    Raises errors that are about the database and not about a row.
    """
    if not rows:
        return
    try:
        write(rows)
    except (DatabaseError, InterfaceError, OverflowError, ValueError, TypeError) as error:
        if not _is_about_a_row(error):
            raise
        if len(rows) == 1:
            on_rejected(rows[0], error)
            return
        half = len(rows) // 2
        write_in_halves(write, rows[:half], on_rejected)
        write_in_halves(write, rows[half:], on_rejected)


def reason_of(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"the database rejects it ({lines[0][:_MAX_REASON] if lines else type(error).__name__})"


def rolled_back(write: Callable[[], None]) -> None:
    """Run `write` and roll it back."""
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def _is_about_a_row(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return str(getattr(error.__cause__, "sqlstate", "") or "").startswith(_PROGRAM_LIMIT)
    return not isinstance(error, InterfaceError)

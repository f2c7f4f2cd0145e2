"""Writing one batch of a scan: a row that the database refuses is left out alone, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from playback.models import MediaItem

T = TypeVar("T")
_LIMIT_OF_POSTGRESQL = "54"  # a class of errors about one row, which comes as one about the whole database
_LONGEST = 200


@dataclass
class Writing:
    """What a batch changes: rows of files that were read, and of others what is otherwise about them."""

    read: list[MediaItem] = field(default_factory=list)
    moved: list[MediaItem] = field(default_factory=list)
    found: list[MediaItem] = field(default_factory=list)  # with a cover or an album artist that was not known
    back: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def write(self, refused: Callable[[MediaItem, Exception], None]) -> None:
        """Each refused row is handed on, and the others are written."""
        for write, rows in (
            (MediaItem.objects.moved, self.moved),
            (MediaItem.objects.keep, self.read),
            (MediaItem.objects.completed, self.found),
        ):
            in_parts(write, rows, refused)
        if self.back:
            MediaItem.objects.found_again(self.back)
        if self.broken:
            MediaItem.objects.lost(self.broken)


def in_parts(
    write: Callable[[list[T]], None], rows: list[T], refused: Callable[[T, Exception], None]
) -> None:
    """All at once; where that fails, halves of it, down to the rows that are the reason. `write` is atomic.

    Raises what is about the database and not about a row.
    """
    if not rows:
        return
    try:
        write(rows)
    except (DatabaseError, InterfaceError, OverflowError, ValueError, TypeError) as error:
        if not _is_about_a_row(error):
            raise
        if len(rows) == 1:
            refused(rows[0], error)
            return
        half = len(rows) // 2
        in_parts(write, rows[:half], refused)
        in_parts(write, rows[half:], refused)


def reason_of(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return f"the database refuses it ({said[0][:_LONGEST] if said else type(error).__name__})"


def rolled_back(write: Callable[[], None]) -> None:
    """Try it, and leave nothing of it."""
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def _is_about_a_row(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return str(getattr(error.__cause__, "sqlstate", "") or "").startswith(_LIMIT_OF_POSTGRESQL)
    return not isinstance(error, InterfaceError)

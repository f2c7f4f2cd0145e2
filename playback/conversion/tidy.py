"""Remove what conversions leave behind: folders without a job, results without a file, jobs of long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from playback.conversion import budget, storage
from playback.models import Conversion
from playback.models.conversion import ACTIVE, DONE
from watchium.db.batch_delete import delete_in_batches

KEPT = timedelta(days=30)


def tidy(*, dry_run: bool = False) -> int:
    """Remove leftovers and outdated results; return how many."""
    now = timezone.now()
    count = sum(1 for _ in remove_leftovers(dry_run=dry_run))
    count += sum(1 for _ in _remove_outdated(now, dry_run))
    return count + delete_in_batches(Conversion.objects.discardable(now - KEPT), dry_run=dry_run)


def remove_leftovers(*, dry_run: bool = False) -> Iterator[Path]:
    """Yield the folders that belong to no result and no running job. Folders are listed before rows are read."""
    folders = list(storage.all_folders())
    rows = Conversion.objects.in_bulk({folder.job for folder in folders})
    for folder in folders:
        row = rows.get(folder.job)
        if row is not None and row.owner == folder.owner and _is_used(row, folder.attempt):
            continue
        if not dry_run:
            storage.remove(folder.path)
        yield folder.path


def _is_used(row: Conversion, attempt: int | None) -> bool:
    """A whole folder may await its row for a moment; an attempt's folder is taken over by the next one."""
    if attempt is None:
        return row.state in (DONE, *ACTIVE)
    return row.state in ACTIVE


def _remove_outdated(now: datetime, dry_run: bool) -> Iterator[Conversion]:
    """Results of changed files, unless they are being played, and rows of results that are gone."""
    unused = {result.pk for result in budget.unused(now)}
    for result in Conversion.objects.outdated():
        if result.pk in unused:
            if not dry_run:
                budget.remove_result(result)
            yield result
    for result in Conversion.objects.done():
        if not storage.whole(result.owner, result.pk).is_dir() and storage.root().is_dir():
            if not dry_run:
                budget.remove_result(result)
            yield result

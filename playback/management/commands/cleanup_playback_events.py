"""Delete old rows of the event log, except those that a returning client may still request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from playback.models import PlaybackEvent
from watchium.db.batch_delete import delete_in_batches

KEPT_DAYS = 7


def cleanup_playback_events(*, days: int = KEPT_DAYS, dry_run: bool = False) -> int:
    """Delete events older than `days` and return how many. The last 500 of each active room stay."""
    before = timezone.now() - timedelta(days=days)
    return delete_in_batches(PlaybackEvent.objects.discardable(before), dry_run=dry_run)


class Command(BaseCommand):
    help = "Delete playback events older than 7 days. The last 500 changes of an active room stay, whatever their age."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=KEPT_DAYS, help="delete events older than this (default: 7)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only print what would be deleted")

    def handle(self, *args: Any, days: int, dry_run: bool, **options: Any) -> None:
        count = cleanup_playback_events(days=days, dry_run=dry_run)
        self.stdout.write(
            f"playback events older than {days} days: {count}{' (dry run)' if dry_run else ' deleted'}"
        )

"""Reset rooms that were inactive for a day to the start, and end the presence that lapsed in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

import rooms.actions
from playback.models import Playback
from playback.room import end_of_media
from rooms.models import Connection
from watchium import server_clock

INACTIVE_HOURS = 24
# Leases last seconds and servers end them; after an hour their server is not coming back.
LAPSED_MS = 3_600_000.0


def clear_lapsed_presence(*, dry_run: bool = False) -> int:
    """End the leases that lapsed an hour ago, as a running server would, and return how many."""
    before_ms = server_clock.now_ms() - LAPSED_MS
    if dry_run:
        return len(Connection.objects.lapsed(before_ms, limit=1_000_000))
    total = 0
    while batch := Connection.objects.lapsed(before_ms):
        rooms.actions.due(before_ms)
        total += len(batch)
    return total


def reset_inactive_rooms(*, hours: int = INACTIVE_HOURS, dry_run: bool = False) -> int:
    """Reset the playback of inactive rooms to paused at 0, and return how many rooms."""
    idle = Playback.objects.idle(timezone.now() - timedelta(hours=hours))
    if dry_run:
        return idle.count()
    total = 0
    while batch := idle.room_pks(100):
        total += sum(end_of_media.reset(pk, server_clock.now_ms()) for pk in batch)
    return total


class Command(BaseCommand):
    help = "Reset rooms that were inactive for 24 hours to the start, paused, and end presence that lapsed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hours", type=int, default=INACTIVE_HOURS, help="inactive for this long (default: 24)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only print what would be done")

    def handle(self, *args: Any, hours: int, dry_run: bool, **options: Any) -> None:
        suffix = " (dry run)" if dry_run else ""
        self.stdout.write(f"lapsed leases: {clear_lapsed_presence(dry_run=dry_run)}{suffix}")
        self.stdout.write(f"rooms reset: {reset_inactive_rooms(hours=hours, dry_run=dry_run)}{suffix}")

"""Run the daily maintenance by hand, or by a timer if servers do not run it (WATCHIUM_MAINTENANCE=off)."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from watchium.maintenance.work import maintain
from watchium.models import MaintenanceRun

BY_HAND = "by hand"


class Command(BaseCommand):
    help = "Delete old events and sync states, expired leases and bans, abandoned guests, rooms, players and sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print what would be deleted")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        began_s, total = time.time(), 0
        for label, count in maintain(dry_run=dry_run):
            total += count
            self.stdout.write(f"{label}: {count}{' (dry run)' if dry_run else ''}")
        if not dry_run:
            MaintenanceRun.objects.finish(BY_HAND, began_s * 1000, time.time() * 1000, rows=total)

"""The daily maintenance by hand, or for a timer where servers do not do it by themselves (WATCHIUM_MAINTENANCE=off)."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from watchium.maintenance.work import maintain
from watchium.models import MaintenanceRun

BY_HAND = "by hand"


class Command(BaseCommand):
    help = "Clean up: old events and sync states, lapsed leases and bans, abandoned guests, rooms, players, sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        began_s, total = time.time(), 0
        for words, count in maintain(dry_run=dry_run):
            total += count
            self.stdout.write(f"{words}: {count}{' (dry run)' if dry_run else ''}")
        if not dry_run:
            MaintenanceRun.objects.finish(BY_HAND, began_s * 1000, time.time() * 1000, rows=total)

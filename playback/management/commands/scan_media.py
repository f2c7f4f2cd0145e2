"""Reads the library's folder into the library."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playback.library.scan import NotInLibrary, Scan


class Command(BaseCommand):
    help = "Find what is new, changed, back or gone in the library's folder; damaged files are named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", default="", help="look only here (default: the whole library)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, folder: str, dry_run: bool, verbosity: int, **options: Any) -> None:
        def say(line: str, aloud: bool) -> None:
            if aloud or verbosity > 1:
                self.stdout.write(line)

        try:
            tally = Scan(dry_run=dry_run, say=say).look(folder)
        except NotInLibrary as refused:
            raise CommandError(str(refused)) from None
        if verbosity:
            for line in tally.lines():
                self.stdout.write(f"{line}{' (dry run)' if dry_run else ''}")

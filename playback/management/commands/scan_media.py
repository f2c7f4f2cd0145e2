"""Reads the library's folder into the library."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playback.library.scanning.scan import NotInLibrary, Scan


class Command(BaseCommand):
    help = (
        "Find what is new, changed, back or gone in the library's folder. Damaged files are named, with the reason; "
        "--verbosity 2 names all, also what is left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", default="", help="look only here (default: the whole library)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--reread",
            action="store_true",
            help="read every file again, for tags that were changed without a change of the file's size and time",
        )

    def handle(
        self, *args: Any, folder: str, dry_run: bool, reread: bool, verbosity: int, **options: Any
    ) -> None:
        def say(line: str, aloud: bool) -> None:
            if aloud or verbosity > 1:
                self._write(line)

        try:
            tally = Scan(dry_run=dry_run, reread=reread, say=say).look(folder)
        except NotInLibrary as refused:
            raise CommandError(str(refused)) from None
        if verbosity:
            for line in tally.lines():
                self._write(f"{line}{' (dry run)' if dry_run else ''}")

    def _write(self, line: str) -> None:
        """A terminal that knows fewer letters than the files' names have is no reason to stop."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))

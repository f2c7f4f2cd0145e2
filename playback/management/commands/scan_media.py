"""Scan the library's folder."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from playback.conversion import actions
from playback.library import paths
from playback.library.metadata import ffprobe
from playback.library.scanning.scan import NotInLibrary, Scan, folder_within
from playback.models import MediaItem

KINDS_OF_PLAY = {
    "direct": "play in every browser",
    "remux": "need to be copied into another container for some browsers",
    "audio": "need their sound converted",
    "transcode": "need their picture converted",
    "no": "cannot be played",
    "": "are of a kind that only ffprobe can tell",
}
MAX_REASONS = 20


class Command(BaseCommand):
    help = (
        "Scan the library's folder for new, changed, returned and missing files. Damaged files are listed with the "
        "reason; --verbosity 2 lists all files, including those that are left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", default="", help="scan only this folder (default: the whole library)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
        parser.add_argument(
            "--reread",
            action="store_true",
            help="read every file again, for tags that changed without a change of the file's size and time",
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="queue the conversion of all files of the folder that not every browser plays",
        )

    def handle(
        self,
        *args: Any,
        folder: str,
        dry_run: bool,
        reread: bool,
        prepare: bool,
        verbosity: int,
        **options: Any,
    ) -> None:
        def write_line(line: str, important: bool) -> None:
            if important or verbosity > 1:
                self._write(line)

        try:
            report = Scan(dry_run=dry_run, reread=reread, write_line=write_line).run(folder)
        except NotInLibrary as refused:
            raise CommandError(str(refused)) from None
        if verbosity:
            for line in report.lines():
                self._write(f"{line}{' (dry run)' if dry_run else ''}")
            counts = MediaItem.objects.counts_by_plays()
            for plays, text in KINDS_OF_PLAY.items():
                if count := counts.get(plays):
                    self._write(f"in the library: {count} {text}")
            if not ffprobe.is_installed():
                self._write(f"ffprobe is not installed: {ffprobe.WITHOUT}")
        if prepare and not dry_run:
            self._prepare(folder)

    def _prepare(self, folder: str) -> None:
        library = paths.library()
        root = folder_within(library, folder)
        report = actions.prepare_folder("" if root == library else f"{root.relative_to(library).as_posix()}/")
        self._write(f"queued for conversion: {report.queued}")
        for reason, count in report.refused.most_common(MAX_REASONS):
            self._write(f"  {count} not: {reason}")

    def _write(self, line: str) -> None:
        """Escape letters of file names that the terminal's encoding lacks."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))

"""A library in a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import TestCase, override_settings

from playback.library.scanning.scan import Scan
from playback.library.scanning.scan_report import ScanReport
from playback.models import MediaItem


class LibraryCase(TestCase):
    """`self.said` has the lines of the last scan."""

    folder: Path
    said: list[str]

    def setUp(self) -> None:
        super().setUp()
        place = Path(self.enterContext(TemporaryDirectory())).resolve()
        self.folder, self.covers = place / "library", place / "covers"
        self.folder.mkdir()
        self.enterContext(override_settings(LIBRARY_DIR=self.folder, COVERS_DIR=self.covers))

    def put(self, path: str, data: bytes, *, changed_s: int | None = None) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        if changed_s is not None:
            os.utime(place, (changed_s, changed_s))
        return place

    def scan(self, folder: str = "", *, dry_run: bool = False) -> ScanReport:
        self.said = []
        return Scan(dry_run=dry_run, write_line=lambda line, important: self.said.append(line)).run(folder)

    def item(self, path: str) -> MediaItem:
        return MediaItem.objects.get(path=path)

    def paths(self) -> list[str]:
        return sorted(MediaItem.objects.present().values_list("path", flat=True))

    def stored_covers(self) -> list[str]:
        return sorted(os.listdir(self.covers)) if self.covers.exists() else []

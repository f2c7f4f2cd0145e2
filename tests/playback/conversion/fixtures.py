"""A library of generated films, converted by the real ffmpeg."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.test import override_settings

from playback.conversion import actions, storage
from playback.conversion.running.worker import Worker
from playback.models import Conversion, MediaItem
from tests.media.generator import made
from tests.playback.library.fixtures import LibraryCase


class ConversionCase(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        self.converted = self.folder.parent / "converted"
        self.enterContext(
            override_settings(
                CONVERTED_DIR=self.converted,
                CONVERTED_GB=1.0,
                CONVERSIONS=1,
                TRANSCODE_HEIGHT=720,
                LIGHT_HEIGHT=0,
            )
        )

    def add(self, name: str, path: str = "") -> MediaItem:
        """Put a generated file into the library, and scan it."""
        path = path or name
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made(name), self.folder / path)
        self.scan()
        return self.item(path)

    def convert(self, item: MediaItem) -> Conversion:
        """Prepare the item, and run all jobs that are queued."""
        job = actions.prepare(item)
        self.work_off()
        job.refresh_from_db()
        return job

    def work_off(self) -> None:
        Worker(1, idle_s=0.0).run()

    def result(self, job: Conversion) -> Path:
        assert job.state == "done", job.error
        return storage.whole(job.owner, job.pk)

    def left_over(self) -> list[str]:
        """The files below the folder of results."""
        files = (path for path in self.converted.rglob("*") if not path.is_dir())
        return sorted(path.relative_to(self.converted).as_posix() for path in files)

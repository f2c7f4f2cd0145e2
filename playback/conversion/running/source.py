"""The file that is converted: it has to stay as it was when the job was made."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from playback.conversion.running.failures import Failure
from playback.domain.library.problems import CHANGED, NO_LIBRARY, VANISHED
from playback.library import paths
from playback.library.scanning.directory_walk import scanned_file
from playback.models import Conversion


class Source:
    def __init__(self, row: Conversion):
        self._item_path = row.item.path if row.item else ""
        self._upload = row.upload
        self._identity = (row.source_size, row.source_changed_ns)

    @property
    def path(self) -> Path:
        if self._upload is not None:
            return Path(settings.UPLOADS_DIR) / self._upload.upload_id
        return paths.library() / self._item_path

    def check(self) -> None:
        """Raise Failure if the file is gone, has changed, or its disk was unmounted."""
        if self._upload is not None:
            if not self.path.is_file():
                raise Failure(VANISHED)
            return
        opened = paths.open_item(self._item_path)
        if opened is None:
            raise Failure(VANISHED if _has_entries(paths.library()) else NO_LIBRARY)
        found = scanned_file(self._item_path, "", opened.stat)
        opened.close()
        if (found.size, found.changed_ns) != self._identity:
            raise Failure(CHANGED)


def _has_entries(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(not entry.name.startswith(".") for entry in entries)
    except OSError:
        return False

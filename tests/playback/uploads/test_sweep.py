from __future__ import annotations

import os
import time
from datetime import timedelta

from django.utils import timezone

from playback.models import Upload
from playback.uploads import storage
from playback.uploads.actions import sweep
from rooms.models import Room
from tests.playback.library.media_files import wav
from tests.playback.uploads.fixtures import UploadCase

SONG = wav(1)


class Sweeping(UploadCase):
    def half(self) -> Upload:
        url = self.address(len(SONG))
        self.piece(url, 0, SONG[:100])
        return self.upload_at(url)

    def age(self, upload: Upload, **age: float) -> None:
        Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now() - timedelta(**age))

    def test_an_unfinished_upload_goes_after_a_day_without_bytes(self):
        fresh, old, whole = self.half(), self.half(), self.sent(SONG)
        self.age(fresh, hours=23)
        self.age(old, hours=25)
        self.age(whole, days=20)
        assert sweep(dry_run=True) == 1
        assert len(self.stored()) == 3
        assert sweep() == 1
        assert self.stored() == sorted([fresh.upload_id, whole.upload_id])
        assert sweep() == 0

    def test_uploads_go_with_their_room(self):
        self.sent(SONG)
        Room.objects.filter(pk=self.room.pk).update(closed_at=timezone.now())
        assert sweep() == 1
        assert (self.stored(), Upload.objects.count()) == ([], 0)

    def test_uploads_of_a_room_without_visitors_go_after_a_month(self):
        self.sent(SONG)
        Room.objects.filter(pk=self.room.pk).update(last_active_at=timezone.now() - timedelta(days=29))
        assert sweep() == 0
        Room.objects.filter(pk=self.room.pk).update(last_active_at=timezone.now() - timedelta(days=31))
        assert sweep() == 1

    def test_a_file_without_a_row_goes_after_a_day(self):
        kept = self.sent(SONG)
        for name, age_h in (("a" * 32, 25), ("b" * 32, 1)):
            storage.create(name)
            changed_s = time.time() - age_h * 3600
            os.utime(storage.folder() / name, (changed_s, changed_s))
        assert sweep() == 1
        assert self.stored() == sorted([kept.upload_id, "b" * 32])

    def test_closing_a_room_over_the_api_removes_its_uploads_at_once(self):
        self.sent(SONG)
        assert self.as_alice.delete(self.url()).status_code == 204
        assert (self.stored(), Upload.objects.count()) == ([], 0)

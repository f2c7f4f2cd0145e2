from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest.mock import patch

from django.conf import settings

from playback.library import covers
from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import JPEG, flac, mp3, png

CLIP = Path(settings.SAMPLES_DIR) / "clip.webm"


def without_ffprobe():
    return patch.object(shutil, "which", lambda name: None)


class Covers(LibraryCase):
    def test_the_same_cover_is_stored_once(self):
        for number in range(3):
            self.put(f"{number}.mp3", mp3(picture=png()))
        self.put("other.flac", flac(picture=png(7)))
        self.scan()
        assert self.stored_covers() == sorted({covers.file_name(png()), covers.file_name(png(7))})

    def test_other_files_and_large_ones_are_not_stored_as_covers(self):
        for number, picture in enumerate(
            (b"GIF89a" + bytes(50), b"<svg onload=alert(1)>", JPEG + bytes(covers.MAX_BYTES))
        ):
            self.put(f"{number}.mp3", mp3("Song", picture=picture))
        assert self.scan().new == 3
        assert (self.stored_covers(), {item.cover for item in MediaItem.objects.all()}) == ([], {""})

    def test_audio_without_a_cover_has_the_one_of_its_folder(self):
        self.put("nord/one.mp3", mp3("One"))
        self.put("nord/two.mp3", mp3("Two", picture=png(7)))
        self.put("nord/three.mp3", mp3("Three", picture=b"GIF89a" + bytes(50)))
        self.put("nord/folder.png", png(9))
        self.put("nord/cover.jpg", JPEG)
        self.put("other/four.mp3", mp3("Four"))
        self.put("other/cover.jpg", b"no picture")
        self.put("other/Folder.png", png(9))
        shutil.copy(CLIP, self.folder / "nord" / "film.webm")
        self.scan()
        of = {item.path: item.cover for item in MediaItem.objects.all()}
        ours, other = covers.file_name(JPEG), covers.file_name(png(9))
        assert (of["nord/one.mp3"], of["nord/three.mp3"], of["other/four.mp3"]) == (ours, ours, other)
        assert (of["nord/two.mp3"], of["nord/film.webm"]) == (covers.file_name(png(7)), "")

    def test_a_picture_that_comes_later_is_found_and_nothing_else_changes(self):
        self.put("nord/one.mp3", mp3("One"))
        self.scan()
        MediaItem.objects.update(title="Put right")
        self.put("nord/cover.png", png())
        assert self.scan(dry_run=True).changed == 1
        assert self.stored_covers() == []
        assert self.scan().changed == 1
        item = self.item("nord/one.mp3")
        assert (item.title, item.cover) == ("Put right", covers.file_name(png()))
        assert self.scan().same == 1

    def test_no_cover_is_read_through_a_link_or_from_a_special_file(self):
        outside = self.folder.parent / "outside.png"
        outside.write_bytes(png())
        self.put("nord/one.mp3", mp3("One"))
        (self.folder / "nord" / "cover.png").symlink_to(outside)
        (self.folder / "nord" / "cover.jpg").mkdir()
        os.mkfifo(self.folder / "nord" / "folder.png")
        self.put("nord/folder.jpg", JPEG + bytes(covers.MAX_BYTES))
        self.scan()
        assert (self.item("nord/one.mp3").cover, self.stored_covers()) == ("", [])

    def test_a_failed_write_leaves_nothing_behind(self):
        self.put("one.mp3", mp3("One", picture=png()))
        with patch.object(os, "replace", side_effect=OSError(28, "No space left on device")):
            assert self.scan().damaged == 1
        assert self.stored_covers() == []
        assert self.scan().new == 1

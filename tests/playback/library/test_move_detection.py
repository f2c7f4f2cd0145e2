from __future__ import annotations

import shutil
from pathlib import Path
from unittest.mock import patch

from playback.library.scanning.move_detection import MissingFiles
from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import mp3, wav


class Moving(LibraryCase):
    """Each file has its own time of change, which a move keeps."""

    def setUp(self) -> None:
        super().setUp()
        self.songs = {
            name: self.put(f"{name}.mp3", mp3(f"Song {name}"), changed_s=number)
            for number, name in enumerate("abc", 9)
        }
        self.plain = self.put("film_1.wav", wav(0.2), changed_s=50)
        self.scan()
        self.a = self.item("a.mp3")

    def move(self, place: Path, to: str) -> None:
        there = self.folder / to
        there.parent.mkdir(parents=True, exist_ok=True)
        place.rename(there)

    def counts(self, folder: str = "", *, dry_run: bool = False) -> tuple[int, int, int]:
        report = self.scan(folder, dry_run=dry_run)
        return report.moved, report.new, report.missing

    def test_a_moved_file_stays_the_same_item_with_the_corrections_of_staff(self):
        self.a.title = "Put right"
        self.a.save()
        self.move(self.songs["a"], "album/a.mp3")
        assert self.counts() == (1, 0, 0)
        assert self.said == ["moved: a.mp3 to album/a.mp3"]
        item = self.item("album/a.mp3")
        assert (item.pk, item.title, item.missing) == (self.a.pk, "Put right", False)
        assert self.counts() == (0, 0, 0)

    def test_a_renamed_folder(self):
        before = {item.title: item.pk for item in MediaItem.objects.all()}
        for name, place in self.songs.items():
            self.move(place, f"album/{name}.mp3")
        # The known files, to the end; which are new; the batch; the three rows, their paths, their fields; savepoints;
        # the album artists, and the tracks without one.
        with self.assertNumQueries(11):
            assert self.counts() == (3, 0, 0)
        assert {item.title: item.pk for item in MediaItem.objects.all()} == before

    def test_a_renamed_file_is_the_same_if_its_tags_are_the_same(self):
        self.move(self.songs["a"], "z.mp3")
        self.move(self.plain, "film_2.wav")
        plain = self.item("film_1.wav")
        assert self.counts() == (2, 0, 0)
        assert self.item("z.mp3").pk == self.a.pk
        item = self.item("film_2.wav")
        assert (item.pk, item.title, item.sort_title) == (plain.pk, "film 2", "film 000000002")
        assert "2" in item.words

    def test_a_renamed_file_with_other_tags_is_new(self):
        self.songs["a"].unlink()
        self.put("z.mp3", mp3("Song z"), changed_s=9)
        assert self.counts() == (0, 1, 1)

    def test_a_file_that_returns_elsewhere_keeps_its_row(self):
        away = self.songs["a"].rename(self.folder.parent / "away.mp3")
        self.scan()
        self.move(away, "album/a.mp3")
        assert self.counts() == (1, 0, 0)
        assert not self.item("album/a.mp3").missing

    def test_a_copy_is_new_and_of_two_that_may_be_it_neither_is(self):
        shutil.copy2(self.songs["a"], self.folder / "copy.mp3")
        assert self.counts() == (0, 1, 0)
        self.move(self.songs["b"], "1/b.mp3")
        (self.folder / "2").mkdir()
        shutil.copy2(self.folder / "1" / "b.mp3", self.folder / "2" / "b.mp3")
        assert self.counts() == (0, 2, 1)

    def test_of_two_that_are_gone_neither_is_it(self):
        shutil.copy2(self.songs["a"], self.folder / "copy.mp3")
        self.scan()
        (self.folder / "copy.mp3").unlink()
        self.move(self.songs["a"], "album/a.mp3")
        assert self.counts() == (0, 1, 2)

    def test_a_dry_run_reports_itself_and_changes_nothing(self):
        self.move(self.songs["a"], "album/a.mp3")
        assert self.counts(dry_run=True) == (1, 0, 0)
        assert self.item("a.mp3").pk == self.a.pk

    def test_a_scan_of_one_folder_finds_files_moved_from_elsewhere(self):
        self.move(self.songs["a"], "album/a.mp3")
        assert self.counts("album") == (1, 0, 0)

    def test_a_file_moved_by_another_scan_meanwhile_is_not_lost(self):
        self.move(self.songs["a"], "album/a.mp3")
        before = MissingFiles.__init__

        def late(gone: MissingFiles, *args) -> None:
            before(gone, *args)
            if args:
                with patch.object(MissingFiles, "__init__", before):
                    self.scan()

        with patch.object(MissingFiles, "__init__", late):
            self.scan()
        item = self.item("album/a.mp3")
        assert (item.pk, item.missing) == (self.a.pk, False)

    def test_two_concurrent_scans_leave_one_item_at_the_path_and_move_the_others(self):
        self.move(self.songs["a"], "album/a.mp3")
        self.move(self.songs["b"], "album/b.mp3")
        b = self.item("b.mp3")
        moved = MediaItem.objects.update_moved

        def too_late(items: list[MediaItem]) -> None:
            if not MediaItem.objects.filter(path="album/a.mp3").exists():
                MediaItem.objects.create(path="album/a.mp3", title="Theirs", kind="audio", mime="audio/mpeg")
            moved(items)

        with patch.object(MediaItem.objects, "update_moved", too_late):
            self.scan()
        assert self.paths() == ["album/a.mp3", "album/b.mp3", "c.mp3", "film_1.wav"]
        assert (self.item("album/a.mp3").title, self.item("album/b.mp3").pk) == ("Theirs", b.pk)
        assert self.item("a.mp3").missing

    def test_candidates_for_a_move_are_counted_in_the_whole_library(self):
        self.move(self.songs["a"], "1/a.mp3")
        (self.folder / "3").mkdir()
        shutil.copy2(self.folder / "1" / "a.mp3", self.folder / "3" / "a.mp3")
        for number in range(3):
            self.put(f"2/{number}.wav", wav(0.01))
        with patch("playback.library.scanning.scan.BATCH", 2):
            assert self.counts() == (0, 5, 1)

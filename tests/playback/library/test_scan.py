from __future__ import annotations

import os
import shutil
import struct
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from playback.library import covers
from playback.library.metadata import ffprobe
from playback.library.scanning.directory_walk import walk
from playback.library.scanning.scan import NotInLibrary, Scan
from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import flac, mp3, png, wav

CLIP = Path(settings.SAMPLES_DIR) / "clip.webm"
SONG = Path(settings.SAMPLES_DIR) / "music.ogg"
MVHD = struct.pack(">I", 108) + b"mvhd" + bytes(12) + struct.pack(">II", 1000, 4000) + bytes(80)
M4A = struct.pack(">I", 24) + b"ftypM4A \0\0\0\0M4A mp42" + struct.pack(">I", 116) + b"moov" + MVHD
needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")


def without_ffprobe():
    return patch.object(shutil, "which", lambda name: None)


class Metadata(LibraryCase):
    def test_audio_has_its_tags_its_duration_and_its_cover(self):
        words = ("Ålesund", "Bø", "Nord")
        self.put("a/one.mp3", mp3(*words, picture=png()))
        self.put("a/two.flac", flac(*words, picture=png(), seconds=83.5))
        report = self.scan()
        assert (report.new, report.damaged) == (2, 0)
        for path, mime in (("a/one.mp3", "audio/mpeg"), ("a/two.flac", "audio/flac")):
            item = self.item(path)
            assert (item.title, item.artist, item.album) == words
            assert (item.kind, item.mime) == ("audio", mime)
            assert item.cover == covers.file_name(png())
        assert self.item("a/one.mp3").duration == pytest.approx(40 * 1152 / 44100, abs=0.1)
        assert self.item("a/two.flac").duration == 83.5

    def test_without_a_title_it_is_called_as_its_file(self):
        self.put("Some_Artist - A_song.wav", wav(0.5))
        self.scan()
        item = self.item("Some_Artist - A_song.wav")
        assert (item.title, item.artist, item.duration) == ("Some Artist - A song", "", 0.5)

    def test_tags_are_cleaned(self):
        self.put("one.mp3", mp3("evil\u202e\x07 song", "x" * 400))
        self.scan()
        item = self.item("one.mp3")
        assert (item.title, len(item.artist)) == ("evil song", 300)

    def test_a_name_of_nothing_that_can_be_shown_is_untitled(self):
        self.put("\u202e.wav", wav())
        self.scan()
        assert MediaItem.objects.get().title == "Untitled"

    def test_other_files_are_left_out(self):
        for name in ("cover.jpg", "notes.txt", "film.mkv", "mp3", "list.m3u8"):
            self.put(name, b"#EXTM3U\nhttp://127.0.0.1/x\n")
        report = self.scan()
        assert (report.new, report.left_out, report.damaged) == (0, 4, 1)
        assert "left out: notes.txt: neither audio nor video by its extension" in self.said

    @needs_ffprobe
    def test_video_is_read_with_ffprobe(self):
        shutil.copy(CLIP, self.folder / "My_film.webm")
        self.scan()
        item = self.item("My_film.webm")
        assert (item.title, item.kind, item.mime) == ("My film", "video", "video/webm")
        assert item.duration == pytest.approx(96.021, abs=0.01)

    def test_without_ffprobe_video_is_listed_with_an_unknown_duration(self):
        shutil.copy(CLIP, self.folder / "film.webm")
        with without_ffprobe():
            assert self.scan().new == 1
        assert self.item("film.webm").duration is None

    def test_audio_needs_no_ffprobe(self):
        shutil.copy(SONG, self.folder / "song.ogg")
        with without_ffprobe():
            self.scan()
        assert self.item("song.ogg").duration == pytest.approx(69.2065, abs=0.01)


class Rescanning(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        self.song = self.put("one.mp3", mp3("One"), changed_s=1_700_000_000)
        self.put("two.mp3", mp3("Two"))
        self.scan()
        self.known = self.item("one.mp3")

    def test_twice_is_harmless_and_writes_nothing(self):
        before = list(MediaItem.objects.order_by("pk").values())
        with CaptureQueriesContext(connection) as asked:
            report = self.scan()
        assert (report.same, report.new, report.changed) == (2, 0, 0)
        assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
        assert list(MediaItem.objects.order_by("pk").values()) == before

    def test_a_changed_file_gets_its_new_tags_and_stays_the_same_item(self):
        self.put("one.mp3", mp3("Another", "Somebody"), changed_s=1_700_000_001)
        assert self.scan().changed == 1
        item = self.item("one.mp3")
        assert (item.pk, item.title, item.artist) == (self.known.pk, "Another", "Somebody")
        assert (item.added_at, item.sort_title) == (self.known.added_at, "another")

    def test_corrected_tags_stay_until_the_file_changes(self):
        self.known.title = "Put right"
        self.known.save()
        self.scan()
        assert self.item("one.mp3").title == "Put right"
        self.put("one.mp3", mp3(), changed_s=1_700_000_001)
        self.scan()
        assert self.item("one.mp3").title == "Put right"
        self.put("one.mp3", mp3("Its own"), changed_s=1_700_000_002)
        self.scan()
        assert self.item("one.mp3").title == "Its own"

    def test_a_missing_file_is_present_when_it_returns(self):
        away = self.song.rename(self.folder.parent / "away.mp3")
        assert self.scan().missing == 1
        assert self.item("one.mp3").missing
        assert self.said == ["missing: one.mp3"]
        assert self.scan().missing == 0
        away.rename(self.song)
        assert self.scan().back == 1
        item = self.item("one.mp3")
        assert (item.pk, item.missing) == (self.known.pk, False)

    def test_a_file_that_became_a_link_or_is_behind_one_is_missing(self):
        elsewhere = self.folder.parent / "elsewhere"
        elsewhere.mkdir()
        self.put("inner/three.mp3", mp3("Three"))
        self.scan()
        (self.folder / "inner").rename(elsewhere / "inner")
        (self.folder / "inner").symlink_to(elsewhere / "inner")
        self.song.rename(elsewhere / "one.mp3")
        self.song.symlink_to(elsewhere / "one.mp3")
        report = self.scan()
        assert (report.missing, report.left_out) == (2, 2)
        assert self.paths() == ["two.mp3"]

    def test_a_file_that_broke_is_missing_until_it_is_repaired(self):
        self.put("one.mp3", b"nothing to hear", changed_s=1_700_000_001)
        for _ in range(2):
            assert self.scan().damaged == 1
            assert self.item("one.mp3").missing
        self.put("one.mp3", mp3("Repaired"), changed_s=1_700_000_002)
        self.scan()
        item = self.item("one.mp3")
        assert (item.pk, item.missing, item.title) == (self.known.pk, False, "Repaired")


class LeftOut(LibraryCase):
    def test_links_and_dotfiles_are_refused(self):
        outside = self.folder.parent / "outside"
        outside.mkdir()
        (outside / "secret.mp3").write_bytes(mp3("Secret"))
        near = self.put("near.mp3", mp3("Near"))
        (self.folder / "link.mp3").symlink_to(outside / "secret.mp3")
        (self.folder / "twin.mp3").symlink_to(near)
        (self.folder / "way").symlink_to(outside)
        self.put(".hidden.mp3", mp3("Hidden"))
        self.put(".trash/thrown.mp3", mp3("Thrown"))
        report = self.scan()
        assert (report.new, report.left_out) == (1, 5)
        assert self.paths() == ["near.mp3"]

    def test_a_folder_that_contains_itself_ends(self):
        (self.folder / "inner").mkdir()
        (self.folder / "inner" / "outer").symlink_to(self.folder)
        assert self.scan().left_out == 1

    def test_names_that_databases_reject(self):
        place = os.fsencode(self.folder) + b"/\xff\xfe.mp3"
        try:
            Path(os.fsdecode(place)).write_bytes(mp3("Bytes"))
        except OSError:
            self.skipTest("this disk takes only names that are text")
        deep = "/".join(["f" * 200] * 6)
        self.put(f"{deep}/long.mp3", mp3("Long"))
        report = self.scan()
        assert (report.new, report.left_out) == (0, 2)

    def test_a_folder_outside_is_refused(self):
        (self.folder.parent / "outside").mkdir()
        (self.folder / "way").symlink_to(self.folder.parent / "outside")
        self.put(".hidden/one.mp3", mp3())
        self.put("inner/one.mp3", mp3())
        for folder in ("..", "/", "/etc", "../outside", "way", ".hidden", "inner/..//../outside"):
            with pytest.raises(NotInLibrary):
                self.scan(folder)
        assert not MediaItem.objects.exists()

    def test_a_scan_of_one_folder(self):
        self.put("inner/one.mp3", mp3("One"))
        outer = self.put("two.mp3", mp3("Two"))
        assert self.scan("inner").new == 1
        self.scan()
        outer.unlink()
        (self.folder / "inner" / "one.mp3").unlink()
        assert self.scan(str(self.folder / "inner")).missing == 1
        assert self.paths() == ["two.mp3"]


class Damage(LibraryCase):
    """A damaged file is named and counted, and the others are found."""

    def found(self, name: str, data: bytes) -> bool:
        for earlier in self.folder.iterdir():
            earlier.unlink()
        self.put(name, data)
        self.put("sound.mp3", mp3("Sound"))
        report = self.scan()
        assert "sound.mp3" in self.paths()
        assert report.damaged + report.left_out == (name not in self.paths())
        return name in self.paths()

    def test_an_empty_file(self):
        assert not self.found("empty.mp3", b"")
        assert "damaged: empty.mp3: it is empty" in self.said

    def test_files_that_only_look_like_media(self):
        for name in ("a.mp3", "a.flac", "a.wav", "a.webm", "a.mp4", "a.ogg", "a.aac", "a.opus", "a.mov"):
            assert not self.found(name, b"#EXTM3U\n/etc/passwd\n")

    def test_a_chunk_that_claims_to_be_a_gigabyte(self):
        tag = b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + b"APIC\x7f\xff\xff\xff\0\0" + bytes(100)
        self.found("large.mp3", tag)

    def test_a_head_that_is_cut_off(self):
        with without_ffprobe():
            for whole in (
                flac("Title", picture=png()),
                mp3("Title", picture=png()),
                wav(),
                CLIP.read_bytes()[:999],
            ):
                for length in (5, 11, 20, 33, 50, 70, len(whole) // 2):
                    for name in ("cut.flac", "cut.mp3", "cut.wav", "cut.webm", "cut.m4a", "cut.ogg"):
                        self.found(name, whole[:length])

    @needs_ffprobe
    def test_a_file_that_no_reader_can_read(self):
        assert not self.found("cut.webm", CLIP.read_bytes()[:60])

    def test_an_ffprobe_that_hangs(self):
        endless = self.folder.parent / "ffprobe"
        endless.write_text("#!/bin/sh\nexec sleep 600\n")
        endless.chmod(0o755)
        with patch.object(shutil, "which", lambda name: str(endless)), patch.object(ffprobe, "PROBE_S", 0.05):
            assert not self.found("film.webm", CLIP.read_bytes())
            assert any("did not finish" in line for line in self.said)
            assert self.found("song.m4a", M4A)
        assert self.item("song.m4a").plays == ""  # the next scan tries again

    def test_an_ffprobe_with_invalid_output_or_that_cannot_run(self):
        for program, found in (("/bin/false", False), ("/bin/true", False), ("/nowhere/ffprobe", True)):
            with patch.object(shutil, "which", lambda name, program=program: program):
                assert self.found("film.webm", CLIP.read_bytes()) is found, program

    def test_a_file_that_is_deleted_during_the_scan(self):
        self.put("going.mp3", mp3("Going"))
        self.put("staying.mp3", mp3("Staying"))
        scan = Scan()
        file = list(walk(self.folder, self.folder, scan.reporter.left_out, scan.reporter.damaged))
        (self.folder / "going.mp3").unlink()
        scan._scan_batch(file)
        assert (scan.report.new, scan.report.damaged) == (1, 1)

    def test_a_folder_that_cannot_be_read(self):
        self.put("closed/one.mp3", mp3("One"))
        self.put("open/two.mp3", mp3("Two"))
        scandir = os.scandir

        def refusing(path):
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        with patch("playback.library.scanning.directory_walk.os.scandir", refusing):
            report = self.scan()
        assert (report.new, report.damaged) == (1, 1)
        assert "damaged: closed: Permission denied" in self.said


@needs_ffprobe
def test_ffprobe_opens_nothing_but_the_file_and_reads_no_lists(tmp_path: Path):
    (tmp_path / "film.webm").write_bytes(CLIP.read_bytes())
    lists = {
        "hls.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfilm.webm\n#EXT-X-ENDLIST\n",
        "concat.mp4": b"ffconcat version 1.0\nfile film.webm\n",
        "description.mp4": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    }
    for name, data in lists.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ffprobe.UnreadableFile):
            ffprobe.probe(tmp_path / name)
    assert ffprobe.probe(tmp_path / "film.webm") is not None
    strange = tmp_path / "-i concat:film.webm|film.webm.webm"
    shutil.copy(CLIP, strange)
    assert ffprobe.probe(strange) is not None


class ThousandsOfFiles(LibraryCase):
    def test_each_batch_costs_the_same(self):
        for number in range(450):
            self.put(f"{number // 100}/{number}.wav", wav(0.01))
        assert self.scan().new == 450
        with self.assertNumQueries(3 + 4):  # the known files of each batch; and whether they still exist
            assert self.scan().same == 450
        assert len(self.paths()) == 450


class TheCommand(LibraryCase):
    def run_it(self, *args: str, **options) -> str:
        out = StringIO()
        call_command("scan_media", *args, stdout=out, **options)
        return out.getvalue()

    def test_it_prints_the_counts_and_the_damaged_files(self):
        self.put("one.mp3", mp3("One"))
        self.put("bad.mp3", b"")
        said = self.run_it()
        assert "new: 1\n" in said
        assert "damaged: bad.mp3: it is empty\n" in said
        assert "one.mp3" not in said
        assert "new: one.mp3" not in self.run_it(verbosity=2)

    def test_a_dry_run_reports_the_changes_and_makes_none(self):
        gone = self.put("gone.mp3", mp3("MissingFiles"))
        changed = self.put("changed.mp3", mp3("Before"), changed_s=1_700_000_000)
        self.scan()
        before = list(MediaItem.objects.order_by("pk").values())
        gone.unlink()
        self.put("changed.mp3", mp3("After"), changed_s=1_700_000_001)
        self.put("new.mp3", mp3("New", picture=png()))
        said = self.run_it(dry_run=True)
        for line in ("new: 1 (dry run)", "changed: 1 (dry run)", "missing: 1 (dry run)"):
            assert line in said
        assert list(MediaItem.objects.order_by("pk").values()) == before
        assert self.stored_covers() == []
        assert changed.exists()

    def test_a_missing_library_or_a_folder_outside_is_reported(self):
        with pytest.raises(CommandError, match="is not in the library"):
            self.run_it("/etc")
        with (
            override_settings(LIBRARY_DIR=self.folder / "nowhere"),
            pytest.raises(CommandError, match="make it"),
        ):
            self.run_it()

    def test_reported_names_contain_no_terminal_escapes(self):
        self.put("\x1b[2Jbad.mp3", b"")
        assert "\x1b" not in self.run_it(verbosity=2)

"""No file ends a scan, whatever its content, name and date."""

from __future__ import annotations

import os
import struct
from io import FileIO
from unittest.mock import patch

import pytest

from playback.library.metadata import ffprobe, tag_reader
from playback.library.metadata.bounded_reader import BoundedReader, ReadLimitExceeded
from playback.library.metadata.tags import read
from playback.library.scanning import directory_walk
from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import flac, id3, mp3, png, wav
from tests.playback.library.odd_files import OddFiles, endless_ogg
from tests.playback.library.test_scan import needs_ffprobe, without_ffprobe

COUNT = int(os.environ.get("WATCHIUM_ODD_FILES", "1000"))
SEED = int(os.environ.get("WATCHIUM_ODD_SEED", "20261129"))


ERRORS = (
    *(ValueError("no"), KeyError("x"), RecursionError(), MemoryError(), UnicodeDecodeError("ascii", b"", 0, 1, "x")),
    *(OSError(5, "Input/output error"), PermissionError(13, "Permission denied"), AssertionError()),
)  # fmt: skip


@pytest.mark.once
class AThousandOddFiles(LibraryCase):
    def test_the_scan_ends_and_every_good_file_is_there(self):
        made = OddFiles(self.folder, SEED).make(COUNT)
        with without_ffprobe():
            foreseen = self.scan(dry_run=True)
            said = self.said
            report = self.scan()
        assert (foreseen, said) == (report, self.said)
        good = {file.path for file in made if file.good}
        assert good - set(self.paths()) == set()
        assert report.new + report.damaged + report.left_out == COUNT
        assert report.new == MediaItem.objects.count() >= len(good) > COUNT // 4
        with without_ffprobe():
            again = self.scan()
        assert (again.same, again.new, again.changed, again.missing) == (report.new, 0, 0, 0)
        for item in MediaItem.objects.all():
            assert item.title and len(item.title) <= 300 and "\0" not in item.title + item.artist + item.album


class OneFact(LibraryCase):
    def test_times_of_change_outside_the_column_range(self):
        self.put("good.wav", wav())
        for number, when in enumerate((2**33, 10_413_792_000, -(2**33), -1, 0)):
            self.put(f"{number}.wav", wav(), changed_s=when)
        assert self.scan().new == 6
        assert self.scan().same == 6

    def test_a_row_that_the_database_refuses_is_left_out_alone(self):
        for number in range(9):
            self.put(f"{number}.wav", wav())
        far = self.put("far.wav", wav(), changed_s=10_413_792_000)
        if far.stat().st_mtime_ns <= directory_walk.LAST_NS:
            self.skipTest("this disk keeps no such time")
        with patch.object(directory_walk, "LAST_NS", 2**80):
            foreseen = self.scan(dry_run=True)
            assert not MediaItem.objects.exists()
            report = self.scan()
        assert (report.new, report.damaged) == (9, 1) and report == foreseen
        assert [line for line in self.said if "far.wav: the database rejects it" in line]

    def test_any_error_of_a_reader_is_reported_for_the_file(self):
        for name in ("a", "b", "c"):
            self.put(f"{name}.mp3", mp3(name))
        found = tag_reader.read

        def failing(place, *args):
            if place.name == "b.mp3":
                raise self.error
            return found(place, *args)

        for self.error in ERRORS:
            MediaItem.objects.all().delete()
            with patch.object(tag_reader, "read", failing):
                report = self.scan()
            assert (report.new, report.damaged) == (2, 1), self.error
            assert any(line.startswith("damaged: b.mp3: ") for line in self.said)

    def test_text_without_an_end(self):
        self.put("long.mp3", id3([(b"TIT2", b"\0" + b"word " * 3_000_000)]) + mp3())
        assert self.scan().new == 1
        assert len(self.item("long.mp3").title) <= 300

    def test_invalid_durations(self):
        self.put("long.flac", flac("Long", seconds=1_500_000))
        self.put("none.flac", flac("None", seconds=0))
        with without_ffprobe():
            assert self.scan().new == 2
        assert {item.duration for item in MediaItem.objects.all()} == {None}


FRAME = b"\xff\xfb\x90\x00" + bytes(413)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda: id3([(b"TIT2", b"\0%d" % number) for number in range(150_000)]) + FRAME * 9,
        lambda: id3([(b"TIT2", b"\0" + b"".join(b"%d\0" % number for number in range(400_000)))]) + FRAME * 9,
        lambda: id3([(b"TXXX", b"\0%d\0x" % number) for number in range(150_000)]) + FRAME * 9,
        lambda: (
            b"ID3\x03\0\0\x7f\x7f\x7f\x7f"
            + b"APIC"
            + struct.pack(">IH", 300_000_000, 0)
            + bytes(4000)
            + FRAME * 9
        ),
        lambda: b"ID3\x03\0\0\0\0\0\0" + FRAME * 3 + b"\xff\0" * 2_000_000,
        lambda: b"fLaC" + b"\x04\xff\xff\xff" + struct.pack("<II", 0, 0xFFFFFFFF) + b"\1\0\0\0x" * 900_000,
        lambda: b"fLaC" + b"\x06\xff\xff\xff" * 300_000,
        lambda: (b"\0\0\0\x20ftypM4A " + bytes(20)) + b"\x7f\xff\xff\xff" + b"moov" * 300_000,
        lambda: (b"\0\0\0\x20ftypM4A " + bytes(20)) + b"\0\0\0\x08free" * 600_000,
        lambda: endless_ogg(600_000),
    ],
    ids=[
        "frames",
        "values",
        "custom",
        "cover",
        "syncs",
        "comments",
        "blocks",
        "deep atoms",
        "atoms",
        "pages",
    ],
)
def test_a_file_with_false_lengths_is_read_within_bounds(tmp_path, damaged):
    place = tmp_path / "odd.mp3"
    place.write_bytes(damaged())
    reads = 0
    read_once = BoundedReader.read

    def counted(self, size=-1, /):
        nonlocal reads
        reads += 1
        return read_once(self, size)

    with patch.object(BoundedReader, "read", counted), without_ffprobe():
        try:
            read(place, "mp3")
        except Exception as error:
            assert type(error).__name__ == "UnreadableFile"
    assert reads < 520_000


def test_reads_are_bounded(tmp_path):
    place = tmp_path / "x"
    place.write_bytes(bytes(100))
    with BoundedReader(FileIO(place), start=10, max_reads=3) as file:
        assert (file.seek(0), file.tell(), len(file.read()), file.tell()) == (0, 0, 90, 90)
        assert file.seek(-1, os.SEEK_END) == 89
        file.read(1)
        file.read(1)
        with pytest.raises(ReadLimitExceeded):
            file.read(1)


def test_data_after_a_too_long_part_is_read(tmp_path):
    place = tmp_path / "x.mp3"
    place.write_bytes(id3([(b"APIC", bytes(40_000_000)), (b"TIT2", b"\0Behind it")]) + FRAME * 9)
    assert read(place, "mp3").title == "Behind it"


@needs_ffprobe
def test_an_answer_of_ffprobe_without_an_end_is_cut(tmp_path):
    place = tmp_path / "x.mp3"
    place.write_bytes(id3([(b"TIT2", b"\0" + b"x" * 5_000_000)]) + FRAME * 9)
    with pytest.raises(ffprobe.UnreadableFile, match="longer than a megabyte"):
        ffprobe.probe(place)
    assert read(place, "mp3").duration_s


def test_covers_are_not_decoded(tmp_path):
    """An image of 60,000 by 60,000 pixels has a few bytes here and is not decoded."""
    place = tmp_path / "bomb.mp3"
    place.write_bytes(
        mp3(picture=png().replace(struct.pack(">II", 1, 1), struct.pack(">II", 60_000, 60_000), 1))
    )
    with without_ffprobe():
        assert len(read(place, "mp3").picture or b"") < 200

"""The content determines the type of a file, as in a browser; skipped files are listed with the reason."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import call_command

from playback.library.metadata.content_sniffing import MAX_JUNK, sniff
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import flac, id3, mp3, wav
from tests.playback.library.test_scan import CLIP, M4A, SONG, needs_ffprobe, without_ffprobe

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
RIFF = (
    b"RIFF" + struct.pack("<I", 9000) + b"WAVEfmt " + struct.pack("<IHHIIHH", 30, 0x55, 1, 44100, 8000, 1, 0)
)
RIFF += struct.pack("<HHIHHH", 12, 1, 2, 209, 1, 0) + b"data\0\0\0\0"
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)


@pytest.mark.parametrize(
    ("data", "family"),
    [
        (mp3(), "mp3"),
        (bytes(1024) + mp3(), "mp3"),
        (bytes(200_000) + mp3(), "mp3"),
        (b"junk of a ripper" * 20 + mp3(), "mp3"),
        (os.urandom(0) + b"\xff\xfb\xff\xe0" * 50 + mp3(), "mp3"),
        (id3([(b"TIT2", b"\0x")]) + bytes(3000) + mp3(), "mp3"),
        (b"ID3\x03\0\0\0\x7f\x7f\x7f" + mp3(), "mp3"),
        (RIFF + mp3(), "mp3"),
        (ADTS * 9, "aac"),
        (id3([]) + ADTS * 9, "aac"),
        (flac(), "flac"),
        (id3([(b"TIT2", b"\0x")]) + flac(), "flac"),
        (wav(), "wav"),
        (SONG.read_bytes()[:5000], "ogg"),
        (CLIP.read_bytes()[:5000], "webm"),
        (M4A, "mp4"),
    ],
)
def test_it_is_recognised_by_its_content(data: bytes, family: str):
    content = sniff(BytesIO(data))
    assert content is not None and content.family == family


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        bytes(5000),
        b"<!DOCTYPE html><title>404</title>" * 500,
        "\ufeff<!DOCTYPE html>".encode("utf-16") * 500,
        b"#EXTM3U\n/etc/passwd\n",
        b"x" * (MAX_JUNK + 9) + mp3(),
        id3([(b"TIT2", b"\0x")]),
        b"\xff\xfb\x90\x00",
        b"\xff\xfb\x90\x00 and words" * 50,
        b"MZ" + bytes(500),
        b"%PDF-1.7\n" * 50,
        b"PK\3\4" + bytes(500),
        b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(9000),
    ],
)
def test_files_that_are_neither_audio_nor_video_are_not_media(data: bytes):
    assert sniff(BytesIO(data)) is None


class WrongExtensions(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        session = self.client.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()

    def test_the_content_determines_the_type_that_is_sent(self):
        files = (
            ("flac.mp3", flac("Flac"), "audio/flac"),
            ("ogg.mp3", SONG.read_bytes()[:9000], "audio/ogg"),
            ("m4a.mp3", M4A, "audio/mp4"),
            ("mp3.m4a", mp3("Mp3"), "audio/mpeg"),
            ("mp3.ogg", mp3("Mp3"), "audio/mpeg"),
            ("mp3.webm", mp3("Mp3"), "audio/mpeg"),
            ("film.mp3", CLIP.read_bytes(), "video/webm"),
            ("riff.mp3", RIFF + mp3(), "audio/mpeg"),
            ("zeros.mp3", bytes(1024) + mp3(frames=100), "audio/mpeg"),
            ("song.OGA", SONG.read_bytes()[:9000], "audio/ogg"),
        )
        for name, data, _ in files:
            self.put(name, data)
        self.put("page.mp3", b"<!DOCTYPE html><title>404</title>")
        self.put("empty.mp3", b"")
        tally = self.scan()
        assert (tally.new, tally.damaged) == (10, 2)
        for name, _, mime in files:
            part = self.client.get(self.item(name).url, headers={"Range": "bytes=0-9"})
            assert (part.status_code, part["Content-Type"]) == (206, mime), name
        assert (self.item("flac.mp3").title, self.item("flac.mp3").mime) == ("Flac", "audio/flac")
        assert (self.item("mp3.ogg").title, self.item("mp3.ogg").mime) == ("Mp3", "audio/mpeg")
        assert (self.item("m4a.mp3").duration, self.item("m4a.mp3").kind) == (4.0, "audio")
        assert (self.item("film.mp3").kind, self.item("film.mp3").mime) == ("video", "video/webm")
        assert self.item("zeros.mp3").duration == pytest.approx(100 * 1152 / 44100, abs=0.1)

    def test_one_with_a_wrong_name_that_moves_is_the_same_item(self):
        song = self.put("a/flac.mp3", flac("Flac"), changed_s=9)
        self.scan()
        before = self.item("a/flac.mp3")
        (self.folder / "b").mkdir()
        song.rename(self.folder / "b" / "flac.mp3")
        assert self.scan().moved == 1
        assert self.item("b/flac.mp3").pk == before.pk


class Skipped(LibraryCase):
    def test_each_is_listed_with_its_reason_and_counted_by_kind(self):
        for name in (
            "a.swf",
            "b.swf",
            "c.aax",
            "d.mid",
            "e.m3u8",
            "f.srt",
            "g.jpg",
            "h.txt",
            "i",
            "j.mp3.part",
        ):
            self.put(name, b"x")
        os.mkfifo(self.folder / "k.mp3")
        (self.folder / "l.mp3").symlink_to("/etc/passwd")
        self.put(".m.mp3", mp3())
        self.put("folder.mp3/n.mp3", mp3("N"))
        out = StringIO()
        call_command("scan_media", stdout=out)
        said = out.getvalue()
        assert "new: 1\n" in said
        for line in (
            "left out: 13",
            "  2 .swf: nothing here plays this kind of video",
            "  1 .aax: nothing here plays this kind of audio",
            "  1 .mid: notes, not sound",
            "  1 .m3u8: a playlist, not media",
            "  1 .srt: captions or lyrics, not media",
            "  1 .jpg: a picture",
            "  1 .txt: neither audio nor video by its extension",
            "  1 without extension: neither audio nor video by its extension",
            "  1 .part: not complete yet",
            "  1 .mp3: neither a file nor a folder",
            "  1 .mp3: a link",
            "  1 .mp3: its name begins with a dot",
        ):
            assert f"{line}\n" in said, line
        assert "a.swf" not in said
        out = StringIO()
        call_command("scan_media", stdout=out, verbosity=2, dry_run=True)
        assert "left out: k.mp3: neither a file nor a folder\n" in out.getvalue()

    def test_a_summary_is_bounded(self):
        for number in range(60):
            self.put(f"x.k{number}", b"x")
        out = StringIO()
        call_command("scan_media", stdout=out)
        assert "  20 of 20 other kinds\n" in out.getvalue()

    def test_names_that_the_terminal_does_not_know_end_nothing(self):
        self.put("夜.mp3", b"")
        self.put("夜.wav", wav())
        written = BytesIO()
        out = TextIOWrapper(written, encoding="latin-1")
        call_command("scan_media", stdout=out)
        out.flush()
        assert b"damaged: \\u591c.mp3: it is empty" in written.getvalue()
        assert len(self.paths()) == 1

    def test_without_ffprobe_matroska_is_left_out_and_why(self):
        self.put("film.mkv", b"\x1a\x45\xdf\xa3\x8a\x42\x82\x88matroska" + bytes(900))
        with without_ffprobe():
            tally = self.scan()
        assert (tally.left_out, tally.damaged) == (1, 0)
        assert "only ffprobe can tell" in self.said[0]


@needs_ffmpeg
@needs_ffprobe
class Matroska(LibraryCase):
    def convert(self, name: str, *options: str, source: Path = CLIP) -> None:
        command = ["ffmpeg", "-v", "error", "-t", "1", "-i", str(source), *options, str(self.folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)

    def test_codecs_decide(self):
        self.convert("film.mkv", "-c", "copy")
        self.convert("sound.mka", "-vn", "-c:a", "flac", source=SONG)
        self.convert("sound.3gp", "-vn", "-c:a", "aac", source=SONG)
        self.convert("foreign.mka", "-vn", "-c:a", "ac3", source=SONG)
        tally = self.scan()
        assert (tally.new, tally.left_out, tally.damaged) == (4, 0, 0)
        kinds = {item.path: (item.kind, item.mime) for item in map(self.item, self.paths())}
        assert kinds["film.mkv"][0] == "video"
        assert kinds["sound.mka"] == ("audio", "audio/x-matroska")
        assert kinds["sound.3gp"] == ("audio", "audio/mp4")
        ways = {item.path: (item.plays, item.starts_directly) for item in map(self.item, self.paths())}
        assert ways == {
            "film.mkv": ("remux", True),
            "sound.mka": ("remux", False),
            "sound.3gp": ("direct", True),
            "foreign.mka": ("audio", False),
        }
        assert self.item("foreign.mka").why == "Not every browser plays its sound (AC-3)."


class Rereading(LibraryCase):
    def test_tags_that_changed_with_the_same_size_and_time_are_read_on_request(self):
        self.put("a.mp3", mp3("Old"), changed_s=1000)
        self.put("b.mp3", mp3("B"), changed_s=1000)
        self.scan()
        self.put("a.mp3", mp3("New"), changed_s=1000)
        assert self.scan().same == 2
        out = StringIO()
        call_command("scan_media", "--reread", stdout=out)
        assert "changed: 1\n" in out.getvalue() and "same: 1\n" in out.getvalue()
        assert self.item("a.mp3").title == "New"

"""ffprobe reads hostile files within bounds, and opens nothing but the file."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path
from random import Random

import pytest

from playback.domain.playability import PLAYS
from playback.library.metadata import ffprobe
from playback.library.metadata.file_inspection import FileInspection
from playback.library.metadata.tags import UnplayableFile, read
from tests.media import SOURCES, made, missing
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.test_content import needs_ffmpeg
from tests.playback.library.test_scan import needs_ffprobe

pytestmark = [needs_ffmpeg, needs_ffprobe]
MEGABYTE, GIGABYTE = 1024**2, 1024**3


def test_a_playlist_with_the_name_of_a_film_opens_no_other_file(tmp_path: Path):
    secret = tmp_path / "secret.mkv"
    secret.write_bytes(made("m_h264_aac.mkv").read_bytes())
    lists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{secret}'\n",
        "dash": "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>",
        "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        "images": "secret%03d.png",
    }
    for name, text in lists.items():
        for extension in ("mkv", "avi", "mp4", "ts", "wma"):
            place = tmp_path / f"{name}.{extension}"
            place.write_text(text)
            with pytest.raises(ffprobe.UnreadableFile):
                ffprobe.probe(place)
            with pytest.raises(ffprobe.UnreadableFile, match="does not begin like"):
                read(place, extension)


def test_a_file_with_300_tracks_is_read_and_shows_the_first(tmp_path: Path):
    place = tmp_path / "many.mkv"
    maps = ["-map", "0"] * 300
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anullsrc=d=0.02:r=8000:cl=mono"]
    subprocess.run([*command, *maps, "-c:a", "pcm_s16le", str(place)], check=True, timeout=60)
    inspection = FileInspection(place)
    facts = inspection.facts
    assert facts is not None
    assert (len(facts.streams), facts.streams_left_out) == (64, 236)
    assert inspection.playability.plays == "audio"


def element(kind: bytes, length: int, data: bytes = b"") -> bytes:
    """An EBML element that claims a length."""
    return kind + struct.pack(">Q", 1 << 56 | length) + data


EBML = element(b"\x1a\x45\xdf\xa3", 11, b"\x42\x82\x88matroska")


@pytest.mark.parametrize("extension", ["mkv", "mp4"])
@pytest.mark.parametrize("size", [64 * MEGABYTE, pytest.param(GIGABYTE, marks=pytest.mark.long)])
def test_an_enormous_tag_costs_neither_memory_nor_time(tmp_path: Path, extension: str, size: int):
    """The file is sparse. It is damaged or its title is short; either way ffprobe ends."""
    if extension == "mkv":
        title = element(b"\x44\x87", size)
        simple = element(b"\x67\xc8", size + 19, element(b"\x45\xa3", 5, b"TITLE") + title)
        tag = element(b"\x73\x73", size + 100, simple)
        head = EBML + element(b"\x18\x53\x80\x67", size + 500, element(b"\x12\x54\xc3\x67", size + 200, tag))
    else:
        boxes = b""
        for kind in (b"data", b"\xa9nam", b"ilst", b"meta", b"udta", b"moov"):
            boxes = struct.pack(">I4s", size + len(boxes) + 8, kind) + boxes
        head = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + boxes
    place = tmp_path / f"long.{extension}"
    place.write_bytes(head)
    os.truncate(place, size + len(head))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    try:
        assert len(read(place, extension).title) <= 5000
    except ffprobe.UnreadableFile as damaged:
        assert 0 < len(str(damaged)) < 400
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "ffprobe crashes on it"),
        ("kill -XCPU $$", "did not finish"),
        ("exec head -c 3000000 /dev/zero", "longer than a megabyte"),
        ("echo '{\"streams\": []}'", "neither audio nor video"),
        ("echo nonsense", "makes no sense"),
        ("echo 'x: Invalid data' >&2; exit 1", "Invalid data"),
    ],
)
def test_whatever_ffprobe_does_becomes_a_sentence(tmp_path: Path, monkeypatch, script: str, reason: str):
    program = tmp_path / "ffprobe"
    program.write_text(f"#!/bin/sh\nulimit -c 0\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    with pytest.raises(ffprobe.UnreadableFile, match=reason):
        ffprobe.probe(tmp_path / "film.mkv")


def test_ffprobe_gets_no_secrets_of_the_server(tmp_path: Path, monkeypatch):
    program = tmp_path / "ffprobe"
    program.write_text('#!/bin/sh\necho "x: has $WATCHIUM_SECRET_KEY." >&2; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("WATCHIUM_SECRET_KEY", "private")
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    with pytest.raises(ffprobe.UnreadableFile, match="has \\."):
        ffprobe.probe(tmp_path / "film.mkv")


def test_an_ffprobe_that_another_program_ends_proves_nothing_about_the_file(tmp_path: Path, monkeypatch):
    program = tmp_path / "ffprobe"
    program.write_text("#!/bin/sh\nkill -KILL $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    assert ffprobe.probe(tmp_path / "film.mkv") is None


def mutated(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 5, 50))):
        # mostly in the beginning, where structures are
        at = random.randrange(min(len(changed), random.choice((64, 2000, len(changed)))))
        changed[at] = random.choice((0, 0x7F, 0xFF, random.randrange(256)))
    if random.random() < 0.3:
        del changed[random.randrange(len(changed)) :]
    if random.random() < 0.1:
        at = random.randrange(len(changed) + 1)
        changed[at:at] = random.randbytes(random.choice((1, 100, 5000)))
    return bytes(changed)


def child_processes() -> list[str]:
    files = Path("/proc/self/task").glob("*/children")
    return sorted(pid for file in files for pid in file.read_text().split())


@pytest.mark.once
class BrokenFiles(LibraryCase):
    def scan_broken(self, count: int, seed: int) -> None:
        random = Random(seed)
        names = [name for name in SOURCES if not missing(name)]
        kinds = {name: made(name).read_bytes() for name in random.sample(names, min(len(names), count))}
        for number in range(count):
            name = random.choice(sorted(kinds))
            self.put(f"{number} {name}", mutated(kinds[name], random))
        before = child_processes()
        report = self.scan()
        assert child_processes() == before
        assert report.new + report.damaged + report.left_out == count
        for line in self.said:
            assert len(line) < 500 and "Traceback" not in line and "Error" not in line.partition("(")[0], line
        for path in self.paths():
            item = self.item(path)
            assert item.plays in PLAYS and (item.why or item.plays == "direct"), path
        assert self.scan().new == 0

    def test_a_few_are_listed_or_have_a_sentence(self):
        self.scan_broken(12, seed=7)


def test_a_file_that_is_gone_meanwhile(tmp_path: Path):
    with pytest.raises((OSError, UnplayableFile)):
        read(tmp_path / "gone.mkv", "mkv")
    with pytest.raises(ffprobe.UnreadableFile, match="No such file"):
        ffprobe.probe(tmp_path / "gone.mkv")

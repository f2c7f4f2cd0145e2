"""What ffmpeg really makes of small files: players see true times, all languages, and whole segments only."""

from __future__ import annotations

import re
import subprocess

import pytest

from playback.conversion import storage
from playback.models import MediaItem
from tests.media.generator import made
from tests.media.recipes import SECONDS
from tests.playback.conversion.fixtures import ConversionCase
from tests.playback.conversion.fmp4 import rendition

FRAME_S = 1001 / 24000
AAC_S = 1024 / 48000


@pytest.mark.once
class Results(ConversionCase):
    def test_a_remux_has_true_times_and_each_language(self):
        folder = self.result(job := self.convert(self.add("episode.mkv")))
        video, japanese, english = (rendition(folder, name) for name in ("v", "a0", "a1"))
        assert video.first == japanese.first == english.first == 0.0
        assert len(video.times) == 96
        assert video.longest_distance == pytest.approx(FRAME_S, abs=0.002)
        assert japanese.end == pytest.approx(SECONDS, abs=0.1)
        master = (folder / "master.m3u8").read_text()
        assert 'NAME="Japanese",LANGUAGE="ja",DEFAULT=YES' in master
        assert 'NAME="Dub",LANGUAGE="en",DEFAULT=NO' in master
        assert "RESOLUTION=160x90" in master
        assert 'CODECS="avc1.64' in master
        assert "mp4a.40.2" in master
        assert (job.kind, job.progress, job.attempts) == ("remux", 1.0, 1)
        assert job.duration == pytest.approx(SECONDS, abs=0.1)
        assert job.size == storage.size_of(folder)

    def test_the_item_names_its_result(self):
        job = self.convert(item := self.add("episode.mkv"))
        item = MediaItem.objects.get(pk=item.pk)
        assert item.prepared == f"{job.pk}/master.m3u8"
        assert item.prepared_url == f"/media/converted/{item.pk}/{job.pk}/master.m3u8"

    def test_foreign_sound_is_encoded_and_the_picture_copied(self):
        folder = self.result(job := self.convert(self.add("m_h264_ac3.mkv")))
        video, audio = rendition(folder, "v"), rendition(folder, "a0")
        assert job.kind == "audio"
        assert video.first == audio.first == 0.0
        assert audio.longest_distance == pytest.approx(AAC_S, abs=0.001)
        assert packets(folder / "v") == packets_of_file("m_h264_ac3.mkv")

    def test_late_sound_is_filled_with_silence(self):
        late = self.folder / "late.mkv"
        self.make(
            late, "-itsoffset", "1.5", "-i", "a_aac.mka", "-i", "v_h264.mkv", "-map", "1:v", "-map", "0:a"
        )
        self.scan()
        folder = self.result(job := self.convert(self.item("late.mkv")))
        video, audio = rendition(folder, "v"), rendition(folder, "a0")
        assert job.kind == "audio"
        assert video.first == audio.first == 0.0
        assert audio.end == pytest.approx(SECONDS + 1.5, abs=0.1)
        assert audio.longest_distance == pytest.approx(AAC_S, abs=0.001)

    def test_a_foreign_picture_is_encoded_frame_by_frame(self):
        folder = self.result(job := self.convert(self.add("m_hevc10_aac.mkv")))
        video, audio = rendition(folder, "v"), rendition(folder, "a0")
        assert job.kind == "transcode"
        assert video.first == audio.first == 0.0
        assert len(video.times) == 96
        assert video.longest_distance == pytest.approx(FRAME_S, abs=0.002)
        assert ticks_a_second(folder / "v") == (48000, 1001)

    def test_a_large_picture_is_made_smaller(self):
        with self.settings(TRANSCODE_HEIGHT=144):
            small = self.folder / "upright.mkv"
            self.make(
                small, "-i", "v_mpeg4.mkv", "-vf", "scale=360:640", codec=("-c:v", "mpeg4", "-q:v", "9")
            )
            self.scan()
            folder = self.result(self.convert(self.item("upright.mkv")))
        assert "RESOLUTION=144x256" in (folder / "master.m3u8").read_text()

    def test_lossless_music_stays_lossless(self):
        folder = self.result(job := self.convert(self.add("o_alac.m4a")))
        assert (job.kind, job.entry) == ("music", "music.flac")
        assert decoded(folder / "music.flac") == decoded(made("o_alac.m4a"))

    def test_lossy_music_becomes_opus(self):
        job = self.convert(self.add("o_wma.wma"))
        assert (job.kind, job.entry) == ("music", "music.webm")
        assert self.result(job).joinpath("music.webm").stat().st_size > 10_000

    def test_nothing_but_the_result_is_left(self):
        job = self.convert(item := self.add("episode.mkv"))
        files = self.left_over()
        folder = f"{item.pk}/{job.pk}"
        assert {name for name in files if not name.endswith(".m4s")} == {
            f"{folder}/master.m3u8",
            *(f"{folder}/{name}/index.m3u8" for name in ("v", "a0", "a1")),
            *(f"{folder}/{name}/init.mp4" for name in ("v", "a0", "a1")),
        }

    def make(self, target, *arguments: str, codec: tuple[str, ...] = ("-c", "copy")) -> None:
        inputs = [str(made(word)) if word.endswith((".mkv", ".mka")) else word for word in arguments]
        subprocess.run(["ffmpeg", "-v", "error", *inputs, *codec, str(target)], check=True, timeout=60)


def packets(folder) -> list[int]:
    """The sizes of the video packets that the segments hold, in decoding order."""
    return _packet_sizes("-i", "pipe:0", data=_whole(folder))


def packets_of_file(name: str) -> list[int]:
    return _packet_sizes("-i", str(made(name)))


def ticks_a_second(folder) -> tuple[int, int]:
    """What the encoded picture itself says: twice the pictures, as a fraction."""
    command = "ffmpeg -hide_banner -i pipe:0 -c copy -frames:v 1 -bsf:v trace_headers -f null -".split()
    done = subprocess.run(command, input=_whole(folder), capture_output=True, check=True, timeout=60)
    scale, unit = (
        re.search(rb"%s .* = (\d+)" % name, done.stderr) for name in (b"time_scale", b"num_units_in_tick")
    )
    assert scale and unit
    return int(scale[1]), int(unit[1])


def _whole(folder) -> bytes:
    playlist = storage.read_list(folder / "index.m3u8")
    names = (playlist.init, *(segment.name for segment in playlist.segments))
    return b"".join((folder / name).read_bytes() for name in names)


def _packet_sizes(*source: str, data: bytes = b"") -> list[int]:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=size",
        "-of",
        "csv=p=0",
    ]
    done = subprocess.run([*command, *source], input=data, capture_output=True, check=True, timeout=60)
    return [int(line.strip(b",")) for line in done.stdout.split()]


def decoded(path) -> bytes:
    """The MD5 of the decoded sound."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "md5", "-c:a", "pcm_s16le", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

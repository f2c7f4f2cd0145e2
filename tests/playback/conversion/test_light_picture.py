"""A second, smaller picture in the same result: the same frames and key frames, also after a killed worker."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

from playback.conversion import actions, storage
from playback.conversion.hls_playlist import INDEX
from playback.conversion.running.job import Job
from playback.models import Conversion
from tests.media.recipes import FRAME_RATE
from tests.playback.conversion.fixtures import ConversionCase
from tests.playback.conversion.fmp4 import rendition
from tests.playback.conversion.frame_numbers import numbers_in
from tests.playback.library.test_content import needs_ffmpeg

pytestmark = [needs_ffmpeg, pytest.mark.once]
STREAM = re.compile(r"#EXT-X-STREAM-INF:BANDWIDTH=(\d+),.*RESOLUTION=(\d+x\d+).*\n(\w+)/")


class LightPicture(ConversionCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(self.settings(LIGHT_HEIGHT=48))

    def test_a_film_that_is_encoded_has_both_pictures_in_step(self):
        folder = self.result(job := self.convert(self.add("m_hevc10_aac.mkv")))
        large, light = rendition(folder, "v"), rendition(folder, "light")
        assert job.light == 48
        assert large.times == light.times
        assert key_frames(folder, "v") == key_frames(folder, "light")
        assert all(later - earlier <= 48 for earlier, later in pairwise(key_frames(folder, "light")))
        streams = STREAM.findall((folder / "master.m3u8").read_text())
        assert [(size, name) for _, size, name in streams] == [("160x90", "v"), ("86x48", "light")]
        assert [int(bandwidth) for bandwidth, *_ in streams] == [
            int(peak(folder, name) + peak(folder, "a0")) for name in ("v", "light")
        ]
        assert job.size == storage.size_of(folder)

    def test_a_light_picture_is_encoded_beside_a_copy(self):
        folder = self.result(job := self.convert(self.add("episode.mkv")))
        assert (job.kind, job.light) == ("remux", 48)
        assert rendition(folder, "light").times == pytest.approx(rendition(folder, "v").times, abs=0.002)
        assert numbers_in(folder / "light" / INDEX) == numbers_in(folder / "v" / INDEX)

    def test_a_killed_worker_is_resumed_with_both_pictures(self):
        item = self.film()
        self.kill_after(8.0)
        job = actions.prepare(item)
        self.work_off()
        Conversion.objects.update(lease_until_ms=0)
        self.work_off()
        job.refresh_from_db()
        folder = self.result(job)
        assert job.attempts == 2
        large, light = rendition(folder, "v"), rendition(folder, "light")
        assert large.times == light.times
        assert len(large.times) == 16 * 24
        assert key_frames(folder, "v") == key_frames(folder, "light")
        assert light.longest_distance < 0.05
        assert storage.read_list(folder / "v" / INDEX) == storage.read_list(folder / "light" / INDEX)

    def film(self):
        picture = f"testsrc2=size=160x90:rate={FRAME_RATE}:duration=16.016"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture]
        command += ["-f", "lavfi", "-i", "sine=duration=16:sample_rate=48000", "-c:v", "mpeg4", "-c:a", "ac3"]
        path = self.folder / "film.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*command, str(path)], check=True, timeout=60)
        self.scan()
        return self.item("film.mkv")

    def kill_after(self, seconds: float) -> None:
        """End the first attempt as SIGKILL ends a worker and its ffmpeg: nothing is tidied or given back."""
        report, killed = Job._report, []

        def reporting(job: Job, plan, lists, progress, limit_s: float) -> None:
            report(job, plan, lists, progress, limit_s)
            if lists.prepared_s >= seconds and not killed:
                killed.append(True)
                job._stopping.set()
                report(job, plan, lists, progress, limit_s)

        for owner, name, new in (
            (Job, "_report", reporting),
            (subprocess.Popen, "terminate", subprocess.Popen.kill),
            (type(Conversion.objects.all()), "give_back", lambda *_, **__: True),
        ):
            self.enterContext(patch.object(owner, name, new))


def key_frames(folder: Path, name: str) -> list[int]:
    """The numbers of a rendition's key frames: no frame is decoded before one and shown after it."""
    playlist = storage.read_list(folder / name / INDEX)
    data = b"".join(
        (folder / name / file).read_bytes()
        for file in (playlist.init, *(segment.name for segment in playlist.segments))
    )
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=flags", "-of", "csv=p=0", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
    return [number for number, flags in enumerate(done.stdout.decode().split()) if "K" in flags]


def peak(folder: Path, name: str) -> float:
    """The bit rate of the largest segment."""
    segments = storage.read_list(folder / name / INDEX).segments
    return max((folder / name / each.name).stat().st_size * 8 / each.duration_s for each in segments)

"""The progress that is stored is at most 5 % from the share of frames that ffmpeg has written, also after a resume."""

from __future__ import annotations

import subprocess
from unittest.mock import patch

import pytest

from playback.conversion import ffmpeg_command
from playback.conversion.running import process
from playback.conversion.running.job import Job
from playback.conversion.running.lease import Lease
from playback.conversion.running.progress_lines import ProgressReader
from tests.playback.conversion.fixtures import ConversionCase
from tests.playback.library.test_content import needs_ffmpeg

pytestmark = [needs_ffmpeg, pytest.mark.once]
DURATION_S, RATE = 24, 24
OFTEN = ("-progress", "pipe:1", "-stats_period", "0.02")
MAX_ERROR = 0.05
PICTURE = f"testsrc2=size=160x90:rate={RATE}:duration={DURATION_S}"


class TrueProgress(ConversionCase):
    def setUp(self) -> None:
        super().setUp()
        self.frames = 0  # that ffmpeg has written in this run
        self.before = 0  # that the runs before have left
        self.errors: list[float] = []
        self.middle = 0  # reports between a quarter and three quarters
        self.stop_at: float | None = None
        feed, renew, report = ProgressReader.feed, Lease.renew, Job._report

        def feeding(reader: ProgressReader, line: str) -> bool:
            if line.startswith("frame="):
                self.frames = int(line.partition("=")[2])
            return feed(reader, line)

        def renewing(lease: Lease, **values) -> None:
            if "progress" in values and self.frames:
                truth = (self.before + self.frames) / (DURATION_S * RATE)
                self.errors.append(abs(values["progress"] - truth))
                self.middle += 0.25 < truth < 0.75
            renew(lease, **values)

        def reporting(job: Job, plan, lists, progress, limit_s: float) -> None:
            self.before = round(sum(lists.resumption.video_s[:1]) * RATE)
            report(job, plan, lists, progress, limit_s)
            if self.stop_at is not None and lists.prepared_s >= self.stop_at:
                self.stop_at = None
                job._stopping.set()

        for owner, name, new in (
            (ProgressReader, "feed", feeding),
            (Lease, "renew", renewing),
            (Job, "_report", reporting),
            (ffmpeg_command, "_PROGRESS", OFTEN),
            (process, "CHUNK", 256),  # one report at a time, also if several are waiting
        ):
            self.enterContext(patch.object(owner, name, new))

    def film(self, *codecs: str):
        sound = f"sine=duration={DURATION_S}:sample_rate=48000"
        command = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            PICTURE,
            "-f",
            "lavfi",
            "-i",
            sound,
        ]
        path = self.folder / "film.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*command, *codecs, str(path)], check=True, timeout=60)
        self.scan()
        return self.item("film.mkv")

    def test_of_a_remux(self):
        job = self.convert(self.film("-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-c:a", "aac"))
        assert (job.state, job.kind) == ("done", "remux")
        assert self.errors
        assert max(self.errors) <= MAX_ERROR

    def test_of_a_transcode_that_is_resumed(self):
        item = self.film("-c:v", "mpeg4", "-c:a", "ac3")
        self.stop_at = 8.0
        job = self.convert(item)
        assert job.state == "queued"
        assert self.middle
        self.frames = 0
        self.work_off()
        job.refresh_from_db()
        assert (job.state, self.before >= 8 * RATE) == ("done", True)
        assert max(self.errors) <= MAX_ERROR

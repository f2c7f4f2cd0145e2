"""A conversion that is cancelled, starved, or loses its file: a sentence, and nothing half-made."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.core.management import call_command

from playback.conversion import actions, ffmpeg_command, storage, tidy
from playback.conversion.running import process
from playback.conversion.running.lease import Lease
from playback.conversion.running.worker import Worker
from playback.domain.library import problems
from playback.models import Conversion, MediaItem
from playback.models.conversion import LEASE_MS
from tests.media.generator import made
from tests.playback.conversion.fixtures import ConversionCase
from watchium import server_clock


class Interrupted(ConversionCase):
    """Each file is converted in real time, so that something can happen meanwhile."""

    def setUp(self) -> None:
        super().setUp()
        slow = (*ffmpeg_command.SAFE, "-re")
        self.enterContext(patch.object(ffmpeg_command, "SAFE", slow))

    def at_report(self, number: int, act: Callable[[], object]) -> None:
        """Do something before the worker's n-th report."""
        renew, reports = Lease.renew, iter(range(1, 1000))

        def renewing(lease: Lease, **progress) -> None:
            if next(reports) == number:
                act()
            renew(lease, **progress)

        self.enterContext(patch.object(Lease, "renew", renewing))

    def test_a_cancelled_conversion_stops_and_leaves_nothing(self):
        item = self.add("episode.mkv")
        self.at_report(2, lambda: actions.cancel(item))
        job = self.convert(item)
        assert (job.state, job.error) == ("cancelled", "")
        assert job.finished_at is not None
        assert self.left_over() == []

    @pytest.mark.once
    def test_a_file_that_vanishes(self):
        item = self.add("episode.mkv")
        self.put("other.txt", b"the folder is not empty")
        self.at_report(2, (self.folder / "episode.mkv").unlink)
        assert self.failure(item) == problems.VANISHED

    @pytest.mark.once
    def test_a_library_that_is_unmounted(self):
        item = self.add("episode.mkv")
        self.at_report(2, lambda: self.folder.rename(self.folder.with_name("elsewhere")))
        assert self.failure(item) == problems.NO_LIBRARY

    @pytest.mark.once
    def test_a_mount_point_that_is_empty(self):
        item = self.add("episode.mkv")
        self.at_report(2, (self.folder / "episode.mkv").unlink)
        assert self.failure(item) == problems.NO_LIBRARY

    @pytest.mark.once
    def test_a_file_that_changes(self):
        item = self.add("episode.mkv")
        self.at_report(2, lambda: self.put("episode.mkv", b"other content"))
        assert self.failure(item) == problems.CHANGED

    @pytest.mark.once
    def test_a_disk_that_fills(self):
        item = self.add("episode.mkv")
        self.at_report(2, lambda: self.enterContext(patch.object(storage, "free_bytes", lambda: 1000)))
        assert self.failure(item) == problems.DISK_FULL

    @pytest.mark.once
    def test_a_conversion_that_takes_too_long(self):
        limits = {"SHORTEST_LIMIT_S": 0.5, "SLOWEST": 0, "CPUS": 1000}
        with patch.multiple("playback.conversion.running.job", **limits):
            assert self.failure(self.add("episode.mkv")) == problems.TOO_SLOW

    def test_a_worker_that_ends_gives_the_job_back(self):
        item = self.add("episode.mkv")
        worker = Worker(1, idle_s=0.0)
        self.at_report(2, worker.stop)
        job = actions.prepare(item)
        worker.run()
        job.refresh_from_db()
        assert (job.state, job.attempts, job.failed_attempts) == ("queued", 1, 0)
        with patch.object(ffmpeg_command, "SAFE", ffmpeg_command.SAFE[:-1]):
            self.work_off()
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("done", 2)

    @pytest.mark.once
    def test_a_running_conversion_can_be_played(self):
        item, seen = self.add("episode.mkv"), []

        def look() -> None:
            job = Conversion.objects.get()
            folder = storage.part(str(item.pk), job.pk, job.attempts)
            seen.append((job.playable, (folder / "v" / "index.m3u8").exists()))
            assert not storage.whole(str(item.pk), job.pk).exists()

        for report in (1, 2, 3):
            self.at_report(report, look)
        self.convert(item)
        assert len(seen) == 3

    def failure(self, item: MediaItem) -> str:
        job = self.convert(item)
        assert job.state == "failed"
        assert self.left_over() == []
        assert MediaItem.objects.get(pk=item.pk).prepared == ""
        return job.error


class Failures(ConversionCase):
    @pytest.mark.once
    def test_a_file_that_ffmpeg_cannot_read(self):
        item = self.add("episode.mkv")
        self.damage(item, b"\x1aE\xdf\xa3" + bytes(5000))
        job = self.convert(item)
        assert job.state == "failed"
        assert job.error.startswith("ffmpeg cannot convert this file (")
        assert str(self.folder) not in job.error
        assert self.left_over() == []

    @pytest.mark.once
    def test_a_playlist_named_like_a_film_opens_no_other_file(self):
        shutil.copyfile(made("o_h264_aac.ts"), self.folder / "secret.ts")
        for number, text in enumerate(
            (
                "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n",
                "ffconcat version 1.0\nfile secret.ts\n",
            )
        ):
            item = self.add("m_h264_aac.mkv", f"film{number}.mkv")
            self.damage(item, text.encode())
            job = self.convert(item)
            assert (job.state, self.left_over()) == ("failed", [])

    def test_a_crash_is_tried_three_times(self):
        item = self.add("episode.mkv")
        crash = process.Outcome(-11, False, ())
        with patch.object(process, "run", lambda *args, **options: crash):
            job = self.convert(item)
        assert (job.state, job.attempts) == ("failed", 3)
        assert job.error == problems.CRASHED.format(signal="SIGSEGV")
        assert self.left_over() == []

    def test_a_worker_that_vanished_three_times(self):
        job = actions.prepare(self.add("episode.mkv"))
        now_ms = server_clock.now_ms()
        for attempt in range(3):
            claimed = Conversion.objects.claim("gone", now_ms)
            assert claimed.attempts == attempt + 1
            assert Conversion.objects.claim("other", now_ms + LEASE_MS - 1) is None
            now_ms += LEASE_MS
        assert Conversion.objects.claim("other", now_ms) is None
        assert Conversion.objects.fail_abandoned(now_ms, problems.ABANDONED) == 1
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", problems.ABANDONED)

    def test_a_worker_whose_lease_lapsed_stores_nothing(self):
        job = actions.prepare(self.add("episode.mkv"))
        now_ms = server_clock.now_ms()
        first = Conversion.objects.claim("first", now_ms)
        second = Conversion.objects.claim("second", now_ms + LEASE_MS)
        assert not Conversion.objects.renew(first, now_ms, progress=0.5)
        assert not Conversion.objects.fail(first, "late")
        assert not Conversion.objects.give_back(first, failed=True)
        assert Conversion.objects.renew(second, now_ms, progress=0.25)
        job.refresh_from_db()
        assert (job.state, job.progress, job.worker) == ("running", 0.25, "second")

    def damage(self, item: MediaItem, data: bytes) -> None:
        """Change the file behind the back of the library."""
        path = self.put(item.path, data)
        MediaItem.objects.filter(pk=item.pk).update(size=len(data), changed_ns=path.stat().st_mtime_ns)


@pytest.mark.once
class Leftovers(ConversionCase):
    def test_folders_without_a_job_are_removed(self):
        job = self.convert(item := self.add("episode.mkv"))
        for name in (f"{item.pk}/999", f"{item.pk}/{job.pk}-1.part", "77/5", f"{item.pk}/.4.removed"):
            (self.converted / name / "v").mkdir(parents=True)
        (self.converted / "notes").mkdir()
        assert tidy.tidy(dry_run=True) == 4
        assert tidy.tidy() == 4
        assert sorted(path.name for path in self.converted.iterdir()) == sorted([str(item.pk), "notes"])
        assert self.result(job).is_dir()

    def test_the_folder_of_a_running_job_stays(self):
        job = actions.prepare(item := self.add("episode.mkv"))
        claimed = Conversion.objects.claim("elsewhere", server_clock.now_ms())
        folder = storage.begin(str(item.pk), job.pk, claimed.attempts, ("v",))
        assert tidy.tidy() == 0
        assert folder.is_dir()

    def test_a_changed_file_invalidates_its_result(self):
        job = self.convert(item := self.add("episode.mkv"))
        self.add("m_h264_ac3.mkv", "episode.mkv")
        assert MediaItem.objects.get(pk=item.pk).prepared == ""
        assert Conversion.objects.latest_of([self.item("episode.mkv")]) == {}
        assert tidy.tidy() == 1
        assert self.left_over() == []
        again = self.convert(self.item("episode.mkv"))
        assert (again.pk != job.pk, again.kind) == (True, "audio")

    def test_a_result_whose_files_are_gone_is_forgotten(self):
        job = self.convert(item := self.add("episode.mkv"))
        shutil.rmtree(self.converted / str(item.pk))
        tidy.tidy()
        assert not Conversion.objects.filter(pk=job.pk).exists()
        assert MediaItem.objects.get(pk=item.pk).prepared == ""


class WholeFolders(ConversionCase):
    def test_a_scan_queues_what_needs_a_conversion(self):
        for name in ("Show/episode.mkv", "Show/second.mkv", "Other/third.mkv"):
            self.add("episode.mkv", name)
        self.add("o_h264_aac.mp4", "Show/fine.mp4")
        output = io.StringIO()
        call_command("scan_media", "Show", prepare=True, stdout=output)
        assert "queued for conversion: 2" in output.getvalue()
        queued = Conversion.objects.order_by("pk").values_list("item__path", flat=True)
        assert list(queued) == ["Show/episode.mkv", "Show/second.mkv"]
        call_command("convert", once=True)
        assert set(Conversion.objects.values_list("state", flat=True)) == {"done"}
        call_command("scan_media", "Show", prepare=True, stdout=output)
        assert "queued for conversion: 0" in output.getvalue()

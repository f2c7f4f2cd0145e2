"""Uploads that browsers do not play by themselves are prepared like items of the library, for their room alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from django.test import override_settings
from django.utils import timezone

from playback import sandbox
from playback.conversion import budget, tidy
from playback.conversion import storage as results
from playback.conversion.running.worker import Worker
from playback.domain.library import problems
from playback.library.range_response import serve
from playback.models import Conversion, Playback, Upload
from playback.uploads import storage
from rooms.models import Role
from tests.playback.library.media_files import wav
from tests.playback.library.test_content import needs_ffmpeg
from tests.playback.uploads.fixtures import H264, UploadCase, film

pytestmark = needs_ffmpeg
SONG = wav(2)
VIDEO = ("-c:v", "libx264", "-preset", "ultrafast")


class UploadPreparation(UploadCase):
    def setUp(self) -> None:
        super().setUp()
        self.converted = Path(self.enterContext(TemporaryDirectory()))
        self.enterContext(
            override_settings(CONVERTED_DIR=self.converted, CONVERTED_GB=1.0, CONVERSIONS=1, LIGHT_HEIGHT=0)
        )

    def silent(self) -> Upload:
        """A film that browsers would play without its sound."""
        return self.sent(film("film.mkv", *VIDEO, "-c:a", "ac3"), title="Ours")

    def prepare(self, upload: Upload, caller=None, **body):
        return (caller or self.as_alice).post(self.url(f"uploads/{upload.upload_id}/prepare/"), body)

    def listed(self) -> dict:
        return self.as_alice.get(self.url("uploads/")).json()

    def work_off(self) -> Conversion:
        Worker(1, idle_s=0.0).run()
        job = Conversion.objects.get()
        assert job.state == "done", job.error
        return job

    def load(self, address: str):
        body = {"action": "load", "event_id": address[-40:], "media_url": address}
        return self.as_alice.post(self.url("sync/control/"), body)

    def test_it_says_how_it_plays_and_is_not_loaded_mute(self):
        upload = self.silent()
        [shown] = self.listed()["uploads"]
        assert (shown["plays"], shown["playable"], shown["conversion"]) == ("audio", False, None)
        assert shown["why"] == "Not every browser plays its sound (AC-3)."
        assert [track["codec"] for track in shown["tracks"]] == ["h264", "ac3"]
        problem = self.refused(self.load(upload.url), 400, "unknown_media")
        assert "It has to be converted first" in problem["message"]

    def test_a_check_before_it_plays_names_the_remedy(self):
        upload = self.silent()
        found = self.as_alice.post(self.url("media/check/"), {"media_url": upload.url}).json()
        assert (found["source"], found["plays"], found["playable"]) == ("upload", "audio", False)
        assert "AC-3" in found["why"]

    def test_a_film_in_a_foreign_container_is_taken(self):
        upload = self.sent(film("film.avi", "-c:v", "mpeg4", "-c:a", "mp3"))
        assert (upload.kind, upload.state, upload.plays) == ("video", "whole", "transcode")

    def test_without_ffmpeg_it_is_refused(self):
        data = film("film.avi", "-c:v", "mpeg4", "-c:a", "mp3")
        with patch("shutil.which", lambda _: None):
            self.refused(self.piece(self.address(len(data)), 0, data), 400, "unknown_media")

    def test_it_is_prepared_and_played_by_the_members_of_its_room(self):
        upload = self.silent()
        prepared = self.prepare(upload, play=True)
        assert (prepared.status_code, prepared.json()["conversion"]["state"]) == (200, "queued")
        assert self.listed()["play_next"] == upload.upload_id
        assert self.prepare(upload).json()["id"] == upload.upload_id  # twice is one job
        job = self.work_off()
        media = self.as_bob.get(self.url("state/")).json()["timeline"]["media"]
        assert media["url"] == job.url == f"{upload.url}/{job.pk}/master.m3u8"
        assert (media["source"], media["mime"]) == ("upload", "application/vnd.apple.mpegurl")
        [shown] = self.listed()["uploads"]
        assert (shown["playable"], shown["conversion"]["state"]) == (True, "done")
        for caller, status in ((self.as_bob, 200), (self.as_carol, 404), (self.anonymous, 404)):
            for path in (job.url, job.url.replace("master.m3u8", "v/s00000.m4s")):
                assert caller.get(path).status_code == status, (caller, path)
        assert self.as_bob.get(job.url.replace(upload.upload_id, "0" * 32)).status_code == 404
        assert self.as_bob.get("/api/library/conversions/").json()["items"] == []

    def test_the_room_knows_its_length_and_takes_the_address_of_the_file(self):
        upload = self.silent()
        self.prepare(upload)
        job = self.work_off()
        assert self.load(upload.url).status_code == 200
        playback = Playback.objects.get(room=self.room)
        assert playback.media["url"] == job.url
        assert abs(playback.duration - job.duration) < 0.01

    def test_only_members_with_control_prepare_and_cancel(self):
        upload = self.silent()
        self.refused(self.prepare(upload, self.as_bob), 403, "not_host")
        self.refused(self.prepare(upload, self.as_carol), 404, "not_member")
        self.prepare(upload)
        address = self.url(f"uploads/{upload.upload_id}/prepare/")
        self.refused(self.as_bob.delete(address), 403, "not_host")
        assert self.as_alice.delete(address).json()["conversion"]["state"] == "cancelled"
        assert Conversion.objects.get().state == "cancelled"

    def test_what_needs_none_or_is_not_whole_is_refused(self):
        whole = self.sent(film("film.mp4", *H264))
        assert "Every browser plays" in self.refused(self.prepare(whole), 400, "unknown_media")["message"]
        data = film("film.mkv")
        url = self.address(len(data))
        self.piece(url, 0, data[:2000])
        refused = self.refused(self.prepare(self.upload_at(url)), 400, "unknown_media")
        assert "still arriving" in refused["message"]
        with patch.object(sandbox, "ffmpeg", lambda: None):
            self.refused(self.prepare(self.silent()), 503, "unavailable")
            assert "ffmpeg" in self.listed()["unavailable"]

    def test_results_count_for_the_quota(self):
        upload = self.silent()
        before = Upload.objects.reserved_bytes(timezone.now(), room=self.room)
        self.prepare(upload)
        assert Upload.objects.reserved_bytes(timezone.now(), room=self.room) > before + upload.size
        job = self.work_off()
        for scope in ({"room": self.room}, {"person": self.alice.person}, {}):
            assert Upload.objects.reserved_bytes(timezone.now(), **scope) == before + job.size
        assert job.size == results.size_of(results.whole(job.owner, job.pk))

    def test_a_room_without_space_refuses(self):
        upload = self.silent()
        Upload.objects.filter(pk=upload.pk).update(size=1500 * 1024 * 1024)
        problem = self.refused(self.prepare(upload), 413, "too_long")
        assert "This room has no space left" in problem["message"]
        assert not Conversion.objects.exists()

    def test_results_go_with_the_upload(self):
        upload = self.silent()
        self.prepare(upload)
        address = self.work_off().url
        assert self.as_alice.delete(self.url(f"uploads/{upload.upload_id}/")).status_code == 204
        assert list(self.converted.rglob("*.m4s")) == []
        assert not Conversion.objects.exists()
        assert self.as_bob.get(address).status_code == 404

    @pytest.mark.once
    def test_what_becomes_far_larger_than_expected_is_stopped_and_leaves_nothing(self):
        """A file of a megabyte may claim to last a second, and decode to hours of noise."""
        upload = self.silent()
        self.prepare(upload)
        with patch.multiple(budget, MOST_TIMES=0, SPARE_BYTES=1000):
            Worker(1, idle_s=0.0).run()
        job = Conversion.objects.get()
        assert (job.state, job.error) == ("failed", problems.TOO_LARGE)
        assert [path for path in self.converted.rglob("*") if path.is_file()] == []
        assert Upload.objects.reserved_bytes(timezone.now()) == upload.size

    def test_a_member_who_leaves_gets_no_more_of_a_result(self):
        upload = self.sent(SONG)
        job = Conversion.objects.create(upload=upload, kind="music", state="done", entry="audio.flac")
        place = results.whole(job.owner, job.pk)
        place.mkdir(parents=True)
        (place / job.entry).write_bytes(SONG)
        with patch("playback.conversion.views.serve", side_effect=serve) as served:
            response = self.as_bob.get(job.url)
        assert b"".join(response.streaming_content) == SONG
        file = served.call_args.args[1]
        assert file.may_continue()
        assert self.as_bob.post(self.url("leave/"), {}).status_code == 204
        assert not file.may_continue()

    def test_results_go_with_the_room(self):
        self.prepare(self.silent())
        self.work_off()
        assert self.as_alice.delete(f"/api/rooms/{self.room.room_id}/").status_code == 204
        assert list(self.converted.rglob("*.m4s")) == []

    def test_tidying_keeps_what_is_used(self):
        self.prepare(self.silent())
        job = self.work_off()
        assert tidy.tidy() == 0
        assert (results.whole(job.owner, job.pk) / "master.m3u8").exists()
        Upload.objects.all().delete()
        assert list(tidy.remove_leftovers()) == [results.whole(job.owner, job.pk)]

    def test_a_file_that_vanished_is_named(self):
        upload = self.silent()
        self.prepare(upload)
        storage.remove(upload.upload_id)
        Worker(1, idle_s=0.0).run()
        job = Conversion.objects.get()
        assert (job.state, job.error) == ("failed", problems.VANISHED)

    def test_a_member_who_lost_control_changes_nothing(self):
        upload = self.silent()
        self.prepare(upload, play=True)
        self.alice.role = Role.MEMBER
        self.alice.save()
        self.work_off()
        assert Playback.objects.get(room=self.room).media["source"] != "upload"

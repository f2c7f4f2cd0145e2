from __future__ import annotations

import fcntl
import os
import struct
from threading import BoundedSemaphore
from unittest.mock import patch

from django.test import override_settings

from playback.library.metadata import ffprobe
from playback.library.metadata.bounded_reader import BoundedReader
from playback.library.metadata.ffprobe import ProbeTimeout
from playback.models import Upload
from playback.sources.own_copy import sha256_of
from playback.uploads import actions, content, storage
from rooms.models import Role, Room
from tests.playback.library.media_files import mp3, wav
from tests.playback.uploads.fixtures import UploadCase, faststart_mp4, film

SONG = wav(2)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


class Sending(UploadCase):
    def test_pieces_that_follow_one_another_make_the_file(self):
        url = self.address(len(SONG), title="Our song")
        assert self.offset(url) == 0
        for at in range(0, len(SONG), 10_000):
            response = self.piece(url, at, SONG[at : at + 10_000])
            assert response.status_code == 204, response.content
            assert int(response["Upload-Offset"]) == min(at + 10_000, len(SONG)) == self.offset(url)
        upload = self.upload_at(url)
        assert (upload.state, upload.kind, upload.mime) == ("whole", "audio", "audio/wav")
        assert (upload.title, upload.person_id) == ("Our song", self.alice.person_id)
        assert (storage.folder() / upload.upload_id).read_bytes() == SONG

    def test_every_response_names_the_version_of_tus(self):
        url = self.address(len(SONG))
        for response in (
            self.tus(self.as_alice, "HEAD", url),
            self.piece(url, 5, b"x"),
            self.tus(self.as_alice, "HEAD", self.url(f"uploads/{'0' * 32}/")),
            self.as_alice.client.options(self.url("uploads/"), headers=self.as_alice.headers),
        ):
            assert response["Tus-Resumable"] == "1.0.0", response.status_code
        options = self.as_alice.client.options(url, headers=self.as_alice.headers)
        assert options["Tus-Extension"] == "creation,termination"
        assert int(options["Tus-Max-Size"]) == 512 * 1024 * 1024

    def test_another_version_is_refused(self):
        for method, url in (
            ("POST", self.url("uploads/")),
            ("PATCH", self.address(9)),
            ("HEAD", self.address(9)),
        ):
            response = self.tus(self.as_alice, method, url, Tus_Resumable="0.2.2", Upload_Length="9")
            assert response.status_code == 412, method

    def test_a_piece_at_another_offset_gets_the_right_one(self):
        url = self.address(len(SONG))
        self.piece(url, 0, SONG[:1000])
        for at in (0, 999, 1001, len(SONG) - 1):
            response = self.piece(url, at, SONG[at : at + 1])
            self.refused(response, 409, "stale")
            assert response["Upload-Offset"] == "1000"
        assert self.offset(url) == 1000

    def test_more_than_the_announced_size_is_refused(self):
        url = self.address(10)
        self.refused(self.piece(url, 0, bytes(11)), 400, "too_long")
        assert self.offset(url) == 0

    def test_a_piece_has_its_type_and_its_offset(self):
        url = self.address(10)
        self.refused(self.piece(url, 0, b"x", kind="application/json"), 415, "bad_message")
        for offset in ("", "-1", "1.5", "x", "\u0663", "9" * 30):
            response = self.tus(self.as_alice, "PATCH", url, b"x", Upload_Offset=offset)
            self.refused(response, 400, "bad_message")

    def test_the_size_is_a_positive_number(self):
        for size in ("", "0", "-5", "1e3", "x", "9" * 30):
            response = self.tus(self.as_alice, "POST", self.url("uploads/"), Upload_Length=size)
            self.refused(response, 400, "bad_message")

    def test_two_tabs_do_not_write_at_once(self):
        url = self.address(len(SONG))
        with (storage.folder() / self.upload_at(url).upload_id).open("ab") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            self.refused(self.piece(url, 0, SONG), 423, "unavailable")
        assert self.piece(url, 0, SONG).status_code == 204

    def test_a_file_that_arrived_before_the_server_was_killed_is_checked_later(self):
        url = self.address(len(SONG))
        upload = self.upload_at(url)
        (storage.folder() / upload.upload_id).write_bytes(SONG)
        assert self.offset(url) == len(SONG)
        assert self.upload_at(url).state == "whole"

    def test_a_piece_after_the_end_changes_nothing(self):
        url = self.address(len(SONG))
        self.piece(url, 0, SONG)
        assert self.piece(url, len(SONG), b"").status_code == 204
        assert self.upload_at(url).state == "whole"

    def test_a_full_disk_keeps_what_arrived(self):
        url = self.address(len(SONG))
        self.piece(url, 0, SONG[:100])
        with patch.object(os, "write", side_effect=OSError(28, "No space left on device")):
            self.refused(self.piece(url, 100, SONG[100:]), 507, "unavailable")
        assert self.offset(url) == 100
        assert self.piece(url, 100, SONG[100:]).status_code == 204


class Content(UploadCase):
    def test_a_page_and_a_program_are_refused_and_leave_nothing(self):
        for data in (b"<html>" * 100, b"\x7fELF" + bytes(500), b"#EXTM3U\nfile:///etc/passwd\n" * 9):
            url = self.address(len(data))
            problem = self.refused(self.piece(url, 0, data), 400, "unknown_media")
            assert "does not begin like audio or video" in problem["message"]
            assert self.stored() == []
            assert self.upload_at(url).state == "refused"
            self.refused(self.piece(url, 0, data), 400, "unknown_media")

    def test_no_media_are_refused_at_the_first_piece(self):
        data = b"<html>" * 1_000_000
        url = self.address(len(data))
        self.refused(self.piece(url, 0, data[: 4 << 20]), 400, "unknown_media")
        assert self.stored() == []

    def test_a_damaged_film_is_refused_at_its_end(self):
        data = film("film.mkv")
        data = data[:100] + bytes(len(data) - 100)
        problem = self.refused(self.piece(self.address(len(data)), 0, data), 400, "unknown_media")
        assert "damaged" in problem["message"]
        assert self.stored() == []

    def test_a_film_has_its_kind_type_and_duration(self):
        for name, mime in (("film.mkv", "video/x-matroska"), ("film.mp4", "video/mp4")):
            upload = self.sent(film(name))
            assert (upload.kind, upload.mime, upload.state, upload.why) == ("video", mime, "whole", "")
            assert 1.9 < upload.duration < 2.3

    def test_a_codec_that_no_browser_plays_is_named(self):
        upload = self.sent(film("film.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3"))
        assert (upload.state, upload.why) == ("whole", "Not every browser plays its sound (AC-3).")

    def test_a_song_with_a_picture_is_audio(self):
        assert self.sent(mp3("Song")).kind == "audio"

    def test_a_file_that_changed_meanwhile_is_refused(self):
        read = lambda at, size: SONG[at : at + size]  # noqa: E731
        digest = sha256_of(read, len(SONG))
        assert self.sent(SONG, sha256=digest).state == "whole"
        url = self.address(len(SONG), sha256=digest)
        problem = self.refused(self.piece(url, 0, SONG[:-1] + b"x"), 400, "unknown_media")
        assert "changed" in problem["message"]
        self.refused(self.begin(5, sha256="x" * 64), 400, "bad_message")

    def test_a_film_whose_index_comes_first_plays_while_it_arrives(self):
        data = faststart_mp4()
        url = self.address(len(data))
        early = data.index(b"mdat") - 4
        self.enterContext(patch.object(actions, "CHECK_BYTES", 1))
        self.piece(url, 0, data[: early - 10])
        assert not self.upload_at(url).is_playable
        self.piece(url, early - 10, data[early - 10 : early + 100])
        upload = self.upload_at(url)
        assert (upload.state, upload.is_playable, upload.kind) == ("arriving", True, "video")

    def test_small_pieces_are_looked_at_together(self):
        data = film("film.mp4")
        url = self.address(len(data))
        with patch.object(content, "read_head", wraps=content.read_head) as look:
            for at in range(0, 1000, 100):
                self.piece(url, at, data[at : at + 100])
        assert look.call_count == 1

    def test_a_made_file_of_countless_boxes_is_read_for_a_moment_only(self):
        tracks = _box(b"trak", _box(b"mdia", b"") * 1900) * 120
        data = _box(b"ftyp", b"isom\0\0\0\0") + _box(b"moov", tracks)
        url = self.address(len(data) + 1)
        with patch.object(BoundedReader, "read", autospec=True, side_effect=BoundedReader.read) as read:
            assert self.piece(url, 0, data).status_code == 204
        assert read.call_count < 2 * content.MAX_READS + 100

    def test_a_disk_that_is_too_slow_for_ffprobe_loses_no_upload(self):
        url = self.address(len(SONG))
        with patch.object(ffprobe, "probe", side_effect=ProbeTimeout("slow")):
            assert self.piece(url, 0, SONG).status_code == 204
        assert self.upload_at(url).state == "whole"

    def test_few_uploads_are_checked_at_once(self):
        url = self.address(len(SONG))
        with (
            patch.object(content, "PROBE_WAIT_S", 0),
            patch.object(content, "_probes", BoundedSemaphore(1)) as probes,
        ):
            probes.acquire()
            response = self.piece(url, 0, SONG)
            self.refused(response, 423, "unavailable")
            assert self.upload_at(url).state == "arriving"
            probes.release()
            assert self.offset(url) == len(SONG)
        assert self.upload_at(url).state == "whole"

    def test_who_asks_while_a_file_is_checked_waits_in_no_thread(self):
        url = self.address(len(SONG))
        seen = []

        def ask_meanwhile(*_, **__) -> None:
            """A check may take twenty seconds, and any number of requests may come in them."""
            if not seen:
                seen.append("first")
                seen.extend(self.tus(self.as_alice, "HEAD", url).status_code for _ in range(3))
            raise ProbeTimeout("slow")

        with (
            patch.object(content, "_probes", BoundedSemaphore(9)),
            patch.object(ffprobe, "probe", side_effect=ask_meanwhile) as probe,
        ):
            assert self.piece(url, 0, SONG).status_code == 204
        assert (seen, probe.call_count) == (["first", 423, 423, 423], 1)

    def test_others_who_ask_while_all_checks_are_taken_are_answered_at_once(self):
        url = self.address(len(SONG))
        (storage.folder() / self.upload_at(url).upload_id).write_bytes(SONG)
        with patch.object(content, "_probes", wraps=BoundedSemaphore(1)) as probes:
            probes.acquire.return_value = False
            self.refused(self.as_alice.get(url), 423, "unavailable")
        probes.acquire.assert_called_once_with(timeout=0)

    def test_asking_for_a_finished_upload_writes_nothing(self):
        upload = self.sent(SONG)
        url = self.url(f"uploads/{upload.upload_id}/")
        self.offset(url)
        assert self.upload_at(url).changed_at == upload.changed_at

    def test_other_films_wait_for_their_end(self):
        for data in (film("film.mp4"), film("film.mkv")):
            url = self.address(len(data))
            self.piece(url, 0, data[:-10])
            assert not self.upload_at(url).is_playable
            self.piece(url, len(data) - 10, data[-10:])
            assert self.upload_at(url).is_playable

    def test_a_first_piece_that_shows_nothing_is_not_refused(self):
        data = bytes(100_000) + mp3("Song", frames=400)
        url = self.address(len(data))
        assert self.piece(url, 0, data[:100_000]).status_code == 204
        assert self.piece(url, 100_000, data[100_000:]).status_code == 204
        assert self.upload_at(url).state == "whole"


class Rights(UploadCase):
    def test_only_members_who_control_the_room_upload(self):
        self.refused(self.begin(5, self.as_bob), 403, "not_host")
        self.refused(self.begin(5, self.as_carol), 404, "not_member")
        self.refused(self.begin(5, self.anonymous), 404, "not_member")
        self.update_room(control_policy="everyone")
        assert self.begin(5, self.as_bob).status_code == 201

    def test_the_demo_room_takes_none(self):
        self.update_room(is_demo=True)
        self.refused(self.begin(5), 403, "not_host")

    def test_others_neither_see_nor_continue_nor_remove_an_upload(self):
        url = self.address(len(SONG))
        for caller, status in ((self.as_bob, 404), (self.as_carol, 404), (self.anonymous, 404)):
            assert self.tus(caller, "HEAD", url).status_code == status
            assert self.piece(url, 0, SONG, caller).status_code == status
            assert self.tus(caller, "DELETE", url).status_code == status
            assert caller.get(self.url("uploads/")).status_code in (403, 404)
        self.refused(self.as_alice.get(self.url(f"uploads/{'0' * 32}/")), 404, "not_found")

    def test_a_new_host_removes_the_upload_of_another_but_does_not_continue_it(self):
        url = self.address(len(SONG))
        type(self.alice).objects.filter(pk=self.alice.pk).update(role=Role.MEMBER)
        type(self.bob).objects.filter(pk=self.bob.pk).update(role=Role.HOST)
        self.refused(self.piece(url, 0, SONG, self.as_bob), 403, "not_host")
        assert self.piece(url, 0, SONG).status_code == 204
        assert self.tus(self.as_bob, "DELETE", url).status_code == 204
        assert (self.stored(), Upload.objects.count()) == ([], 0)

    def test_the_address_of_another_room_opens_nothing(self):
        url = self.address(len(SONG))
        other = Room.objects.create(title="other", owner=self.alice.person)
        type(self.alice).objects.create(
            room=other, person=self.alice.person, username="Alice", role=Role.HOST
        )
        elsewhere = url.replace(self.room.room_id, other.room_id)
        assert self.tus(self.as_alice, "HEAD", elsewhere).status_code == 404

    def test_a_browser_needs_its_csrf_token(self):
        browser = self.browser_of(self.alice.person, enforce_csrf_checks=True)
        browser.cookies["sessionid"] = browser.session.session_key
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
        response = browser.post(self.url("uploads/"), headers=headers)
        assert response.status_code == 403, response.content
        assert not Upload.objects.exists()

    def test_the_list_shows_how_far_each_upload_is(self):
        self.sent(SONG, title="Whole")
        url = self.address(len(SONG), title="Half")
        self.piece(url, 0, SONG[:1000])
        half, whole = self.as_alice.get(self.url("uploads/")).json()["uploads"]
        assert (half["title"], half["offset"], half["state"], half["playable"]) == (
            "Half",
            1000,
            "arriving",
            False,
        )
        assert (whole["offset"], whole["state"], whole["playable"]) == (len(SONG), "whole", True)
        assert half["yours"]
        assert half["username"] == "Alice"
        assert self.as_alice.get(url).json() == half


class Space(UploadCase):
    MB = 1024 * 1024

    def refused_size(self, megabytes: float, message: str) -> None:
        problem = self.refused(self.begin(int(megabytes * self.MB)), 413, "too_long")
        assert message in problem["message"], problem

    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_a_file_and_a_room_have_their_limits(self):
        self.refused_size(3.1, "at most 3 MB")
        self.address(3 * self.MB)
        self.refused_size(2.1, "This room has no space left for this: 3 of 5 MB are in use.")
        self.address(2 * self.MB)

    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_a_person_has_the_limit_of_a_room_over_all_rooms(self):
        other = Room.objects.create(title="other", owner=self.alice.person)
        Upload.objects.create(room=other, person=self.alice.person, title="x", size=4 * self.MB)
        self.refused_size(2, "You have no space left")

    @override_settings(UPLOADS_GB=1)
    def test_the_instance_has_a_limit(self):
        other = Room.objects.create(title="other", owner=self.carol)
        Upload.objects.create(room=other, person=self.carol, title="x", size=1023 * self.MB)
        self.refused_size(2, "This server has no space left")

    @override_settings(ROOM_UPLOAD_MB=0)
    def test_uploads_can_be_switched_off(self):
        self.refused(self.begin(5), 403, "not_host")

    def test_a_disk_that_is_almost_full_takes_none(self):
        with patch.object(storage, "SPARE_BYTES", 1 << 62):
            self.refused(self.begin(5), 507, "unavailable")
        assert not Upload.objects.exists()

    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_a_removed_and_a_refused_upload_free_their_space(self):
        url = self.address(3 * self.MB)
        assert self.tus(self.as_alice, "DELETE", url).status_code == 204
        url = self.address(3 * self.MB)
        self.refused(self.piece(url, 0, b"<html>" * 500_000), 400, "unknown_media")
        self.address(3 * self.MB)


class Playing(UploadCase):
    def load(self, url: str, caller=None, event_id: str = "e1"):
        body = {"action": "load", "event_id": event_id, "media_url": url}
        return (caller or self.as_alice).post(self.url("sync/control/"), body)

    def test_a_room_plays_its_upload(self):
        upload = self.sent(film("film.mkv"), title="Our film")
        assert self.load(upload.url).status_code == 200
        timeline = self.as_bob.get(self.url("state/")).json()["timeline"]
        media = timeline["media"]
        assert (media["source"], media["title"], media["kind"]) == ("upload", "Our film", "video")
        assert 1.9 < timeline["duration"] < 2.3

    def test_other_rooms_do_not(self):
        upload = self.sent(SONG)
        other = Room.objects.create(title="other", owner=self.alice.person)
        type(self.alice).objects.create(
            room=other, person=self.alice.person, username="Alice", role=Role.HOST
        )
        Upload.objects.filter(pk=upload.pk).update(room=other)
        self.refused(self.load(upload.url), 400, "unknown_media")
        created = self.as_alice.post("/api/rooms/", {"media_url": upload.url})
        self.refused(created, 400, "unknown_media")

    def test_what_is_not_playable_yet_says_so(self):
        data = film("film.mkv")
        url = self.address(len(data))
        self.piece(url, 0, data[:-10])
        problem = self.refused(self.load(self.upload_at(url).url), 400, "unknown_media")
        assert "still arriving" in problem["message"]
        self.refused(self.load("/media/uploads/" + "0" * 32), 400, "unknown_media")

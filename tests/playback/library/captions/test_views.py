from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from itertools import count
from subprocess import TimeoutExpired
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.test import Client, override_settings

from playback import sandbox
from playback.domain.library.problems import CAPTION_PICTURES, CAPTIONS_NEED_FFMPEG
from playback.library.captions import extraction, extraction_worker
from playback.library.captions.cleaning import discard_outdated
from playback.library.captions.extraction import Wanted
from playback.library.captions.tracks import MAX_BYTES, TOO_LARGE, captions_of
from playback.library.captions.views import wanted_of
from playback.models import MediaItem
from tests.playback.library.captions.films import ASS, SRT, VTT, WITHOUT_FFMPEG, film, has_ffmpeg
from tests.playback.library.fixtures import LibraryCase
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.player_types import CaptionTrack


class CaptionCase(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        if not has_ffmpeg():
            self.skipTest(WITHOUT_FFMPEG)
        self.data = self.folder.parent / "data"
        self.data.mkdir()
        self.enterContext(override_settings(DATA_DIR=self.data))
        self.browser = Client()
        session = self.browser.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()

    def film(self, path: str = "Films/film.mkv", data: bytes | None = None) -> MediaItem:
        self.put(path, film() if data is None else data)
        self.scan()
        return self.item(path)

    def tracks(self, item: MediaItem) -> dict[str, CaptionTrack]:
        item = MediaItem.objects.get(pk=item.pk)
        return {
            track.label or track.language or track.format: track
            for track in captions_of(item, item.media_facts)
        }

    def get(self, url: str | None) -> bytes:
        assert url is not None
        response = self.browser.get(url)
        assert response.status_code == 200, (response.status_code, response.content)
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]


class Beside(CaptionCase):
    def test_files_beside_a_film_are_listed_and_served_as_they_are(self):
        item = self.film(data=film("mp4"))
        old = "1\n00:00:01,000 --> 00:00:02,000\nGr\u00fc\u00dfe\n".encode("windows-1252")
        self.put("Films/film.de.srt", old)
        self.put("Films/film.pt-BR.forced.vtt", VTT.encode())
        self.put("Films/film.ssa", ASS.encode())
        self.put("Films/other.srt", SRT.encode())
        tracks = self.tracks(item)
        assert {name: (t.format, t.forced) for name, t in tracks.items() if not t.inside} == {
            "ass": ("ass", False),
            "de": ("srt", False),
            "pt-BR": ("vtt", True),
        }
        shown = self.browser.get(f"/api/library/{item.pk}/").json()["captions"]
        assert [track["id"] for track in shown] == [track.id for track in self.tracks(item).values()]
        assert self.get(tracks["de"].url) == old
        response = self.browser.get(tracks["pt-BR"].url)
        assert response["Content-Type"] == "text/vtt"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-cache"
        again = self.browser.get(tracks["pt-BR"].url, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304

    def test_strangers_get_nothing(self):
        self.put("Films/film.en.srt", SRT.encode())
        item = self.film()
        for track in self.tracks(item).values():
            assert Client().get(track.url).status_code == 404

    def test_no_other_file_is_reached(self):
        item = self.film()
        secret = self.folder.parent / "secret.srt"
        secret.write_text(SRT)
        os.symlink(secret, self.folder / "Films/film.en.srt")
        os.symlink(self.folder / "Films", self.folder / "Films/film.de.srt")
        os.mkfifo(self.folder / "Films/film.fr.srt")
        self.put("Films/.film.es.srt", SRT.encode())
        self.put("film.it.srt", SRT.encode())
        assert [track for track in self.tracks(item).values() if not track.inside] == []
        for track in ("../film", "f0123456789ab", "s99", "s2/../s2", "s2%0A", "%2e%2e", "", "S2"):
            assert self.browser.get(f"/media/captions/{item.pk}/{track}").status_code == 404, track
        for unknown in ("999", "0", f"0{item.pk}", "9" * 40):
            assert self.browser.get(f"/media/captions/{unknown}/s1").status_code == 404, unknown

    def test_a_file_that_becomes_a_link_is_not_followed(self):
        place = self.put("Films/film.en.srt", SRT.encode())
        track = self.tracks(self.film())["en"]
        place.unlink()
        os.symlink("/etc/passwd", place)
        assert self.browser.get(track.url).status_code == 404

    def test_a_file_of_50_mb_is_listed_with_the_reason(self):
        item = self.film(data=film("mp4"))
        with self.put("Films/film.en.srt", b"").open("wb") as huge:
            huge.truncate(50 * 1024 * 1024)
        track = self.tracks(item)["en"]
        assert (track.url, track.why) == (None, TOO_LARGE)
        refused = self.browser.get(f"/media/captions/{item.pk}/{track.id}")
        assert (refused.status_code, refused.json()["message"]) == (413, TOO_LARGE)
        assert refused.json()["code"] == "too_long"
        with (self.folder / "Films/film.en.srt").open("wb") as largest:
            largest.truncate(MAX_BYTES)
        assert self.tracks(item)["en"].why is None

    def test_captions_made_of_pictures_are_listed_with_the_reason(self):
        item = self.film()
        self.put("Films/film.en.idx", b"# VobSub index file")
        self.put("Films/film.en.sub", b"")
        track = self.tracks(item)["en"]
        assert (track.url, track.why, track.format) == (None, CAPTION_PICTURES, "vobsub")

    def test_names_of_any_kind_do_no_harm(self):
        item = self.film("Films/w\u00e9ird & 100%?.mkv")
        names = [
            "w\u00e9ird & 100%?.<b>x.srt",
            "w\u00e9ird & 100%?.\u202egnp.srt",
            "w\u00e9ird & 100%?.en\n.srt",
        ]
        for name in names:
            self.put(f"Films/{name}", SRT.encode())
        with open(os.fsencode(self.folder / "Films") + b"/w\xc3\xa9ird & 100%?.\xff.srt", "wb") as file:
            file.write(SRT.encode())
        beside = [track for track in self.tracks(item).values() if not track.inside]
        assert sorted(track.label for track in beside) == ["", "<b>x", "en", "gnp"]
        for track in beside:
            assert self.get(track.url) == SRT.encode()

    def test_an_unmounted_library_has_no_captions(self):
        self.put("Films/film.en.srt", SRT.encode())
        item = self.film()
        urls = [track.url for track in self.tracks(item).values()]
        shutil.rmtree(self.folder)
        assert [track for track in self.tracks(item).values() if not track.inside] == []
        for url in urls:
            assert self.browser.get(url).status_code == 404
        assert not extraction.is_done(wanted_of(item))


@pytest.mark.once
class Inside(CaptionCase):
    def extract(self, item: MediaItem) -> None:
        extraction.extract(wanted_of(MediaItem.objects.get(pk=item.pk)))

    def test_text_tracks_are_taken_out_of_a_film(self):
        item = self.film()
        tracks = self.tracks(item)
        assert {name: t.format for name, t in tracks.items()} == {"eng": "srt", "jpn": "ass", "vtt": "vtt"}
        with patch.object(extraction_worker.WORKER, "request", return_value=True) as requested:
            waiting = self.browser.get(tracks["eng"].url)
        assert (waiting.status_code, waiting["Retry-After"], waiting["Cache-Control"]) == (
            202,
            "1",
            "no-store",
        )
        self.extract(requested.call_args.args[0] and item)
        assert self.get(tracks["eng"].url).decode().replace("\r\n", "\n").strip() == SRT.strip()
        assert b"{\\an8}Sign" in self.get(tracks["jpn"].url)
        assert b"00:00.500 --> 00:01.500 line:0\nAbove" in self.get(tracks["vtt"].url)
        assert self.browser.get(tracks["jpn"].url)["Content-Type"] == "text/x-ssa"

    def test_the_text_of_an_mp4_becomes_subrip(self):
        item = self.film("film.mp4", film("mp4"))
        self.extract(item)
        text = self.get(self.tracks(item)["eng"].url).decode()
        assert "00:00:00,500 --> 00:00:01,500" in text
        assert "Hello</i> caf\u00e9" in text

    def test_a_film_is_read_once_and_again_when_it_changed(self):
        item = self.film()
        self.extract(item)
        with patch.object(extraction, "_run") as run:
            self.extract(item)
        run.assert_not_called()
        self.put(item.path, film() + bytes(8), changed_s=1_700_000_000)
        self.scan()
        assert not extraction.is_done(wanted_of(self.item(item.path)))
        self.extract(item)
        assert [place.name for place in extraction.folder().glob("[0-9]*")] == [
            wanted_of(self.item(item.path)).name
        ]

    def test_a_film_that_ffmpeg_cannot_read_has_a_sentence_and_leaves_nothing(self):
        item = self.film()
        track = self.tracks(item)["eng"]
        changed = (self.folder / item.path).stat().st_mtime
        data = film()
        self.put(item.path, data[:64] + bytes(len(data) - 64), changed_s=int(changed))
        self.extract(item)
        refused = self.browser.get(track.url)
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (422, "unknown_media")
        assert problem["message"] == "The captions in this film could not be read."
        assert sorted(place.name for place in extraction.folder().iterdir()) == sorted(
            [".lock", wanted_of(item).name]
        )

    def test_a_film_that_takes_too_long_is_not_read_again_for_a_day(self):
        """One pass took up to ten minutes, and there were nine."""
        item = self.film()
        wanted = wanted_of(item)
        track = self.tracks(item)["eng"]
        with (
            patch.object(sandbox, "run", side_effect=TimeoutExpired("ffmpeg", 600)) as run,
            patch.object(
                extraction, "time", SimpleNamespace(time=time.time, monotonic=count(0, 400).__next__)
            ),
        ):
            extraction.extract(wanted)
            extraction.extract(wanted)
        assert run.call_count == 1
        assert self.browser.get(track.url).status_code == 422
        failed_s = time.time() - extraction.FAILED_FOR_S
        os.utime(extraction.folder() / wanted.name / extraction.FAILED, (failed_s, failed_s))
        extraction.extract(wanted)
        assert self.get(track.url).decode().strip() == SRT.strip()

    def test_tracks_that_were_taken_out_stay_when_another_failed_yesterday(self):
        item = self.film()
        wanted = wanted_of(item)
        extraction.extract(replace(wanted, codecs=(*wanted.codecs, (99, "subrip"))))
        failed_s = time.time() - extraction.FAILED_FOR_S
        os.utime(extraction.folder() / wanted.name / extraction.FAILED, (failed_s, failed_s))
        assert b"{\\an8}Sign" in self.get(self.tracks(item)["jpn"].url)

    def test_the_worker_goes_on_after_an_error_and_does_not_try_that_film_again(self):
        broken, whole = wanted_of(self.film()), wanted_of(self.film("other.mkv"))
        worker = extraction_worker.Worker()
        taken_out = []

        def fail_once(wanted: Wanted) -> None:
            taken_out.append(wanted)
            if wanted == broken:
                raise KeyError("a film that nobody thought of")
            extraction.extract(wanted)

        with patch.object(extraction_worker, "extract", fail_once), self.assertLogs("playback", "ERROR"):
            for wanted in (broken, whole):
                assert worker.request(wanted)
            while thread := worker._thread:
                thread.join(60)
        assert taken_out == [broken, whole]
        assert extraction.has_failed(broken, 1)
        assert not extraction.has_failed(whole, 1)

    def test_a_playlist_with_a_films_name_opens_no_other_file(self):
        item = self.film()
        (self.folder / "secret.srt").write_text(SRT)
        listed = f"#EXTM3U\n#EXTINF:4,\n{self.folder}/secret.srt\n#EXT-X-ENDLIST\n"
        (self.folder / item.path).write_text(listed)
        self.extract(item)
        assert extraction.has_failed(wanted_of(item), 1)

    def test_a_damaged_track_does_not_spoil_the_others(self):
        item = self.film()
        wanted = wanted_of(item)
        missing = (99, "subrip")
        extraction.extract(replace(wanted, codecs=(missing, *wanted.codecs)))
        assert extraction.has_failed(replace(wanted, codecs=(missing, *wanted.codecs)), 99)
        assert b"{\\an8}Sign" in self.get(self.tracks(item)["jpn"].url)

    def test_three_hundred_tracks_are_bounded(self):
        item = self.film(data=film("mkv", tracks=300))
        item = MediaItem.objects.get(pk=item.pk)
        tracks = captions_of(item, item.media_facts)
        assert len(tracks) == 60
        self.extract(item)
        assert self.get(tracks[-1].url).decode().strip() == SRT.strip()

    def test_without_ffmpeg_the_tracks_are_listed_with_the_reason(self):
        item = self.film()
        with patch.object(sandbox, "ffmpeg", return_value=None):
            assert {track.why for track in self.tracks(item).values()} == {CAPTIONS_NEED_FFMPEG}
            refused = self.browser.get(f"/media/captions/{item.pk}/s1")
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")

    def test_too_many_films_at_once_are_told_to_wait(self):
        item = self.film()
        with patch.object(extraction_worker.WORKER, "request", return_value=False):
            busy = self.browser.get(self.tracks(item)["eng"].url)
        assert (busy.status_code, busy["Retry-After"], busy.json()["code"]) == (503, "1", "unavailable")

    @override_settings(PROXIES=1, LIMITS={**DEFAULTS, "film_read": (2, 600)})
    def test_an_address_has_few_films_read_and_asks_for_them_at_will(self):
        """Each read takes a whole film off the disk, and twenty fill the line for everyone."""
        urls = [self.tracks(self.film(f"{number}.mkv"))["eng"].url for number in range(3)]
        with patch.object(extraction_worker.Worker, "_work"):
            for _ in range(5):
                for url in urls[:2]:
                    assert (
                        self.browser.get(url, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 202
                    )
            refused = self.browser.get(urls[2], headers={"X-Forwarded-For": "203.0.113.9"})
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            assert self.browser.get(urls[2], headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 202

    def test_the_worker_reads_films_in_the_background(self):
        wanted = wanted_of(self.film())
        worker = extraction_worker.Worker()
        assert worker.request(wanted)
        assert worker.request(wanted)
        thread = worker._thread
        assert thread is not None
        thread.join(60)
        assert extraction.is_done(wanted)
        assert not extraction.has_failed(wanted, 1)

    def test_captions_of_films_that_are_gone_are_deleted(self):
        item = self.film()
        self.extract(item)
        assert discard_outdated() == 0
        MediaItem.objects.filter(pk=item.pk).update(size=1)
        assert (discard_outdated(dry_run=True), discard_outdated(), discard_outdated()) == (1, 1, 0)

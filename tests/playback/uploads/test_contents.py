from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from django.test import override_settings

from playback.library.captions import extraction, extraction_worker
from playback.models import Upload
from playback.uploads import storage
from playback.uploads.actions import sweep
from playback.uploads.captions import MOST_BYTES, wanted_of
from tests.playback.library.captions import films
from tests.playback.library.captions.films import SRT
from tests.playback.library.media_files import wav
from tests.playback.uploads.fixtures import UploadCase, film

CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 1000}\ntitle={title}\n"
    for start, title in ((0, "Opening"), (1000, "The boat"))
)


@cache
def film_with_chapters() -> bytes:
    """Two seconds with chapters and an attached font (which is no font)."""
    with TemporaryDirectory() as name:
        place = Path(name)
        (place / "film.mkv").write_bytes(film("film.mkv"))
        (place / "chapters.txt").write_text(CHAPTERS)
        (place / "a.ttf").write_bytes(b"\0\1\0\0" + bytes(200))
        words = "ffmpeg -v error -i film.mkv -i chapters.txt -map 0 -c copy -attach a.ttf".split()
        words += ["-metadata:s:t", "mimetype=font/ttf", "out.mkv"]
        subprocess.run(words, cwd=place, check=True, timeout=60)
        return (place / "out.mkv").read_bytes()


class Contents(UploadCase):
    def setUp(self) -> None:
        super().setUp()
        if not films.has_ffmpeg():
            self.skipTest(films.WITHOUT_FFMPEG)
        data = Path(self.enterContext(TemporaryDirectory())).resolve()
        self.enterContext(override_settings(DATA_DIR=data))

    def get(self, url: str, caller=None):
        caller = caller or self.as_bob
        return caller.client.get(url, headers=caller.headers)

    def contents(self, upload: Upload, caller=None) -> dict[str, Any]:
        response = self.get(self.url(f"uploads/{upload.upload_id}/contents/"), caller)
        assert response.status_code == 200, response.content
        return response.json()

    def text(self, url: str) -> str:
        response = self.get(url)
        assert response.status_code == 200, response.content
        return b"".join(response.streaming_content).decode().replace("\r\n", "\n").strip()  # type: ignore[attr-defined]

    def test_captions_are_taken_out_of_a_whole_upload_for_the_members_of_its_room(self):
        data = films.film()
        url = self.address(len(data))
        self.piece(url, 0, data[:1000])
        upload = self.upload_at(url)
        assert self.contents(upload) == {"whole": False, "chapters": [], "captions": []}
        self.piece(url, 1000, data[1000:])
        upload.refresh_from_db()
        found = self.contents(upload)
        assert found["whole"]
        assert [(track["language"], track["format"], track["why"]) for track in found["captions"]] == [
            ("eng", "srt", None),
            ("jpn", "ass", None),
            ("", "vtt", None),
        ]
        english = found["captions"][0]["url"]
        with patch.object(extraction_worker.WORKER, "request", return_value=True) as requested:
            waiting = self.get(english)
        assert (waiting.status_code, waiting["Retry-After"]) == (202, "1")
        extraction.extract(requested.call_args.args[0])
        assert self.text(english) == SRT.strip()
        assert "{\\an8}Sign" in self.text(found["captions"][1]["url"])
        for stranger in (self.as_carol, self.anonymous):
            assert self.get(english, stranger).status_code == 404
            assert self.get(self.url(f"uploads/{upload.upload_id}/contents/"), stranger).status_code == 404
        for unknown in ("s0", "s99", "f0123456789ab"):
            assert self.get(f"{upload.url}/captions/{unknown}").status_code == 404

    def test_chapters_and_fonts(self):
        upload = self.sent(film_with_chapters())
        chapters = self.contents(upload)["chapters"]
        assert [(each["start"], each["title"]) for each in chapters] == [(0, "Opening"), (1, "The boat")]
        wanted = wanted_of(upload)
        assert len(wanted.fonts) == 1
        address = f"{upload.url}/captions/fonts/{wanted.fonts[0]}"
        extraction.extract(wanted)
        font = self.get(address)
        assert (font.status_code, font["Content-Type"]) == (200, "font/sfnt")
        assert len(b"".join(font.streaming_content)) == 204  # type: ignore[attr-defined]
        assert self.get(address, self.as_carol).status_code == 404
        assert self.get(f"{upload.url}/captions/fonts/{wanted.fonts[0] + 1}").status_code == 404

    def test_what_was_taken_out_goes_with_the_upload(self):
        upload = self.sent(films.film())
        extraction.extract(wanted_of(upload))
        track = self.contents(upload)["captions"][0]["url"]
        assert self.get(track).status_code == 200
        assert self.tus(self.as_alice, "DELETE", self.url(f"uploads/{upload.upload_id}/")).status_code == 204
        assert list(extraction.folder().glob("u*")) == []
        assert self.get(track).status_code == 404

    def test_what_was_taken_out_of_an_upload_that_was_removed_meanwhile_is_swept(self):
        kept, gone = self.sent(films.film()), self.sent(films.film("mp4"))
        for upload in (kept, gone):
            extraction.extract(wanted_of(upload))
        Upload.objects.filter(pk=gone.pk).delete()
        assert (sweep(dry_run=True), sweep(), sweep()) == (1, 1, 0)
        assert [place.name for place in extraction.folder().glob("u*")] == [wanted_of(kept).name]

    def test_texts_are_not_taken_out_when_the_disk_is_nearly_full(self):
        upload = self.sent(films.film())
        with patch.object(storage, "SPARE_BYTES", 1 << 62):
            wanted = wanted_of(upload)
        extraction.extract(wanted)
        assert all(extraction.has_failed(wanted, stream) for stream, _codec in wanted.codecs)

    def test_a_song_has_neither(self):
        assert self.contents(self.sent(wav(1))) == {"whole": True, "chapters": [], "captions": []}


@pytest.mark.once
def test_the_texts_of_an_upload_take_little_more_space_than_the_upload():
    upload = Upload(upload_id="0" * 32, size=10_000_000_000)
    upload.facts = {
        "container": "matroska",
        "streams": [{"index": n, "type": "subtitle", "codec": "ass"} for n in range(60)],
    }
    assert wanted_of(upload).most_of_each * 60 <= MOST_BYTES
    upload.size = 5000
    assert wanted_of(upload).most_of_each * 60 <= 10_000 + 256 * 1024
    upload.size = 1_000_000
    assert wanted_of(upload).most_of_each * 60 <= 6_000_000

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from django.test import Client

from playback.domain.media_facts import Attachment, MediaFacts
from playback.library.captions import extraction, extraction_worker
from playback.library.captions.cleaning import discard_outdated
from playback.library.captions.fonts import MAX_BYTES, MAX_FONTS, fonts_of
from playback.library.captions.views import wanted_of
from playback.models import MediaItem
from tests.playback.library.captions.films import ASS, film
from tests.playback.library.captions.test_views import CaptionCase

FONT = b"\x00\x01\x00\x00" + b"a font" * 50


def woff(signature: bytes, length: int, unpacked: int) -> bytes:
    """The header of a compressed font."""
    return struct.pack(">4s4sIHHI", signature, b"true", length, 1, 0, unpacked) + b"\x01" * 20


def with_attachments(*attachments: tuple[str, str, int, bytes]) -> bytes:
    """A film and files in it: name, type, size, beginning."""
    with TemporaryDirectory() as name:
        place = Path(name)
        (place / "in.mkv").write_bytes(film())
        words = ["ffmpeg", "-v", "error", "-i", "in.mkv", "-map", "0", "-c", "copy"]
        for n, (file, mime, size, beginning) in enumerate(attachments):
            with (place / file).open("wb") as attached:
                attached.write(beginning)
                attached.truncate(size)
            words += ["-attach", file, f"-metadata:s:t:{n}", f"mimetype={mime}"]
        subprocess.run([*words, "out.mkv"], cwd=place, check=True, timeout=60)
        return (place / "out.mkv").read_bytes()


@pytest.mark.once
class Fonts(CaptionCase):
    def extracted(self, *attachments: tuple[str, str, int, bytes]) -> MediaItem:
        self.put("Films/film.en.ass", ASS.encode())
        item = self.film(data=with_attachments(*attachments))
        extraction.extract(wanted_of(MediaItem.objects.get(pk=item.pk)))
        return item

    def test_fonts_of_a_film_are_served_to_who_may_read_it(self):
        item = self.extracted(
            ("one.ttf", "font/ttf", len(FONT), FONT),
            ("page.html", "text/html", 20, b"<script>"),
            ("page.ttf", "font/ttf", 20, b"<script>"),
        )
        tracks = self.tracks(item)
        fonts = tracks["jpn"].fonts
        assert [len(track.fonts) for track in tracks.values() if track.format != "ass"] == [0, 0]
        assert fonts == tracks["en"].fonts
        assert self.get(fonts[0]) == FONT
        response = self.browser.get(fonts[0])
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("font/sfnt", "nosniff")
        assert Client().get(fonts[0]).status_code == 404
        assert [self.browser.get(url).status_code for url in fonts] == [200, 404]
        number = int(fonts[0].rpartition("/")[2])
        for other in (number + 1, 0, 9999):
            assert self.browser.get(f"/media/captions/{item.pk}/fonts/{other}").status_code == 404

    def test_a_font_that_is_too_large_is_left_out_and_the_captions_stay(self):
        item = self.extracted(
            ("one.ttf", "font/ttf", len(FONT), FONT),
            ("bomb.ttf", "font/ttf", MAX_BYTES + 1, FONT),
        )
        track = self.tracks(item)["jpn"]
        assert [self.browser.get(url).status_code for url in track.fonts] == [200, 404]
        assert b"{\\an8}Sign" in self.get(track.url)
        written = sum(path.stat().st_size for path in extraction.folder().rglob("font-*"))
        assert written == len(FONT)

    def test_compressed_fonts_are_taken_unless_they_would_unpack_to_too_much(self):
        item = self.extracted(
            ("one.woff2", "font/woff2", 100, woff(b"wOF2", 100, 3000)),
            ("two.woff", "application/font-woff", 100, woff(b"wOFF", 100, 3000)),
            ("bomb.woff2", "font/woff2", 100, woff(b"wOF2", 100, MAX_BYTES)),
            ("cut.woff2", "font/woff2", 100, woff(b"wOF2", 200, 3000)),
            ("short.woff", "font/woff", 8, b"wOFF"),
        )
        statuses = [self.browser.get(url).status_code for url in self.tracks(item)["jpn"].fonts]
        assert statuses == [200, 200, 404, 404, 404]

    def test_a_film_read_by_an_earlier_version_gets_its_fonts_and_keeps_its_texts(self):
        item = self.film(data=with_attachments(("one.woff2", "font/woff2", 100, woff(b"wOF2", 100, 3000))))
        wanted = wanted_of(item)
        for earlier in wanted.names[:-1]:
            place = extraction.folder() / earlier
            place.mkdir(parents=True)
            (place / wanted.file_name(2)).write_text("as it was taken out then")
            assert discard_outdated() == 0
            assert not extraction.is_done(wanted)
            extraction.extract(wanted)
            track = self.tracks(item)["jpn"]
            assert self.get(track.url) == b"as it was taken out then"
            assert self.browser.get(track.fonts[0]).status_code == 200
            assert [found.name for found in extraction.folder().glob("[0-9]*")] == [wanted.name]
            shutil.rmtree(extraction.folder() / wanted.name)

    def test_a_film_that_was_not_read_yet_is_requested(self):
        item = self.film(
            data=with_attachments(("one.otf", "application/vnd.ms-opentype", len(FONT), b"OTTO" + FONT))
        )
        url = self.tracks(item)["jpn"].fonts[0]
        with patch.object(extraction_worker.WORKER, "request", return_value=True) as requested:
            assert self.browser.get(url).status_code == 202
        requested.assert_called_once()


def test_only_what_the_file_calls_fonts_is_listed_and_not_without_end():
    attachments = [Attachment(index=n, name=f"{n}.TTF") for n in range(60)]
    cover = Attachment(index=99, name="cover.jpg", mime="image/jpeg")
    facts = MediaFacts(container="matroska", attachments=[cover, *attachments])
    assert fonts_of(facts) == list(range(MAX_FONTS))
    assert fonts_of(None) == []

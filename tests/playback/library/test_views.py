from __future__ import annotations

from urllib.parse import unquote

from django.test import Client, override_settings

from playback.library import covers
from playback.library.samples import offer_samples
from playback.models import MediaItem
from rooms.models import Person, Token
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import mp3, png

SONG = mp3("Song", picture=png())


class Serving(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = self.put("Bø/a song & 100%?.mp3", SONG)
        self.scan()
        self.song = MediaItem.objects.get()
        self.bob = Person.objects.create(username="Bob")
        self.program = Client(headers={"Authorization": f"Bearer {Token.objects.issue(self.bob)}"})
        self.browser = self.browser_with(device_id="A1B2C3D4E5F60718")
        self.cover = f"/media/covers/{self.song.cover}"

    def browser_with(self, **kept) -> Client:
        browser = Client()
        session = browser.session
        session.update(kept)
        session.save()
        return browser

    def test_a_track_is_served_by_range_to_known_clients(self):
        guest = self.browser_with(person_id=self.bob.pk)
        for reader in (self.browser, guest, self.program):
            part = reader.get(self.song.url, headers={"Range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, SONG[10:20])
            assert part["Content-Type"] == "audio/mpeg"
            assert part["Cache-Control"].startswith("private")
            whole = reader.get(self.song.url)
            assert b"".join(whole.streaming_content) == SONG  # type: ignore[attr-defined]

    def test_a_range_is_a_mebibyte_at_most(self):
        self.put("long.mp3", mp3("Long", frames=4000))
        self.scan()
        part = self.browser.get(self.item("long.mp3").url, headers={"Range": "bytes=0-"})
        assert len(part.content) == 1024 * 1024

    def test_its_cover_too(self):
        shown = self.browser.get(self.cover)
        assert (b"".join(shown.streaming_content), shown["Content-Type"]) == (png(), "image/png")  # type: ignore[attr-defined]
        assert shown["Cache-Control"].startswith("private")

    def test_an_unknown_client_gets_nothing(self):
        for stranger in (Client(), Client(headers={"Authorization": "Bearer x"}), self.browser_with(other=1)):
            for address in (self.song.url, self.cover, "/media/library/999"):
                assert stranger.get(address).status_code == 404
        bearer_and_cookie = self.browser_with(device_id="A1B2C3D4E5F60718")
        assert bearer_and_cookie.get(self.song.url, headers={"Authorization": "Bearer x"}).status_code == 404

    def test_what_is_not_there_is_404(self):
        for address in ("/media/library/999", "/media/library/0", f"/media/library/0{self.song.pk}",
                        f"/media/library/{'9' * 15}", f"/media/library/{'9' * 40}", "/media/library/",
                        f"{self.song.url}/", f"{self.song.url}%0A", "/media/library/x", "/media/covers/",
                        "/media/covers/x.png", f"/media/covers/{'0' * 32}.png", "/media/covers/%00.png"):  # fmt: skip
            assert self.browser.get(address).status_code == 404, address

    def test_a_file_that_is_gone_is_404_before_and_after_a_scan_says_so(self):
        self.place.unlink()
        assert self.browser.get(self.song.url).status_code == 404
        self.scan()
        assert self.browser.get(self.song.url).status_code == 404

    def test_a_cover_that_is_gone_is_404(self):
        (self.covers / self.song.cover).unlink()
        assert self.browser.get(self.cover).status_code == 404

    def test_a_cover_is_one_of_an_item(self):
        stray = covers.store(png(9))
        assert self.browser.get(f"/media/covers/{stray}").status_code == 404

    def test_reading_is_all_that_can_be_done(self):
        for address in (self.song.url, self.cover):
            assert self.browser.post(address).status_code == 405

    def test_a_part_costs_a_fixed_number_of_queries(self):
        with self.assertNumQueries(2):  # the session, the item
            self.browser.get(self.song.url, headers={"Range": "bytes=0-9"})

    @override_settings(ACCEL="/protected-media/")
    def test_the_proxy_serves_a_file_after_the_access_check(self):
        said = self.browser.get(self.song.url, headers={"Range": "bytes=0-9"})
        assert (said.status_code, said.content, said["Content-Type"]) == (200, b"", "audio/mpeg")
        assert said["X-Accel-Redirect"] == "/protected-media/B%C3%B8/a%20song%20%26%20100%25%3F.mp3"
        assert unquote(said["X-Accel-Redirect"]) == f"/protected-media/{self.song.path}"
        assert said["Cache-Control"].startswith("private")
        stranger = Client().get(self.song.url)
        assert (stranger.status_code, "X-Accel-Redirect" in stranger) == (404, False)
        self.place.unlink()
        assert self.browser.get(self.song.url).status_code == 404


class Samples(LibraryCase):
    def test_a_library_that_is_empty_has_the_samples_to_play(self):
        assert offer_samples() == 2
        assert offer_samples() == 0
        assert self.scan().missing == 0
        browser = Client()
        session = browser.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()
        with override_settings(ACCEL="/protected-media/"):  # samples are outside the library's folder
            for item in MediaItem.objects.present():
                part = browser.get(item.url, headers={"Range": "bytes=0-3"})
                assert (part.status_code, len(part.content)) == (206, 4)
                assert part["Content-Type"] == item.mime
                assert item.duration

    def test_a_library_with_something_in_it_needs_none(self):
        self.put("one.mp3", SONG)
        self.scan()
        assert offer_samples() == 0
        assert self.paths() == ["one.mp3"]

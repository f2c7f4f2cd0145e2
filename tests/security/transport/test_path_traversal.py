from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from django.http import Http404

from playback import media_lookup
from playback.library import range_response
from playback.library.paths import is_there, open_item
from playback.library.safe_open import open_below
from playback.models import MediaItem
from playback.sources import addresses
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import mp3
from tests.servers import Server, watchium_server
from watchium.protocol.errors import UnknownMedia

FOLDERS = (
    *("/media/samples/", "/media/library/", "/media/covers/", "/media/captions/1/", "/media/"),
    *("/static/", "/static/samples/"),
)
WAYS_OUT = (
    "../manage.py",
    "../../manage.py",
    "../../../../../../../../etc/passwd",
    "..%2f..%2fmanage.py",
    "..%252f..%252fmanage.py",
    "%2e%2e/%2e%2e/manage.py",
    "..%5c..%5cmanage.py",
    "....//....//manage.py",
    "clip.webm/../../../manage.py",
    "clip.webm%00.html",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "..;/manage.py",
    "watchium.sqlite3",
    "../watchium.sqlite3",
    "../secret_key",
    ".secret_key",
    ".gitignore",
    "make_samples.py%00",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_url_escapes_its_folder(server: Server, folder: str):
    secret = (server.data_dir / "secret_key").read_bytes()
    for way in WAYS_OUT:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest(
            "GET", folder + way, skip_accept_encoding=True
        )  # unchanged: no client normalises it
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status in (400, 404), (folder + way, answer.status)
        for kept in (secret, b"root:", b"execute_from_command_line", b"SQLite format"):
            assert kept not in body, folder + way


def test_only_plain_files_are_media(tmp_path: Path):
    film = tmp_path / "film.webm"
    film.write_bytes(b"film")
    (tmp_path / "link.webm").symlink_to("/etc/passwd")
    (tmp_path / "near.webm").symlink_to(film)
    (tmp_path / ".hidden.webm").write_bytes(b"hidden")
    (tmp_path / "folder.webm").mkdir()
    file = range_response.found(open_below(tmp_path, "film.webm"), "video/webm")
    assert file.size == 4
    file.opened.close()
    for name in ("link.webm", "near.webm", ".hidden.webm", "folder.webm", "none.webm"):
        with pytest.raises(Http404):
            range_response.found(open_below(tmp_path, name), "video/webm")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_room_plays_a_file_by_its_path(way: str):
    folders = ("/media/samples/", "/media/library/", "/media/covers/", "/media/", "/", "file://")
    for address in [folder + way for folder in folders]:
        for find in (addresses.find, media_lookup.find):
            with pytest.raises(UnknownMedia):
                find(address)


class RowsThatSayOtherwise(LibraryCase):
    """Whatever the row contains and however the disk changed, only regular files inside the library are served."""

    def setUp(self) -> None:
        super().setUp()
        outside = self.folder.parent / "outside"
        outside.mkdir()
        (outside / "secret.mp3").write_bytes(b"secret")
        (self.folder.parent / "library-too").mkdir()
        (self.folder.parent / "library-too" / "secret.mp3").write_bytes(b"secret")
        self.put("inner/song.mp3", mp3("Song"))
        self.put(".hidden/song.mp3", b"secret")
        (self.folder / "way").symlink_to(outside)
        (self.folder / "link.mp3").symlink_to(outside / "secret.mp3")
        (self.folder / "near.mp3").symlink_to(self.folder / "inner" / "song.mp3")
        session = self.client.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()

    def test_only_library_files_are_served(self):
        ways = (
            "../outside/secret.mp3", "inner/../../outside/secret.mp3", "way/secret.mp3", "link.mp3", "near.mp3",
            "../library-too/secret.mp3", str(self.folder.parent / "outside" / "secret.mp3"), "/etc/passwd", "/",
            ".hidden/song.mp3", "inner//song.mp3", "./inner/song.mp3", "inner", "", ".", "..", "inner/song.mp3/",
            "/media/samples/../../manage.py", "/media/samples/make_samples.py", "samples:clip.webm", "~/x.mp3",
        )  # fmt: skip
        for way in ways:
            item = MediaItem.objects.create(title="x", kind="audio", mime="audio/mpeg", path=way)
            assert open_item(way) is None and not is_there(way), way
            assert self.client.get(item.url).status_code == 404, way
        good = MediaItem.objects.create(title="x", kind="audio", mime="audio/mpeg", path="inner/song.mp3")
        assert self.client.get(good.url).status_code == 200

    def test_a_folder_replaced_by_a_link_is_not_scanned(self):
        self.scan()
        song = self.item("inner/song.mp3")
        (self.folder / "inner").rename(self.folder.parent / "moved")
        (self.folder / "inner").symlink_to(self.folder.parent / "moved")
        assert self.client.get(song.url).status_code == 404

    def test_a_folder_that_alternates_with_a_link_exposes_nothing(self):
        song = MediaItem.objects.create(title="x", kind="audio", mime="audio/mpeg", path="inner/song.mp3")
        outside = self.folder.parent / "twin"
        outside.mkdir()
        (outside / "song.mp3").write_bytes(b"outside!" * 5000)
        inner, away, link = self.folder / "inner", self.folder / "away", self.folder / "link"
        link.symlink_to(outside)
        done = Event()

        def flip() -> None:
            while not done.is_set():
                inner.rename(away)
                link.rename(inner)
                inner.rename(link)
                away.rename(inner)

        flipping = Thread(target=flip)
        flipping.start()
        try:
            answers = [self.client.get(song.url, headers={"Range": "bytes=0-99"}) for _ in range(300)]
        finally:
            done.set()
            flipping.join()
        assert {answer.status_code for answer in answers} <= {206, 404}
        assert not any(b"outside!" in answer.content for answer in answers if answer.status_code == 206)

    def test_a_cover_is_no_path(self):
        for name in ("../outside/secret.mp3", "..%2foutside%2fsecret.png", ".hidden.png"):
            MediaItem.objects.create(
                title="x", kind="audio", mime="audio/mpeg", path=f"{name}.mp3", cover=name
            )
            assert self.client.get(f"/media/covers/{name}").status_code == 404

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import Http404

from playback import media, sources
from tests.services import Server, watchium_server
from watchium.wire.errors import UnknownMedia

FOLDERS = ("/media/samples/", "/static/", "/static/samples/", "/media/")
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
def test_no_address_leads_out_of_its_folder(server: Server, folder: str):
    secret = (server.data_dir / "secret_key").read_bytes()
    for way in WAYS_OUT:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest(
            "GET", folder + way, skip_accept_encoding=True
        )  # as it is: no client tidies it up
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
    assert media.found(film, "video/webm").size == 4
    for name in ("link.webm", "near.webm", ".hidden.webm", "folder.webm", "none.webm"):
        with pytest.raises(Http404):
            media.found(tmp_path / name, "video/webm")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_room_plays_a_file_by_its_path(way: str):
    for address in (f"/media/samples/{way}", f"/media/{way}", f"/{way}", f"file://{way}"):
        with pytest.raises(UnknownMedia):
            sources.find(address)

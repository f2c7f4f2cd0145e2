"""Albums of the same name are separated by artist or folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.library.albums import KEY_LENGTH, album_folder, album_key
from playback.library.scanning.scan import Scan
from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import id3, mp3
from tests.watchium.api.callers import Caller

texts = st.text(max_size=30)


@given(texts, texts, texts, texts)
def test_a_key_is_short_and_none_only_without_a_name(album: str, owner: str, artist: str, path: str):
    key = album_key(album, owner, artist, path)
    assert len(key) in (0, KEY_LENGTH)
    assert album_key(album.upper().lower(), owner, artist, path) is not None
    if album.strip() and album.isascii() and album.isprintable():
        assert key


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("Queen/Greatest Hits/01.mp3", "Queen/Greatest Hits"),
        ("Opera/Ring/CD1/01.mp3", "Opera/Ring"),
        ("Opera/Ring/Disc 2 - Act II/01.mp3", "Opera/Ring"),
        ("Opera/Ring (CD 10)/01.mp3", "Opera/Ring"),
        ("Opera/Ring disk 3/01.mp3", "Opera/Ring"),
        ("CD1/01.mp3", "."),
        ("Opera/Ring_CD2/01.mp3", "Opera/Ring"),
        ("Abcd 1/01.mp3", "Abcd 1"),
        ("Discovery/01.mp3", "Discovery"),
        ("01.mp3", "."),
    ],
)
def test_discs_lie_in_the_folder_of_their_album(path: str, folder: str):
    assert album_folder(path) == folder


class Albums(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        session = self.client.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()
        self.caller = Caller(self.client)

    def song(self, path: str, artist: str, album: str, album_artist: str = "") -> None:
        title = path.rpartition("/")[2].removesuffix(".mp3")
        self.put(path, mp3(title, artist, album, album_artist=album_artist))

    def album_of(self, path: str) -> list[str]:
        """The tracks that the page lists for this track's album."""
        key = self.item(path).album_key
        found = self.caller.get(f"/api/library/?order=album&album_id={key}").json()["items"]
        assert {item["album_id"] for item in found} == {key}
        return [item["title"] for item in found]

    def test_two_of_one_name_are_two(self):
        for artist in ("Queen", "Abba"):
            for number in (1, 2, 10):
                self.song(f"{artist}/Greatest Hits/{number} {artist}.mp3", artist, "Greatest Hits")
        self.scan()
        assert self.album_of("Queen/Greatest Hits/1 Queen.mp3") == ["1 Queen", "2 Queen", "10 Queen"]
        assert self.album_of("Abba/Greatest Hits/2 Abba.mp3") == ["1 Abba", "2 Abba", "10 Abba"]
        both = self.caller.get("/api/library/?order=album&album=Greatest%20Hits").json()["items"]
        assert len(both) == 6

    def test_in_one_folder_the_artist_of_the_album_decides(self):
        self.song("1.mp3", "Freddie", "Live", "Queen")
        self.song("2.mp3", "Brian", "Live", "QUEEN ")
        self.song("3.mp3", "Agnetha", "Live", "Abba")
        self.scan()
        assert (self.album_of("1.mp3"), self.album_of("3.mp3")) == (["1", "2"], ["3"])

    def test_a_compilation_is_one(self):
        for number, artist in enumerate(("Ana", "Bo", "Cy")):
            self.song(f"Mixed/{number}.mp3", artist, "Mixed")
            self.song(f"{artist}/{number} various.mp3", artist, "Summer", "Various Artists")
            tags = [(b"TPE1", b"\0" + artist.encode()), (b"TALB", b"\0Winter"), (b"TCMP", b"\x001")]
            self.put(f"{artist}/{number} marked.mp3", id3(tags) + mp3())
        self.scan()
        assert self.album_of("Mixed/0.mp3") == ["0", "1", "2"]
        assert len(self.album_of("Ana/0 various.mp3")) == len(self.album_of("Bo/1 marked.mp3")) == 3

    def test_an_artist_that_only_some_tracks_name_is_that_of_all(self):
        self.song("Hits/CD1/1.mp3", "Queen", "Hits")
        self.song("Hits/CD1/2.mp3", "Queen feat. Bowie", "hits ")
        self.song("Hits/CD2/3.mp3", "Queen", "Hits", "Queen")
        self.song("Hits/CD2/4.mp3", "Abba", "Hits")
        self.song("Mixed/5.mp3", "Ana", "Mixed", "Various Artists")
        self.song("Mixed/6.mp3", "Bo", "Mixed")
        self.song("Other/7.mp3", "Queen", "Hits")
        self.scan()
        for _ in range(2):
            albums = [
                self.album_of(path)
                for path in ("Hits/CD1/1.mp3", "Hits/CD2/4.mp3", "Mixed/6.mp3", "Other/7.mp3")
            ]
            assert albums == [["1", "2", "3"], ["4"], ["5", "6"], ["7"]]
            assert Scan(reread=True).run().same == 7
        self.song("Hits/CD2/3.mp3", "Queen", "Hits", "Somebody Else")
        self.scan()
        assert self.album_of("Hits/CD1/1.mp3") == ["1", "2", "4"]

    def test_discs_are_one_album_in_the_order_of_discs(self):
        for disc in (1, 2, 10):
            self.song(f"Opera/CD{disc}/1 Act {disc}.mp3", "Choir", "The Ring")
        self.scan()
        assert self.album_of("Opera/CD2/1 Act 2.mp3") == ["1 Act 1", "1 Act 2", "1 Act 10"]

    def test_uploads_are_grouped_by_artist(self):
        self.song("uploads/a.mp3", "Queen", "Live")
        self.song("uploads/b.mp3", "Abba", "Live")
        self.song("uploads/c.mp3", "queen", "live")
        self.scan()
        assert (self.album_of("uploads/a.mp3"), self.album_of("uploads/b.mp3")) == (["a", "c"], ["b"])

    def test_an_album_that_moves_stays_one(self):
        for number in (1, 2):
            self.song(f"Before/{number}.mp3", "Ana", "Live")
        self.scan()
        (self.folder / "Before").rename(self.folder / "After")
        assert self.scan().moved == 2
        assert self.album_of("After/1.mp3") == ["1", "2"]

    def test_album_artists_of_existing_items_are_read_once(self):
        self.song("a/1.mp3", "Ana", "Live", "Band")
        self.song("b/2.mp3", "Bo", "Live", "Band")
        self.scan()
        rows = MediaItem.objects.all()
        for row in rows:
            row.album_artist, row.title = None, "Put right"
            row.save()
        assert len({row.album_key for row in MediaItem.objects.all()}) == 2
        assert self.scan(dry_run=True).changed == 2
        assert self.scan().changed == 2
        assert {row.title for row in MediaItem.objects.all()} == {"Put right"}
        assert len({row.album_key for row in MediaItem.objects.all()}) == 1
        assert self.scan().same == 2

    def test_an_id_that_is_none_is_refused(self):
        for said in ("x", "0" * 19, "%00", "'", "0" * 300):
            assert self.caller.get(f"/api/library/?album_id={said}").status_code == 400
        assert self.caller.get(f"/api/library/?album_id={'0' * KEY_LENGTH}").json()["items"] == []

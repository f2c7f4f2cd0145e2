from __future__ import annotations

import json

from msgspec.structs import replace

from playback.sources.own_copy import OWN
from tests.watchium.syncplay.playlist.queues import FILM, LINK, queue_of
from watchium.protocol.types import Media
from watchium.syncplay import outgoing
from watchium.syncplay.playlist.labels import (
    MAX_CHARS,
    MAX_ITEMS,
    NO_FILE,
    Item,
    Playlist,
    label_of,
    playlist_of,
)


def test_links_are_addresses_and_all_others_titles():
    library = Media(url="/media/library/5", kind="video", title="A film", source="library", item_id=5)
    upload = Media(url=f"/media/uploads/{'0' * 32}", kind="video", title="My film", source="upload")
    assert label_of(LINK) == LINK.url
    assert [label_of(media) for media in (library, upload, FILM)] == ["A film", "My film", "film.mkv"]


def test_no_title_looks_like_a_path_or_an_address():
    titles = ("../../etc/passwd", "C:\\secret.mkv", "https://example.org/x", " / ")
    labels = [label_of(replace(FILM, title=title)) for title in titles]
    assert labels == ["..-..-etc-passwd", "C:-secret.mkv", "https:-example.org-x", "-"]


def test_what_plays_without_a_queue_is_the_only_item():
    assert playlist_of(queue_of(), FILM) == Playlist((Item(None, "film.mkv"),), 0)
    assert playlist_of(queue_of(), None) == Playlist()


def test_the_current_item_has_the_name_of_the_clients_own_copy():
    playlist = playlist_of(queue_of(LINK, FILM, current=1), FILM, "mine.mp4")
    assert playlist.labels == [LINK.url, "mine.mp4"]
    assert playlist.current == Item("2", "mine.mp4")


def test_a_queue_that_has_ended_has_no_current_item():
    assert playlist_of(queue_of(LINK), None).index is None


def test_of_a_long_queue_the_current_entry_and_what_follows_is_listed():
    media = [Media(url=f"{OWN}:{n}", kind="video", title=f"film {n}", source=OWN) for n in range(400)]
    playlist = playlist_of(queue_of(*media, current=100), media[100])
    assert (len(playlist.items), playlist.index) == (MAX_ITEMS, 0)
    assert playlist.labels[0] == "film 100"
    assert playlist.after == "351"


def test_a_list_fits_into_a_line():
    media = [replace(FILM, title="映画" * 100) for _ in range(100)]
    playlist = playlist_of(queue_of(*media, current=0), media[0])
    assert 10 < len(playlist.items) < 100
    assert sum(map(len, playlist.labels)) <= MAX_CHARS
    assert json.loads(outgoing.encode(outgoing.playlist(playlist.labels)))


def test_an_address_that_no_line_takes_is_listed_by_its_title():
    for path in ("日" * 4950, "a" * 10_001, '"' * 8000):
        media = replace(LINK, url=f"https://example.org/{path}")
        for queue in (queue_of(), queue_of(FILM, media, current=1)):
            playlist = playlist_of(queue, media)
            assert playlist.current is not None and playlist.current.label == "clip"
            assert outgoing.encode(outgoing.playlist(playlist.labels))


def test_no_entry_has_the_name_of_the_first_list():
    assert label_of(replace(FILM, title=NO_FILE)) != NO_FILE

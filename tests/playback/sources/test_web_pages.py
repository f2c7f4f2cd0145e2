from __future__ import annotations

import pytest

from playback.sources.addresses import find
from watchium.protocol.errors import UnknownMedia


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://www.netflix.com/watch/80057281", "Netflix plays on its own pages only"),
        ("https://www.disneyplus.com/video/abc", "Disney\\+ plays on its own pages only"),
        ("https://www.primevideo.com/detail/x", "Prime Video plays on its own pages only"),
        ("https://www.amazon.de/gp/video/detail/x", "Prime Video plays on its own pages only"),
        ("https://open.spotify.com/track/1", "Spotify plays on its own pages only"),
        ("https://x.com/somebody/status/1", "This is a page of X"),
        ("https://www.tiktok.com/@a/video/7", "This is a page of TikTok"),
        ("https://archive.org/details/film.mp4.zip", "This is a page of the Internet Archive"),
        ("https://commons.wikimedia.org/wiki/File:Clip.webm", "This is a page of Wikimedia Commons"),
        ("https://drive.google.com/file/d/1/view", "This is a page of Google Drive"),
        ("https://example.org/films/index.html?x=1", "This is a page, not media"),
        ("https://example.org/poster.JPG", "This is a picture"),
        ("https://example.org/film.en.srt", "These are captions"),
        ("https://example.org/radio.pls", "This is a list of addresses"),
    ],
)
def test_pages_and_documents_are_refused_with_what_they_are(address, message):
    with pytest.raises(UnknownMedia, match=message):
        find(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://v.redd.it/x/DASH_720.mp4",
        "https://video.twimg.com/x/1.mp4",
        "https://cdn.facebook.com/a.mp4?token=1",
        "https://archive.org/download/film/film.mp4",
        "https://upload.wikimedia.org/wikipedia/commons/a/a1/Clip.webm",
        "https://www.amazon.de/films/x.mp4",
        "https://notnetflix.com/watch",
        "https://example.org/netflix.com/film.mp4",
        "https://example.org/stream.php?id=3",
    ],
)
def test_files_of_the_same_sites_and_other_sites_are_accepted(address):
    assert find(address).source == "file"

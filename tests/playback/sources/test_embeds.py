from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.sources import youtube
from playback.sources.addresses import embed_at
from watchium.protocol.errors import UnknownMedia

ID = "aqz-KE-bpKQ"


@pytest.mark.parametrize(
    ("address", "start_s"),
    [
        (f"https://www.youtube.com/watch?v={ID}", 0),
        (f"https://youtube.com/watch?app=desktop&v={ID}&t=90", 90),
        (f"https://www.youtube.com/watch?v={ID}&t=1h2m3s", 3723),
        (f"https://www.youtube.com/watch?v={ID}&t=2m", 120),
        (f"https://www.youtube.com/watch?v={ID}#t=15s", 15),
        (f"https://m.youtube.com/watch?v={ID}&list=PL123456&index=4", 0),
        (f"https://music.youtube.com/watch?v={ID}&si=share", 0),
        (f"https://youtu.be/{ID}?t=42", 42),
        (f"https://youtu.be/{ID}?si=share", 0),
        (f"https://www.youtube.com/shorts/{ID}", 0),
        (f"https://www.youtube.com/live/{ID}?feature=share", 0),
        (f"https://www.youtube.com/embed/{ID}?start=7&autoplay=1", 7),
        (f"https://www.youtube-nocookie.com/embed/{ID}", 0),
        (f"https://www.youtube.com./watch?v={ID}&t=soon", 0),
        (f"https://www.youtube.com/watch?v={ID}&t=99999999999", 0),
    ],
)
def test_the_video_of_a_youtube_address_is_found(address, start_s):
    video = youtube.video_at(urlsplit(address))
    assert (video.source, video.id, video.start_s) == ("youtube", ID, start_s)
    assert video.url == f"https://www.youtube.com/watch?v={ID}" + (f"&t={start_s}s" if start_s else "")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://www.youtube.com/", "no video"),
        ("https://www.youtube.com/@somebody", "no video"),
        ("https://www.youtube.com/channel/UC1234567890", "no video"),
        ("https://www.youtube.com/results?search_query=cats", "no video"),
        ("https://www.youtube.com/watch", "no video"),
        ("https://youtu.be/", "no video"),
        ("https://www.youtube.com/playlist?list=PL123456", "a playlist"),
        ("https://www.youtube.com/embed/videoseries?list=PL123456", "a playlist"),
        ("https://www.youtube.com/watch?v=short", "not complete"),
        (f"https://www.youtube.com/watch?v={ID}x", "not complete"),
        ("https://youtu.be/aqz-KE-bp'Q", "not complete"),
        ("https://vimeo.com/", "page of Vimeo"),
        ("https://vimeo.com/watch", "page of Vimeo"),
        ("https://vimeo.com/user1234", "page of Vimeo"),
        ("https://www.twitch.tv/", "page of Twitch"),
        ("https://www.twitch.tv/directory/game/Chess", "page of Twitch"),
    ],
)
def test_other_pages_of_these_sites_are_refused(address, message):
    with pytest.raises(UnknownMedia, match=message):
        embed_at(urlsplit(address))


@pytest.mark.parametrize(
    ("address", "video_id", "url"),
    [
        ("https://vimeo.com/76979871", "76979871", "https://vimeo.com/76979871"),
        ("https://vimeo.com/76979871?share=copy#t=65s", "76979871", "https://vimeo.com/76979871#t=65s"),
        ("https://vimeo.com/76979871/abc123def0", "76979871", "https://vimeo.com/76979871/abc123def0"),
        ("https://player.vimeo.com/video/76979871?h=abc123def0", "76979871", "https://vimeo.com/76979871/abc123def0"),
        ("https://vimeo.com/channels/staffpicks/76979871", "76979871", "https://vimeo.com/76979871"),
        ("https://vimeo.com/groups/a/videos/76979871", "76979871", "https://vimeo.com/76979871"),
        ("https://www.twitch.tv/videos/1234567890?t=1h2m", "v1234567890", "https://www.twitch.tv/videos/1234567890?t=3720s"),
        ("https://player.twitch.tv/?video=v1234567890&parent=x", "v1234567890", "https://www.twitch.tv/videos/1234567890"),
        ("https://www.twitch.tv/SomeBody", "somebody", "https://www.twitch.tv/somebody"),
        ("https://player.twitch.tv/?channel=somebody", "somebody", "https://www.twitch.tv/somebody"),
        ("https://clips.twitch.tv/NiceClip-x_1", "clip/NiceClip-x_1", "https://clips.twitch.tv/NiceClip-x_1"),
        ("https://www.twitch.tv/somebody/clip/NiceClip", "clip/NiceClip", "https://clips.twitch.tv/NiceClip"),
    ],
)  # fmt: skip
def test_videos_of_vimeo_and_twitch_are_found(address, video_id, url):
    video = embed_at(urlsplit(address))
    assert (video.id, video.url) == (video_id, url)


@pytest.mark.parametrize(
    "address",
    [
        "https://player.vimeo.com/external/123456.hd.mp4?s=1",
        "https://player.vimeo.com/progressive_redirect/playback/123456/rendition/720p",
        "https://player.vimeo.com/external/123456.m3u8?s=1",
        "https://f.vimeocdn.com/film.mp4",
        "https://rr1.googlevideo.com/videoplayback?id=1",
        "https://notyoutube.com/watch?v=1",
    ],
)
def test_files_are_no_embedded_player(address):
    assert embed_at(urlsplit(address)) is None


_words = st.text("abc01_-/.%&=?#vtlist@ \u00e4", max_size=30)
_hosts = st.sampled_from(
    ("www.youtube.com", "youtu.be", "vimeo.com", "player.vimeo.com", "www.twitch.tv", "clips.twitch.tv")
)


@given(_hosts, _words, st.dictionaries(st.sampled_from(("v", "list", "t", "h", "video", "channel")), _words))
def test_whatever_follows_these_hosts_is_a_checked_id_or_a_refusal(host, path, query):
    try:
        video = embed_at(urlsplit(f"https://{host}/{path}?{urlencode(query)}"))
    except UnknownMedia:
        return
    assert video is None or re.fullmatch(r"[A-Za-z0-9_/-]{3,105}", video.id)
    assert video is None or re.fullmatch(r"https://[a-z.]+/[A-Za-z0-9_/?=&#-]+", video.url)

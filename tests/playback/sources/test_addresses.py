from __future__ import annotations

import shutil
import subprocess

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.duration import EXACT, Duration
from playback.sources.addresses import duration_of, find
from playback.sources.samples import SAMPLES
from watchium.protocol.errors import UnknownMedia


@pytest.mark.parametrize(
    ("address", "kind", "mime"),
    [
        ("https://example.org/Big.Clip.MP4?token=1", "video", "video/mp4"),
        ("http://example.org/a%20b.webm", "video", "video/webm"),
        ("https://example.org:8443/song.FLAC", "audio", "audio/flac"),
        ("https://example.org/song.m4a#t=10", "audio", "audio/mp4"),
        ("https://example.org/watch?id=3", "video", None),
        ("https://[2001:db8::1]/x.ogg", "audio", "audio/ogg"),
        ("https://bücher.example/x.ogg", "audio", "audio/ogg"),
        ("https://xn--bcher-kva.example./x.ogg", "audio", "audio/ogg"),
        ("https://हिन्दी.example/x.ogg", "audio", "audio/ogg"),
        ("https://例え。jp/x.ogg", "audio", "audio/ogg"),
        ("https://i❤.example/x.ogg", "audio", "audio/ogg"),
        ("http://nas/x.ogg", "audio", "audio/ogg"),
        ("http://my_nas:8080/x.ogg", "audio", "audio/ogg"),
        ("http://192.168.1.5/x.ogg", "audio", "audio/ogg"),
    ],
)
def test_a_file_on_the_web_is_recognised_by_its_extension(address, kind, mime):
    media = find(address)
    assert (media.kind, media.mime) == (kind, mime)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://example.org/films/Big_Buck%20Bunny.mp4", "Big Buck Bunny"),
        ("https://example.org/", "example.org"),
        ("https://example.org/%E2%80%AEevil.mp4", "evil"),
    ],
)
def test_a_title_is_made_from_the_name(address, title):
    assert find(address).title == title


def test_a_given_title_is_cleaned_and_used():
    assert find("https://example.org/a.mp4", "  Our\u202e film ").title == "Our film"


def test_blanks_in_an_address_are_escaped():
    assert find(" https://example.org/my film.mp4 ").url == "https://example.org/my%20film.mp4"


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:video/mp4;base64,AAAA",
        "file:///etc/passwd",
        "blob:https://example.org/1",
        "ftp://example.org/a.mp4",
        "//example.org/a.mp4",
        "example.org/a.mp4",
        "https://",
        "https:///a.mp4",
        "https://user:secret@example.org/a.mp4",
        "https://user@example.org/a.mp4",
        "https://example.org\\@evil.org/a.mp4",
        "https://example.org:port/a.mp4",
        "https://[::1/a.mp4",
        "https://example.org/a\x00.mp4",
        "https://example.org/a\u202e.mp4",
        "https://example.org/\ud800.mp4",
        "/etc/passwd",
        "/media/",
        "/media/samples/../secret_key",
        "/media/samples/nothing.webm",
        "/static/samples/clip.webm",
    ],
)
def test_other_addresses_are_rejected(address):
    with pytest.raises(UnknownMedia):
        find(address)


@pytest.mark.parametrize(
    "address",
    [
        "hello",
        "not a link",
        "film tonight at 8?",
        "//hello",
        "https://not a link",
        "https://not%20a%20link",
        "https://not\u00a0a\u00a0link/x.mp4",
        "https://b%C3%BCcher.example/x.mp4",
        "https://a..example/x.mp4",
        "https://.example/x.mp4",
        "https://./x.mp4",
        "https://<b>.example/x.mp4",
        'https://"quoted"/x.mp4',
        "http://[not:an:address]/x.mp4",
    ],
)
def test_text_and_hosts_that_browsers_do_not_resolve_are_not_addresses(address):
    with pytest.raises(UnknownMedia, match=r"This is not an address\."):
        find(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://youtu.be/aqz-KE-bpKQ",
        "https://m.youtube.com./watch?v=aqz-KE-bpKQ",
        "https://vimeo.com/76979871",
        "https://www.twitch.tv/videos/123456789",
    ],
)
def test_players_that_the_operator_does_not_allow_are_rejected_with_a_reason(address):
    with pytest.raises(UnknownMedia, match=r"This server does not show"):
        find(address)


@pytest.mark.parametrize(
    ("address", "source", "url"),
    [
        ("https://youtu.be/aqz-KE-bpKQ?si=x", "youtube", "https://www.youtube.com/watch?v=aqz-KE-bpKQ"),
        ("https://vimeo.com/76979871", "vimeo", "https://vimeo.com/76979871"),
        ("https://www.twitch.tv/Somebody", "twitch", "https://www.twitch.tv/somebody"),
    ],
)
def test_an_embedded_player_is_accepted_if_the_operator_allows_it(address, source, url):
    media = find(address, embeds=frozenset((source,)))
    assert (media.source, media.url, media.kind) == (source, url, "video")
    assert find(address, "Ours", embeds=frozenset((source,))).title == "Ours"


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("https://example.org/live/index.m3u8?x=1", None),
        ("https://example.org/stream?id=3", "application/x-mpegURL"),
    ],
)
def test_hls_is_recognised_by_its_extension_or_its_media_type(address, hint):
    media = find(address, mime=hint)
    assert (media.source, media.mime, media.url) == ("hls", "application/vnd.apple.mpegurl", address)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("https://example.org/film.mpd", None),
        ("https://example.org/manifest?id=3", "application/dash+xml"),
    ],
)
def test_dash_is_recognised_by_its_extension_or_its_media_type(address, hint):
    media = find(address, mime=hint)
    assert (media.source, media.mime, media.url) == ("dash", "application/dash+xml", address)


@pytest.mark.parametrize(
    ("address", "hint", "kind", "mime"),
    [
        ("https://example.org/radio", "audio/mpeg", "audio", "audio/mpeg"),
        ("https://example.org/radio", "text/html", "video", None),
        ("https://example.org/clip.webm", "audio/mpeg", "video", "video/webm"),
    ],
)
def test_a_known_media_type_helps_where_the_extension_says_nothing(address, hint, kind, mime):
    media = find(address, mime=hint)
    assert (media.kind, media.mime) == (kind, mime)


def test_a_site_with_a_similar_name_is_accepted():
    assert find("https://notyoutube.com/a.mp4").kind == "video"


@given(st.text(max_size=60))
def test_any_text_is_media_or_rejected(address):
    try:
        media = find(address)
    except UnknownMedia:
        return
    assert media.url.startswith(("http://", "https://", "/media/samples/"))


def test_the_samples_exist_with_their_names_and_durations():
    for sample in SAMPLES:
        media = find(sample.media.url)
        assert media == sample.media
        assert duration_of(media) == Duration(sample.duration_s, EXACT)
        assert (settings.SAMPLES_DIR / sample.name).stat().st_size > 100_000


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="measures with ffprobe")
def test_the_samples_have_the_stated_durations():
    for sample in SAMPLES:
        command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
        measured = subprocess.run(
            [*command, settings.SAMPLES_DIR / sample.name], capture_output=True, text=True, check=True
        )
        assert float(measured.stdout) == pytest.approx(sample.duration_s, abs=0.001)

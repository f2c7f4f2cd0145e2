from __future__ import annotations

import pytest

from playback.sources.streams import stream_kind


@pytest.mark.parametrize(
    ("extension", "mime", "kind"),
    [
        ("m3u8", None, "hls"),
        ("mpd", None, "dash"),
        ("", "application/vnd.apple.mpegurl", "hls"),
        ("php", "Application/x-mpegURL; charset=utf-8", "hls"),
        ("", "application/dash+xml", "dash"),
        ("mp4", None, None),
        ("", "video/mp4", None),
        ("", "", None),
    ],
)
def test_a_stream_is_known_by_its_extension_or_its_media_type(extension, mime, kind):
    assert stream_kind(extension, mime) == kind

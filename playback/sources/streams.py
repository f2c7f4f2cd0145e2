"""Streams: addresses of HLS and DASH playlists, by their extension or by the media type that a program knows."""

from __future__ import annotations

HLS = "hls"
DASH = "dash"
MIMES = {HLS: "application/vnd.apple.mpegurl", DASH: "application/dash+xml"}
# Registered and customary media types of playlists.
_BY_MIME = {
    **dict.fromkeys(
        ("application/vnd.apple.mpegurl", "application/x-mpegurl", "application/mpegurl", "audio/mpegurl"),
        HLS,
    ),
    "audio/x-mpegurl": HLS,
    "application/dash+xml": DASH,
}
_BY_EXTENSION = {"m3u8": HLS, "mpd": DASH}


def stream_kind(extension: str, mime: str | None) -> str | None:
    """Return `hls` or `dash`; None if this is neither."""
    return _BY_EXTENSION.get(extension) or _BY_MIME.get((mime or "").partition(";")[0].strip().lower())

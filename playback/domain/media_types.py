"""Media types: which files are read, by extension, and what they are, by content. Pure.

Browsers decide by content, so the content decides here too if the extension says something else.
"""

from __future__ import annotations

from pathlib import PurePosixPath

# Of files on the web; browsers play them by themselves.
WEB_MIMES = {
    "webm": "video/webm",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
}
# Browsers play some of these, depending on their codecs, which ffprobe reads.
NEEDS_FFPROBE = frozenset(("mkv", "mka", "3gp", "3g2"))
MIMES = {
    **WEB_MIMES,
    "m4b": "audio/mp4",
    "weba": "audio/webm",
    "mkv": "video/x-matroska",
    "mka": "audio/x-matroska",
    "3gp": "video/mp4",
    "3g2": "video/mp4",
}
# The extensions of each kind of content; the first is used if the file has a wrong one.
FAMILIES = {
    "mp3": ("mp3",),
    "aac": ("aac",),
    "flac": ("flac",),
    "wav": ("wav",),
    "ogg": ("ogg", "ogv", "oga", "opus"),
    "mp4": ("m4a", "mp4", "m4v", "mov", "m4b", "3gp", "3g2"),
    "webm": ("webm", "weba"),
    "matroska": ("mkv", "mka", "webm", "weba"),
}
VIDEO = {"ogg": "ogv", "mp4": "mp4"}
AUDIO = {"webm": "weba", "matroska": "mka"}
# Codecs that browsers play.
PLAYABLE_CODECS = frozenset(("h264", "vp8", "vp9", "av1", "aac", "mp3", "opus", "vorbis", "flac"))

SKIPPED = {
    **dict.fromkeys(
        ("avi", "wmv", "asf", "flv", "f4v", "mpg", "mpeg", "m2v", "ts", "mts", "m2ts", "vob", "rm", "rmvb", "divx"),
        "no browser plays this kind of video",
    ),
    **dict.fromkeys(
        ("wma", "aiff", "aif", "aifc", "ape", "wv", "ac3", "eac3", "dts", "mid", "midi", "amr", "mpc", "tak", "tta"),
        "no browser plays this kind of audio",
    ),
    **dict.fromkeys(("dsf", "dff", "ra", "au", "caf", "mp2", "mod"), "no browser plays this kind of audio"),
    **dict.fromkeys(("m3u", "m3u8", "pls", "cue", "xspf", "asx", "wpl", "mpd"), "a playlist, not media"),
    **dict.fromkeys(("srt", "vtt", "ass", "ssa", "sub", "idx", "sup", "lrc"), "captions or lyrics, not media"),
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "svg", "heic"), "a picture"),
    **dict.fromkeys(("part", "crdownload", "tmp", "partial", "download", "!ut"), "not complete yet"),
}  # fmt: skip
NOT_MEDIA = "neither audio nor video by its extension"


def suffix_of(name: str) -> str:
    """Return the extension in lower case without its dot, or an empty string."""
    return PurePosixPath(name).suffix.lstrip(".").lower()


def extension_of(name: str) -> str | None:
    """Return the extension in lower case without its dot, or None if it is not a media type."""
    extension = suffix_of(name)
    return extension if extension in MIMES else None


def kind_of(mime: str) -> str:
    return mime.partition("/")[0]


def extension_for_content(family: str, extension: str, *, film: bool) -> str:
    """Return the extension that a file of this content should have: its own if that fits."""
    names = FAMILIES[family]
    if extension in names:
        return extension
    return (VIDEO if film else AUDIO).get(family, names[0])

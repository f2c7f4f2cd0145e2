"""Media types: which files are read, by extension, and what they are, by content. Pure.

Browsers decide by content, so the content decides here too if the extension says something else. All that ffmpeg reads
is read; whether browsers play it is decided by `playback.domain.playability`.
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
# Files that only ffprobe can describe: browsers play some of them, depending on their codecs, or none.
FOREIGN = {
    "mkv": "video/x-matroska",
    "mk3d": "video/x-matroska",
    "mka": "audio/x-matroska",
    "3gp": "video/mp4",
    "3g2": "video/mp4",
    "f4v": "video/mp4",
    "ogm": "video/ogg",
    "avi": "video/x-msvideo",
    "divx": "video/x-msvideo",
    "flv": "video/x-flv",
    "wmv": "video/x-ms-wmv",
    "asf": "video/x-ms-asf",
    "wma": "audio/x-ms-wma",
    **dict.fromkeys(("ts", "mts", "m2ts", "m2t", "tp", "trp"), "video/mp2t"),
    **dict.fromkeys(("mpg", "mpeg", "mpe", "m1v", "m2v", "vob"), "video/mpeg"),
    "rm": "video/x-pn-realvideo",
    "rmvb": "video/x-pn-realvideo",
    "ra": "audio/x-pn-realaudio",
    "mp2": "audio/mpeg",
    "mpa": "audio/mpeg",
    "ac3": "audio/ac3",
    "eac3": "audio/eac3",
    "ec3": "audio/eac3",
    "dts": "audio/vnd.dts",
    "dtshd": "audio/vnd.dts.hd",
    "thd": "audio/vnd.dolby.mlp",
    "ape": "audio/x-ape",
    "wv": "audio/x-wavpack",
    "tta": "audio/x-tta",
    "tak": "audio/x-tak",
    "mpc": "audio/x-musepack",
    "caf": "audio/x-caf",
    "w64": "audio/x-w64",
    "dsf": "audio/x-dsf",
    **dict.fromkeys(("aiff", "aif", "aifc"), "audio/aiff"),
    "au": "audio/basic",
    "snd": "audio/basic",
    "amr": "audio/amr",
}
NEEDS_FFPROBE = frozenset(FOREIGN)
MIMES = {**WEB_MIMES, "m4b": "audio/mp4", "weba": "audio/webm", **FOREIGN}
# The extensions of each kind of content; the first is used if the file has a wrong one.
FAMILIES = {
    "mp3": ("mp3",),
    "aac": ("aac",),
    "flac": ("flac",),
    "wav": ("wav",),
    "ogg": ("ogg", "ogv", "oga", "opus", "ogm"),
    "mp4": ("m4a", "mp4", "m4v", "mov", "m4b", "3gp", "3g2", "f4v"),
    "webm": ("webm", "weba"),
    "matroska": ("mkv", "mka", "mk3d", "webm", "weba"),
    "avi": ("avi", "divx"),
    "flv": ("flv",),
    "asf": ("wmv", "asf", "wma"),
    "mpegts": ("ts", "mts", "m2ts", "m2t", "tp", "trp"),
    "mpeg": ("mpg", "mpeg", "mpe", "m1v", "m2v", "vob"),
    "rm": ("rm", "rmvb", "ra"),
    "mp2": ("mp2", "mpa"),
    "ac3": ("ac3", "eac3", "ec3"),
    "dts": ("dts", "dtshd"),
    "truehd": ("thd",),
    "aiff": ("aiff", "aif", "aifc"),
    "au": ("au", "snd"),
    **{name: (name,) for name in ("ape", "wv", "tta", "tak", "mpc", "caf", "w64", "dsf", "amr")},
}
VIDEO = {"ogg": "ogv", "mp4": "mp4"}
AUDIO = {"webm": "weba", "matroska": "mka", "asf": "wma"}
# ffmpeg's readers of media. Those of playlists are not here: a list named film.mkv would open other files.
DEMUXERS = (
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,asf,asf_o,mpegts,mpeg,mpegvideo,flv,rm,ogg,mp3,flac,wav,w64,aac,ac3,eac3"
    ",dts,dtshd,truehd,mlp,ape,wv,tta,tak,mpc,mpc8,caf,aiff,au,amr,dsf"
)
# For ffmpeg and ffprobe: a file may claim to be a list of other files or addresses.
ONLY_THE_FILE = ("-protocol_whitelist", "file", "-format_whitelist", DEMUXERS)

SKIPPED = {
    **dict.fromkeys(("mid", "midi", "kar", "mod", "xm", "it", "s3m"), "notes, not sound"),
    **dict.fromkeys(("iso", "img", "nrg", "mdf"), "an image of a disc"),
    **dict.fromkeys(("dff", "shn", "ofr", "la", "aa", "aax"), "nothing here plays this kind of audio"),
    **dict.fromkeys(("swf", "mxf", "dv"), "nothing here plays this kind of video"),
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


def mime_of(extension: str, *, film: bool) -> str:
    """Return the media type of a file; content that only ffprobe describes is audio or video by what it found."""
    mime = MIMES[extension]
    return f"{'video' if film else 'audio'}/{mime.partition('/')[2]}" if extension in FOREIGN else mime


def kind_of(mime: str) -> str:
    return mime.partition("/")[0]


def extension_for_content(family: str, extension: str, *, film: bool) -> str:
    """Return the extension that a file of this content should have: its own if that fits."""
    names = FAMILIES[family]
    if extension in names:
        return extension
    return (VIDEO if film else AUDIO).get(family, names[0])

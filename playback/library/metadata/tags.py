"""Read the type and tags of a file: tinytag reads audio, ffprobe reads video and what tinytag leaves open."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tinytag import TinyTag

from playback.domain.albums import VARIOUS
from playback.domain.media_types import MIMES, NEEDS_FFPROBE, PLAYABLE_CODECS, extension_for_content, kind_of
from playback.library.metadata import ape_tags, ffprobe, legacy_encodings, tag_reader, wav_chunks
from playback.library.metadata.bounded_reader import ReadLimitExceeded, opened
from playback.library.metadata.content_sniffing import Content, sniff
from playback.library.metadata.ffprobe import Probed, UnreadableFile
from playback.library.metadata.mp3_duration import measured_s
from playback.library.metadata.ogg_duration import chained_s

LONGEST_S = 7 * 86400.0  # the largest position of the protocol


class UnplayableFile(Exception):
    """Browsers do not play this file. The message gives the reason."""


@dataclass(frozen=True)
class Tags:
    """Fields are empty, and `duration_s` is None, if no reader found them."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    duration_s: float | None = None
    picture: bytes | None = None
    mime: str = ""

    def filled_from(self, other: Tags) -> Tags:
        """Return these tags, with empty ones filled from the others."""
        return Tags(
            self.title or other.title,
            self.artist or other.artist,
            self.album or other.album,
            self.album_artist or other.album_artist,
            self.duration_s or other.duration_s,
            self.picture or other.picture,
        )


def read(path: Path, extension: str, name: str = "") -> Tags:
    """`name`: the name of the file, if its path has another one.

    Raises UnreadableFile and UnplayableFile with a reason for the operator, OSError if it cannot be read.
    """
    try:
        with opened(path) as file:
            content = sniff(file)
    except ReadLimitExceeded:
        content = None
    if content is None:
        raise UnreadableFile("it does not begin like audio or video")
    if not content.complete:
        raise UnreadableFile("it is not complete: its index, which is written last, is missing")
    actual = extension_for_content(content.family, extension, film=content.film)
    probed = _probe_playable(path) if actual in NEEDS_FFPROBE else None
    film = content.film or (probed is not None and probed.film)
    mime = MIMES[actual]
    if actual in NEEDS_FFPROBE and kind_of(mime) == "video" and not film:
        mime = mime.replace("video", "audio")
    tinytag_reader = _TinyTagReader(content, name or path.name)
    is_audio = kind_of(mime) == "audio"
    readers = (tinytag_reader.tags, _read_by_ffprobe) if is_audio else (_read_by_ffprobe, tinytag_reader.tags)
    return replace(_read(readers, path), mime=mime)


def _probe_playable(path: Path) -> Probed:
    """Raises UnplayableFile unless browsers have all of its codecs."""
    probed = ffprobe.probe(path)
    if probed is None:
        raise UnplayableFile("only ffprobe can tell whether browsers play it (install ffmpeg)")
    unplayable = sorted(set(probed.codecs) - PLAYABLE_CODECS)
    if unplayable:
        raise UnplayableFile(f"browsers do not play {' and '.join(unplayable)}")
    return probed


def _read(readers: Sequence[Callable[[Path], Tags | None]], path: Path) -> Tags:
    """Read with one reader after another until the duration is known. Raises UnreadableFile if no reader succeeded."""
    found, problem = None, None
    for reader in readers:
        try:
            tags = reader(path)
        except UnreadableFile as damaged:
            problem = problem or damaged
            continue
        if tags is not None:
            found = tags if found is None else found.filled_from(tags)
        if found is not None and found.duration_s:
            return found
    if found is None and problem is not None:
        raise problem
    return found or Tags()


@dataclass(frozen=True)
class _TinyTagReader:
    """Reads a file of this content and name with tinytag."""

    content: Content
    name: str

    def tags(self, path: Path) -> Tags | None:
        wav = self._wav(path)
        try:
            tag = tag_reader.read(path, self.content.family, self.content.start)
        except UnreadableFile:
            if wav is None or wav.duration_s is None:
                raise
            tag = TinyTag()
        if tag is None:
            return None
        fields = {
            "title": tag.title or "",
            "artist": tag.artist or "",
            "album": tag.album or "",
            "album_artist": tag.albumartist or "",
            "composer": tag.composer or "",
        }
        own = wav.tags if wav is not None else self._ape(path, fields)
        fields = {name: own.get(name, "") if _is_lost(text) else text for name, text in fields.items()}
        texts = legacy_encodings.decode(fields, PurePosixPath(self.name).stem)
        flags = (tag.other.get(field, ["0"])[0] for field in ("compilation", "tcmp", "cpil"))
        various = VARIOUS if any(flag.strip("\0 ") == "1" for flag in flags) else ""
        image = tag.images.any
        return Tags(
            texts["title"],
            texts["artist"] or texts["album_artist"],
            texts["album"],
            texts["album_artist"] or various,
            self._measured(path, wav) or seconds(tag.duration),
            image.data if image is not None else None,
        )

    def _wav(self, path: Path) -> wav_chunks.Wav | None:
        if self.content.family != "wav":
            return None
        with opened(path) as file:
            return wav_chunks.read(file)

    def _ape(self, path: Path, fields: dict[str, str]) -> dict[str, str]:
        """Read APE tags if the tags in front have no title."""
        if self.content.family != "mp3" or fields["title"]:
            return {}
        with opened(path) as file:
            return ape_tags.read(file)

    def _measured(self, path: Path, wav: wav_chunks.Wav | None) -> float | None:
        if wav is not None:
            return seconds(wav.duration_s)
        measure = {"mp3": measured_s, "ogg": chained_s}.get(self.content.family)
        if measure is None:
            return None
        try:
            with opened(path, self.content.start) as file:
                return seconds(measure(file))
        except ReadLimitExceeded:
            return None


def _is_lost(text: str) -> bool:
    """Empty, or with bytes that were not UTF-8 and are lost."""
    return not text or "\ufffd" in text


def _read_by_ffprobe(path: Path) -> Tags | None:
    probed = ffprobe.probe(path)
    if probed is None:
        return None
    texts = {name: "" if _is_lost(text) else text for name, text in probed.tags.items()}
    texts = legacy_encodings.decode(texts, path.stem)
    various = VARIOUS if texts.get("compilation", "") == "1" else ""
    return Tags(
        texts.get("title", ""),
        texts.get("artist", ""),
        texts.get("album", ""),
        texts.get("album_artist", "") or various,
        seconds(probed.duration),
    )


def seconds(value: float | str | None) -> float | None:
    try:
        found = float(value or 0)
    except (ValueError, OverflowError):
        return None
    return round(found, 3) if math.isfinite(found) and 0 < found <= LONGEST_S else None

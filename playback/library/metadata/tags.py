"""Read the type and tags of a file: tinytag reads audio, ffprobe reads video and what tinytag leaves open."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tinytag import TinyTag

from playback.domain.library.albums import VARIOUS
from playback.domain.media_facts import MediaFacts
from playback.domain.media_types import NEEDS_FFPROBE, extension_for_content, kind_of, mime_of
from playback.domain.playability import UNKNOWN, Playability
from playback.library.metadata import ape_tags, legacy_encodings, tag_reader, wav_chunks
from playback.library.metadata.bounded_reader import ReadLimitExceeded, opened
from playback.library.metadata.content_sniffing import Content
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.metadata.file_inspection import FileInspection
from playback.library.metadata.mp3_duration import measured_s
from playback.library.metadata.ogg_duration import chained_s

LONGEST_S = 7 * 86400.0  # the largest position of the protocol


class UnplayableFile(Exception):
    """Nothing can play this file. The message gives the reason."""


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
    facts: MediaFacts | None = None
    playability: Playability = UNKNOWN

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
    inspection = FileInspection(path)
    content = inspection.content
    actual = extension_for_content(content.family, extension, film=content.film)
    if actual in NEEDS_FFPROBE and inspection.probed() is None:
        raise UnplayableFile("only ffprobe can tell what is in it (install ffmpeg)")
    facts, playability = inspection.facts, inspection.playability
    mime = mime_of(actual, film=content.film or (facts is not None and facts.video is not None))
    by_tinytag = _TinyTagReader(content, name or path.name).tags
    by_ffprobe = _FfprobeReader(inspection).tags
    readers = (by_tinytag, by_ffprobe) if kind_of(mime) == "audio" else (by_ffprobe, by_tinytag)
    return replace(_read(readers, path), mime=mime, facts=facts, playability=playability)


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


@dataclass(frozen=True)
class _FfprobeReader:
    inspection: FileInspection

    def tags(self, path: Path) -> Tags | None:
        probed = self.inspection.probed()
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
            seconds(probed.facts.duration_s),
        )


def seconds(value: float | str | None) -> float | None:
    try:
        found = float(value or 0)
    except (ValueError, OverflowError):
        return None
    return round(found, 3) if math.isfinite(found) and 0 < found <= LONGEST_S else None

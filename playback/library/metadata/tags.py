"""What a file is and says of itself: by its content; tinytag reads sound; ffprobe film, and what that leaves open."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tinytag import TinyTag

from playback.domain.albums import VARIOUS
from playback.domain.media_types import MIMES, NEEDS_FFPROBE, PLAYABLE_CODECS, extension_for_content, kind_of
from playback.library.metadata import ape_tags, ffprobe, legacy_encodings, tag_reader, wav_chunks
from playback.library.metadata.bounded_reader import TooMuch, opened
from playback.library.metadata.content_sniffing import Content, sniff
from playback.library.metadata.ffprobe import Probed, UnreadableFile
from playback.library.metadata.mp3_duration import measured_s
from playback.library.metadata.ogg_duration import chained_s

LONGEST_S = 7 * 86400.0  # as positions go on the wire


class UnplayableFile(Exception):
    """A sound file that browsers do not play: the message says why."""


@dataclass(frozen=True)
class Tags:
    """Empty where the file says nothing; `duration_s` None where nobody could tell."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    duration_s: float | None = None
    picture: bytes | None = None
    mime: str = ""

    def beside(self, other: Tags) -> Tags:
        """These, and of the other what these leave open."""
        return Tags(
            self.title or other.title,
            self.artist or other.artist,
            self.album or other.album,
            self.album_artist or other.album_artist,
            self.duration_s or other.duration_s,
            self.picture or other.picture,
        )


def read(place: Path, extension: str, name: str = "") -> Tags:
    """`name`: what the file is called, if not by its place.

    Raises Damaged and UnplayableFile with a reason for the operator, OSError where one cannot be read.
    """
    try:
        with opened(place) as file:
            content = sniff(file)
    except TooMuch:
        content = None
    if content is None:
        raise UnreadableFile("it does not begin as sound or film does")
    if not content.complete:
        raise UnreadableFile("it is not complete: its index, which is written last, is missing")
    called = extension_for_content(content.family, extension, film=content.film)
    probed = _played(place) if called in NEEDS_FFPROBE else None
    film = content.film or (probed is not None and probed.film)
    mime = MIMES[called]
    if called in NEEDS_FFPROBE and kind_of(mime) == "video" and not film:
        mime = mime.replace("video", "audio")
    by_tinytag = _Reading(content, name or place.name)
    sound = kind_of(mime) == "audio"
    readers = (by_tinytag.tags, _by_ffprobe) if sound else (_by_ffprobe, by_tinytag.tags)
    return replace(_read(readers, place), mime=mime)


def _played(place: Path) -> Probed:
    """Raises UnplayableFile unless browsers have every codec of it."""
    probed = ffprobe.probe(place)
    if probed is None:
        raise UnplayableFile("only ffprobe can tell whether browsers play it (install ffmpeg)")
    foreign = sorted(set(probed.codecs) - PLAYABLE_CODECS)
    if foreign:
        raise UnplayableFile(f"browsers do not play {' and '.join(foreign)}")
    return probed


def _read(readers: Sequence[Callable[[Path], Tags | None]], place: Path) -> Tags:
    """The first that can tell how long it is; damaged only where nobody who looked could read it."""
    found, problem = None, None
    for reader in readers:
        try:
            tags = reader(place)
        except UnreadableFile as damaged:
            problem = problem or damaged
            continue
        if tags is not None:
            found = tags if found is None else found.beside(tags)
        if found is not None and found.duration_s:
            return found
    if found is None and problem is not None:
        raise problem
    return found or Tags()


@dataclass(frozen=True)
class _Reading:
    """What tinytag says of a file of this content and name."""

    content: Content
    name: str

    def tags(self, place: Path) -> Tags | None:
        wav = self._wav(place)
        try:
            tag = tag_reader.read(place, self.content.family, self.content.start)
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
        own = wav.words if wav is not None else self._ape(place, fields)
        fields = {name: own.get(name, "") if _is_lost(text) else text for name, text in fields.items()}
        words = legacy_encodings.decode(fields, PurePosixPath(self.name).stem)
        flags = (tag.other.get(field, ["0"])[0] for field in ("compilation", "tcmp", "cpil"))
        various = VARIOUS if any(flag.strip("\0 ") == "1" for flag in flags) else ""
        image = tag.images.any
        return Tags(
            words["title"],
            words["artist"] or words["album_artist"],
            words["album"],
            words["album_artist"] or various,
            self._measured(place, wav) or seconds(tag.duration),
            image.data if image is not None else None,
        )

    def _wav(self, place: Path) -> wav_chunks.Wav | None:
        if self.content.family != "wav":
            return None
        with opened(place) as file:
            return wav_chunks.read(file)

    def _ape(self, place: Path, fields: dict[str, str]) -> dict[str, str]:
        """Looked for where the tags in front have no title."""
        if self.content.family != "mp3" or fields["title"]:
            return {}
        with opened(place) as file:
            return ape_tags.words(file)

    def _measured(self, place: Path, wav: wav_chunks.Wav | None) -> float | None:
        if wav is not None:
            return seconds(wav.duration_s)
        measure = {"mp3": measured_s, "ogg": chained_s}.get(self.content.family)
        if measure is None:
            return None
        try:
            with opened(place, self.content.start) as file:
                return seconds(measure(file))
        except TooMuch:
            return None


def _is_lost(text: str) -> bool:
    """Empty, or bytes that were no UTF-8 and are gone."""
    return not text or "\ufffd" in text


def _by_ffprobe(place: Path) -> Tags | None:
    probed = ffprobe.probe(place)
    if probed is None:
        return None
    words = {name: "" if _is_lost(text) else text for name, text in probed.words.items()}
    words = legacy_encodings.decode(words, place.stem)
    various = VARIOUS if words.get("compilation", "") == "1" else ""
    return Tags(
        words.get("title", ""),
        words.get("artist", ""),
        words.get("album", ""),
        words.get("album_artist", "") or various,
        seconds(probed.duration),
    )


def seconds(said: float | str | None) -> float | None:
    try:
        found = float(said or 0)
    except (ValueError, OverflowError):
        return None
    return round(found, 3) if math.isfinite(found) and 0 < found <= LONGEST_S else None

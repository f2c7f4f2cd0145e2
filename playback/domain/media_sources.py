"""Media sources: turn an address from a user into a Media, or reject it with a reason that a user understands.

The server never fetches the address; the browser reports media that it cannot play.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from playback.domain.duration import EXACT, Duration
from watchium.protocol.errors import TooLong, UnknownMedia
from watchium.protocol.types import Media
from watchium.text import clean, piles_up_marks

SAMPLES_AT = "/media/samples/"

MIMES = {
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
YOUTUBE = ("youtube.com", "youtu.be", "youtube-nocookie.com")
LONGEST_TITLE = 200

_DOTS = re.compile(r"[.\u3002\uff0e\uff61]")  # browsers treat all of them as a dot
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}", re.IGNORECASE)
_INVALID_IN_HOST = re.compile(r"[\s!-,/:-@\[-^`{-~]")  # all ASCII except letters, digits, `-`, `.` and `_`


@dataclass(frozen=True)
class Sample:
    """A sample clip in `settings.SAMPLES_DIR`."""

    name: str
    title: str
    duration_s: float

    @property
    def media(self) -> Media:
        mime = MIMES[self.name.rsplit(".", 1)[1]]
        return Media(url=SAMPLES_AT + self.name, kind=mime.split("/")[0], title=self.title, mime=mime)


SAMPLES = (
    Sample("clip.webm", "Sample clip", 96.021),
    Sample("music.ogg", "Sample music", 69.2065),
)
_SAMPLES_BY_URL = {sample.media.url: sample for sample in SAMPLES}


def sample_at(address: str) -> Sample | None:
    return _SAMPLES_BY_URL.get(address)


def find(address: str, title: str | None = None) -> Media:
    """Return the media at an http(s) address or at one of the server's own paths.

    Raises:
        UnknownMedia: for any other address, with a message that says what to do instead.
    """
    address = address.strip()
    if not address or any(unicodedata.category(character).startswith("C") for character in address):
        raise UnknownMedia("This address cannot be read: copy it again.")
    if piles_up_marks(address):  # urlsplit would normalise its host in quadratic time
        raise UnknownMedia("This address cannot be read: copy it again.")
    title = _given_title(title)
    if address.startswith("/") and not address.startswith("//"):
        return _sample(address, title)
    parts = _web_address(address)
    _reject_unsupported(parts)
    mime = MIMES.get(_extension(parts.path))
    return Media(
        url=parts.geturl().replace(" ", "%20"),
        kind=mime.split("/")[0] if mime else "video",
        title=title or _title_of(parts),
        mime=mime,
    )


def _given_title(text: str | None) -> str:
    """Return the title given by the user. Raises TooLong: it is never shortened."""
    title = clean(text or "", "NFC")
    if len(title) > LONGEST_TITLE:
        raise TooLong(f"A title has at most {LONGEST_TITLE} characters.")
    return title


def as_title(text: str | None) -> str:
    """Return what can be shown of a text as a title, possibly nothing."""
    return clean(text or "", "NFC")[:LONGEST_TITLE]


def duration_of(media: Media) -> Duration | None:
    """Return the duration if the server knows it; otherwise a player reports it."""
    sample = sample_at(media.url)
    return Duration(sample.duration_s, EXACT) if sample else None


def _sample(address: str, title: str) -> Media:
    sample = sample_at(address)
    if sample is None:
        raise UnknownMedia("There is no such medium on this server.")
    media = sample.media
    return Media(url=media.url, kind=media.kind, title=title or media.title, mime=media.mime)


def _web_address(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises for an invalid port
    except ValueError:
        raise UnknownMedia("This is not an address.") from None
    if not parts.scheme:
        raise UnknownMedia("This is not an address.")
    if parts.scheme not in ("http", "https"):
        raise UnknownMedia("Only http and https addresses can be played.")
    if not _is_host(parts.hostname or "") or "\\" in address:
        raise UnknownMedia("This is not an address.")
    if parts.username is not None or parts.password is not None:
        raise UnknownMedia("An address with a user name in it would show it to everyone: leave that out.")
    return parts


def _is_host(host: str) -> bool:
    """Whether browsers can resolve this host: an IP address, or a name in any script."""
    if ":" in host:
        return bool(_IPV6.fullmatch(host))
    labels = _DOTS.split(host)
    labels = labels[:-1] if labels[-1] == "" else labels
    return bool(labels) and all(labels) and not _INVALID_IN_HOST.search(host)


def _reject_unsupported(parts: SplitResult) -> None:
    host = (parts.hostname or "").rstrip(".")
    if any(host == site or host.endswith("." + site) for site in YOUTUBE):
        raise UnknownMedia("YouTube cannot be played here yet: use the address of a media file.")
    if _extension(parts.path) in ("m3u8", "mpd"):
        raise UnknownMedia("Streams cannot be played here yet: use the address of a media file.")


def _extension(path: str) -> str:
    return PurePosixPath(unquote(path)).suffix.lstrip(".").lower()


def _title_of(parts: SplitResult) -> str:
    """Return the file's name without its extension, or the host's name."""
    stem = PurePosixPath(unquote(parts.path)).stem
    return as_title(stem.replace("_", " ")) or parts.hostname or "Untitled"

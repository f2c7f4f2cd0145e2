"""Turn an address from a user into a Media, or reject it with a reason that a user understands."""

from __future__ import annotations

from collections.abc import Container
from urllib.parse import SplitResult

from playback.domain.duration import EXACT, Duration
from playback.domain.media_types import WEB_MIMES, kind_of
from playback.sources import streams, twitch, vimeo, web_address, youtube
from playback.sources.embeds import NAMES, Embed
from playback.sources.samples import sample_at
from playback.sources.titles import as_title, given_title
from playback.sources.web_pages import reject_pages
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.types import Media

_HINTS = frozenset(WEB_MIMES.values())


def find(
    address: str, title: str | None = None, *, mime: str | None = None, embeds: Container[str] = ()
) -> Media:
    """Return the media at an http(s) address or at one of the server's own paths.

    `mime` is the media type if the user's program knows it; `embeds` are the embedded players that the operator allows.

    Raises:
        UnknownMedia: for any other address, with a message that says what to do instead.
    """
    address = web_address.check_text(address)
    title = given_title(title)
    if address.startswith("/") and not address.startswith("//"):
        return _sample(address, title)
    parts = web_address.parse(address)
    if embed := embed_at(parts):
        return _embedded(embed, title, embeds)
    if kind := streams.stream_kind(web_address.extension(parts), mime):
        return _stream(parts, kind, title)
    reject_pages(parts)
    return _file(parts, title, mime)


def embed_at(parts: SplitResult) -> Embed | None:
    """Return the video of an embedded player at an address; None for addresses of other sites."""
    return youtube.video_at(parts) or vimeo.video_at(parts) or twitch.video_at(parts)


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


def _embedded(embed: Embed, title: str, embeds: Container[str]) -> Media:
    if embed.source not in embeds:
        name = NAMES[embed.source]
        raise UnknownMedia("This server does not show {name}: use the address of a media file.", name=name)
    return Media(url=embed.url, kind="video", title=title or embed.title, source=embed.source)


def _stream(parts: SplitResult, kind: str, title: str) -> Media:
    return Media(
        url=_url(parts),
        kind="video",
        title=title or _title_of(parts),
        mime=streams.MIMES[kind],
        source=kind,
    )


def _file(parts: SplitResult, title: str, hint: str | None) -> Media:
    mime = WEB_MIMES.get(web_address.extension(parts)) or (hint if hint in _HINTS else None)
    return Media(
        url=_url(parts),
        kind=kind_of(mime) if mime else "video",
        title=title or _title_of(parts),
        mime=mime,
    )


def _url(parts: SplitResult) -> str:
    return parts.geturl().replace(" ", "%20")


def _title_of(parts: SplitResult) -> str:
    """Return the file's name without its extension, or the host's name."""
    return as_title(web_address.file_stem(parts).replace("_", " ")) or parts.hostname or "Untitled"

"""Addresses that are web pages or other documents: refused, because no browser can play them as media."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult

from playback.domain.media_types import MIMES, SKIPPED
from playback.sources.web_address import extension, host_of, is_at
from watchium.protocol.errors import UnknownMedia


class Site(NamedTuple):
    """Pages of a website; `under` limits them to paths that begin with it."""

    host: str
    name: str
    under: str = "/"


# Their films are encrypted, and only their own players have the keys.
PROTECTED = (
    Site("netflix.com", "Netflix"),
    Site("disneyplus.com", "Disney+"),
    Site("primevideo.com", "Prime Video"),
    Site("hulu.com", "Hulu"),
    Site("max.com", "Max"),
    Site("hbomax.com", "Max"),
    Site("paramountplus.com", "Paramount+"),
    Site("peacocktv.com", "Peacock"),
    Site("crunchyroll.com", "Crunchyroll"),
    Site("tv.apple.com", "Apple TV"),
    Site("music.apple.com", "Apple Music"),
    Site("open.spotify.com", "Spotify"),
    Site("deezer.com", "Deezer"),
    Site("tidal.com", "Tidal"),
    *(
        Site(f"amazon.{ending}", "Prime Video", "/gp/video")
        for ending in ("com", "de", "co.uk", "co.jp", "fr", "it")
    ),
)
# A file below one of them has an extension, and is taken for a file.
WITH_FILES = (
    Site("dailymotion.com", "Dailymotion"),
    Site("dai.ly", "Dailymotion"),
    Site("facebook.com", "Facebook"),
    Site("fb.watch", "Facebook"),
    Site("instagram.com", "Instagram"),
    Site("tiktok.com", "TikTok"),
    Site("twitter.com", "X"),
    Site("x.com", "X"),
    Site("reddit.com", "Reddit"),
    Site("bilibili.com", "Bilibili"),
    Site("nicovideo.jp", "Niconico"),
    Site("rumble.com", "Rumble"),
    Site("odysee.com", "Odysee"),
    Site("soundcloud.com", "SoundCloud"),
    Site("bandcamp.com", "Bandcamp"),
    Site("imdb.com", "IMDb"),
    Site("archive.org", "the Internet Archive", "/details/"),
)
# Pages whose addresses end with a file's name.
ABOUT_FILES = (
    Site("commons.wikimedia.org", "Wikimedia Commons", "/wiki/"),
    Site("wikipedia.org", "Wikipedia", "/wiki/"),
    Site("drive.google.com", "Google Drive"),
    Site("photos.google.com", "Google Photos"),
)
_PAGES = frozenset(("html", "htm", "xhtml", "pdf"))
_STREAMS = frozenset(("m3u8", "mpd"))


def reject_pages(parts: SplitResult) -> None:
    """Raise UnknownMedia for an address that is certainly no media."""
    ending = extension(parts)
    if site := _site_of(parts, PROTECTED):
        raise UnknownMedia(
            "{name} plays on its own pages only: use the address of a media file.", name=site.name
        )
    site = _site_of(parts, ABOUT_FILES)
    if site is None and ending not in MIMES and ending not in _STREAMS:
        site = _site_of(parts, WITH_FILES)
    if site:
        raise UnknownMedia(
            "This is a page of {name}: use the address of the media file itself.", name=site.name
        )
    _reject_documents(ending)


def _site_of(parts: SplitResult, sites: tuple[Site, ...]) -> Site | None:
    host, path = host_of(parts), parts.path or "/"
    return next((site for site in sites if is_at(host, site.host) and path.startswith(site.under)), None)


def _reject_documents(ending: str) -> None:
    if ending in _PAGES:
        raise UnknownMedia("This is a page, not media: use the address of the media file itself.")
    if ending in _STREAMS:
        return
    reason = SKIPPED.get(ending, "")
    if reason == "a picture":
        raise UnknownMedia("This is a picture, not media.")
    if reason.startswith("captions"):
        raise UnknownMedia("These are captions or lyrics, not media.")
    if reason.startswith("a playlist"):
        raise UnknownMedia("This is a list of addresses: use one of those inside it.")

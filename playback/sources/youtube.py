"""Addresses of YouTube: of a video, of a playlist, or of another page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult

from playback.sources.embeds import YOUTUBE, Embed, path_parts, query_value, start_of
from playback.sources.web_address import host_of, is_at
from watchium.protocol.errors import UnknownMedia

SITES = ("youtube.com", "youtu.be", "youtube-nocookie.com")
# Paths whose next part is a video's id.
VIDEOS_UNDER = frozenset(("shorts", "live", "embed", "v", "e"))
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
_NO_VIDEO = "This is a page of YouTube and no video: use the address of one video."


def video_at(parts: SplitResult) -> Embed | None:
    """Return the video that an address of YouTube names; None for other hosts.

    Raises:
        UnknownMedia: for a page of YouTube that is no video.
    """
    host = host_of(parts)
    if not any(is_at(host, site) for site in SITES):
        return None
    video_id = _video_id(host, parts)
    if video_id is None and list_id(parts):
        raise UnknownMedia(
            "This is a playlist of YouTube: add it to the queue, or use the link of one video."
        )
    if video_id is None:
        raise UnknownMedia(_NO_VIDEO)
    if not _VIDEO_ID.fullmatch(video_id):
        raise UnknownMedia("This address of YouTube is not complete: copy it again.")
    start_s = start_of(parts, "t", "start", "time_continue")
    url = f"https://www.youtube.com/watch?v={video_id}" + (f"&t={start_s}s" if start_s else "")
    return Embed(YOUTUBE, video_id, url, start_s)


def list_id(parts: SplitResult) -> str | None:
    """Return the id of the playlist that an address names, beside a video or alone."""
    found = query_value(parts, "list")
    return found if _LIST_ID.fullmatch(found) else None


def _video_id(host: str, parts: SplitResult) -> str | None:
    """Return what stands where a video's id belongs; None if the address is of another page."""
    path = path_parts(parts)
    if is_at(host, "youtu.be"):
        return path[0] if path else None
    if path[:1] == ["watch"]:
        return query_value(parts, "v") or (path[1] if len(path) > 1 else None)
    if path[:2] == ["embed", "videoseries"]:
        return None
    return path[1] if len(path) > 1 and path[0] in VIDEOS_UNDER else None

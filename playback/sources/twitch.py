"""Addresses of Twitch: of a recorded video, a live channel or a clip, or of another page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult

from playback.sources.embeds import TWITCH, Embed, path_parts, query_value, start_of
from playback.sources.web_address import host_of, is_at
from watchium.protocol.errors import UnknownMedia

_VIDEO_ID = re.compile(r"v?([1-9][0-9]{5,14})")
_CHANNEL = re.compile(r"[A-Za-z0-9_]{3,25}")
_CLIP = re.compile(r"[A-Za-z0-9_-]{4,100}")
_PAGES = frozenset(
    ("directory", "downloads", "jobs", "p", "search", "settings", "store", "subscriptions", "videos")
)


def video_at(parts: SplitResult) -> Embed | None:
    """Return what an address of Twitch names; its id is `v123` for a video, else a channel or `clip/NAME`.

    Raises:
        UnknownMedia: for a page of Twitch that has no player.
    """
    host = host_of(parts)
    if not is_at(host, "twitch.tv"):
        return None
    path = path_parts(parts)
    start_s = start_of(parts, "t", "time")
    if found := _VIDEO_ID.fullmatch(_recording(host, path, parts)):
        url = f"https://www.twitch.tv/videos/{found[1]}" + (f"?t={start_s}s" if start_s else "")
        return Embed(TWITCH, f"v{found[1]}", url, start_s)
    if name := _clip(host, path):
        return Embed(TWITCH, f"clip/{name}", f"https://clips.twitch.tv/{name}")
    channel = query_value(parts, "channel") if host == "player.twitch.tv" else "".join(path[:1])
    if _CHANNEL.fullmatch(channel) and channel not in _PAGES and not is_at(host, "clips.twitch.tv"):
        return Embed(TWITCH, channel.lower(), f"https://www.twitch.tv/{channel.lower()}")
    raise UnknownMedia("This is a page of Twitch and no video: use the address of a video or a channel.")


def _recording(host: str, path: list[str], parts: SplitResult) -> str:
    if host == "player.twitch.tv":
        return query_value(parts, "video")
    if path[:1] == ["videos"]:
        return "".join(path[1:2])
    return path[2] if len(path) > 2 and path[1] in ("v", "video", "videos") else ""


def _clip(host: str, path: list[str]) -> str:
    if is_at(host, "clips.twitch.tv"):
        name = "".join(path[:1])
    else:
        name = path[2] if len(path) > 2 and path[1] == "clip" else ""
    return name if _CLIP.fullmatch(name) else ""

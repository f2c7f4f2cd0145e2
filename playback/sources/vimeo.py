"""Addresses of Vimeo: of a video, or of another page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult

from playback.domain.media_types import MIMES
from playback.sources.embeds import VIMEO, Embed, path_parts, query_value, start_of
from playback.sources.streams import stream_kind
from playback.sources.web_address import extension, host_of, is_at
from watchium.protocol.errors import UnknownMedia

_VIDEO_ID = re.compile(r"[1-9][0-9]{3,14}")
_KEY = re.compile(r"[0-9a-f]{6,32}")  # of a video that is not listed
# Vimeo hands file addresses to its paying customers.
_FILES_UNDER = frozenset(("external", "progressive_redirect"))


def video_at(parts: SplitResult) -> Embed | None:
    """Return the video that an address of Vimeo names; None for other hosts and for files.

    Raises:
        UnknownMedia: for a page of Vimeo that is no video.
    """
    if not is_at(host_of(parts), "vimeo.com") or _is_file(parts):
        return None
    path = path_parts(parts)
    at = next((index for index, part in enumerate(path) if _VIDEO_ID.fullmatch(part)), None)
    if at is None:
        raise UnknownMedia("This is a page of Vimeo and no video: use the address of one video.")
    video_id = path[at]
    key = query_value(parts, "h") or "".join(path[at + 1 : at + 2])
    start_s = start_of(parts, "t")
    url = f"https://vimeo.com/{video_id}"
    url += f"/{key}" if _KEY.fullmatch(key) else ""
    url += f"#t={start_s}s" if start_s else ""
    return Embed(VIMEO, video_id, url, start_s)


def _is_file(parts: SplitResult) -> bool:
    ending = extension(parts)
    return path_parts(parts)[:1] != [] and (
        path_parts(parts)[0] in _FILES_UNDER or ending in MIMES or stream_kind(ending, None) is not None
    )

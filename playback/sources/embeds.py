"""Embedded players: which video of YouTube, Vimeo or Twitch an address means.

A room stores the video's own short address, without the parameters that say who shared it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs

YOUTUBE = "youtube"
VIMEO = "vimeo"
TWITCH = "twitch"
NAMES = {YOUTUBE: "YouTube", VIMEO: "Vimeo", TWITCH: "Twitch"}
_LONGEST_START_S = 7 * 86400

_TIME = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?")


@dataclass(frozen=True)
class Embed:
    """A video of an embedded player: its id there, its address, and where it should start."""

    source: str
    id: str
    url: str
    start_s: int = 0

    @property
    def title(self) -> str:
        return f"{NAMES[self.source]} video"


def query_value(parts: SplitResult, *names: str) -> str:
    """Return the value of the first of these parameters that the address has, or an empty string."""
    query = parse_qs(parts.query, errors="replace")
    return next((query[name][0] for name in names if name in query), "")


def start_of(parts: SplitResult, *names: str) -> int:
    """Return the start in seconds that an address asks for (`t=1h2m3s`, `#t=90`), or 0."""
    fragment = parts.fragment.removeprefix("t=") if parts.fragment.startswith("t=") else ""
    found = _TIME.fullmatch(query_value(parts, *names) or fragment)
    if found is None:
        return 0
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return min(hours * 3600 + minutes * 60 + seconds, _LONGEST_START_S)


def path_parts(parts: SplitResult) -> list[str]:
    return [part for part in parts.path.split("/") if part]

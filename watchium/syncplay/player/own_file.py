"""How the file in a client's player compares with the room's media. Pure.

Clients name it with its length and size, or hashes of these; none of it says what the file contains.
"""

from __future__ import annotations

from playback.domain.duration import EXACT
from playback.domain.timeline import Timeline
from watchium.protocol.types import Media
from watchium.syncplay.incoming import SetFile

SAME_CUT_S = 1.0
SAME_FILM_S = 2.5  # two copies that were made differently; as pages compare them

SAME, SIMILAR, DIFFERENT, UNKNOWN, MISSING = "same", "similar", "different", "unknown", "missing"


def likeness(file: SetFile | None, media: Media | None, timeline: Timeline) -> str:
    """One of the above. `same` needs the size of the host's copy too."""
    if file is None:
        return MISSING
    duration_s = _duration_s(media, timeline)
    if not duration_s or not file.duration_s:
        return _likeness_by_size(file, media)
    apart_s = abs(file.duration_s - duration_s)
    if media is not None and media.size and file.size == media.size and apart_s <= SAME_CUT_S:
        return SAME
    return SIMILAR if apart_s <= SAME_FILM_S else DIFFERENT


def _likeness_by_size(file: SetFile, media: Media | None) -> str:
    """Without a length: the same size means the same file, another one nothing: people make their own copies."""
    return SAME if media is not None and media.size and file.size == media.size else UNKNOWN


def apart_s(file: SetFile, media: Media | None, timeline: Timeline) -> float:
    """By how much the file is longer than the room's media; 0 if either length is not known."""
    duration_s = _duration_s(media, timeline)
    return file.duration_s - duration_s if duration_s and file.duration_s else 0.0


def _duration_s(media: Media | None, timeline: Timeline) -> float:
    if media is not None and media.duration:
        return media.duration
    known = timeline.duration_source == EXACT
    return (timeline.duration_s or 0.0) if known else 0.0

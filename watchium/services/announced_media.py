"""Remembers media that start in a moment, until the chat can say that they play.

In memory of the process that announced them: one that ends within these seconds leaves one line out of the chat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from watchium.process_state import process_state

MAX_ANNOUNCED = 1000


class AnnouncedMedia(NamedTuple):
    room_pk: int
    url: str
    title: str
    starts_at_ms: float


@dataclass
class _State:
    by_room: dict[int, AnnouncedMedia] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_state = process_state(_State)


def remember(media: AnnouncedMedia) -> None:
    """Later ones of a room replace it."""
    with _state.lock:
        if len(_state.by_room) < MAX_ANNOUNCED or media.room_pk in _state.by_room:
            _state.by_room[media.room_pk] = media


def has_due(now_ms: float) -> bool:
    return any(each.starts_at_ms <= now_ms for each in list(_state.by_room.values()))


def take_due(now_ms: float) -> list[AnnouncedMedia]:
    """Remove and return those that start by now."""
    with _state.lock:
        due = [each for each in _state.by_room.values() if each.starts_at_ms <= now_ms]
        for each in due:
            del _state.by_room[each.room_pk]
    return due

"""Chapters that a member typed for the media of a room: in order, one at each start, with clean titles. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from watchium.protocol.types import TypedChapter
from watchium.text import clean

MAX_TITLE_CHARS = 80
MAX_TITLES_BYTES = 6 * 1024  # together: every change of the room's settings is sent and stored with them


def cleaned(chapters: Iterable[TypedChapter]) -> list[TypedChapter]:
    """Sort them by their starts, to the millisecond; of two at the same start the first one stays."""
    by_start: dict[float, TypedChapter] = {}
    for chapter in chapters:
        start = round(chapter.start, 3)
        title = clean(clean(chapter.title)[:MAX_TITLE_CHARS])
        by_start.setdefault(start, TypedChapter(start=start, title=title))
    return [by_start[start] for start in sorted(by_start)]


def are_too_long(chapters: Iterable[TypedChapter]) -> bool:
    return sum(len(chapter.title.encode()) for chapter in chapters) > MAX_TITLES_BYTES

"""The evenings of a room: those that it keeps, and those of its log, which reaches back seven days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from playback.domain.evening.replay import Replay
from playback.domain.evening.stretches import (
    HOUR_MS,
    Change,
    Stretch,
    bounded,
    evenings,
    later_than,
    stretches,
)
from playback.domain.timeline import Timeline
from playback.models import EveningGuest, KeptEvening, PlaybackEvent, SyncState
from playback.models.history.stored_evening import MAX_KEPT, MAX_PEOPLE, Span, encode, names_in
from rooms.models import Person, Room
from watchium.protocol.errors import NotFound, TooLong
from watchium.protocol.types import Media

LOG_MS = 7 * 24 * HOUR_MS
MAX_CHANGES = 10_000
AROUND_MS = 15 * 60_000.0  # what is written shortly before and after belongs to the evening


@dataclass(frozen=True)
class Evening:
    """`stretches` is not empty. `row`: set if the evening is kept."""

    stretches: list[Stretch]
    media: dict[str, Media]
    row: KeptEvening | None = None

    @property
    def number(self) -> int:
        """The server time of its beginning, in whole milliseconds."""
        return int(self.started_ms)

    @property
    def started_ms(self) -> float:
        return self.stretches[0].start_ms

    @property
    def ended_ms(self) -> float:
        return self.stretches[-1].end_ms

    @property
    def span_ms(self) -> tuple[float, float]:
        """When what was written belongs to the evening."""
        return self.started_ms - AROUND_MS, self.ended_ms + AROUND_MS

    @property
    def replay(self) -> Replay:
        return Replay(self.stretches)


def of_room(room: Room, now_ms: float) -> list[Evening]:
    """Return all evenings, latest first. One that is kept and went on since is as long as the log has it."""
    rows = KeptEvening.objects.of_room(room)
    known = [row.span for row in rows]
    logged = _logged(room, known, now_ms)
    kept = [_kept(row, logged.get(row.started_ms)) for row in rows if not row.deleted]
    others = [evening for evening in logged.values() if not _overlaps(evening, known)]
    return sorted([*kept, *others], key=lambda evening: -evening.started_ms)


def numbered(room: Room, number: int, now_ms: float) -> Evening:
    """Raises NotFound."""
    row = KeptEvening.objects.numbered(room, number)
    if row is not None and row.ended_ms < now_ms - LOG_MS and not row.deleted:
        return _kept(row, None)  # the log, which is not read for it, does not reach back so far
    known = KeptEvening.objects.spans(room)
    logged = _logged(room, known, now_ms).get(number)
    if row is not None and not row.deleted:
        return _kept(row, logged)
    if logged is not None and not _overlaps(logged, known):
        return logged
    raise NotFound("There is no such evening any more.")


def _kept(row: KeptEvening, logged: Evening | None) -> Evening:
    if logged is not None and logged.ended_ms > row.ended_ms:
        return Evening(logged.stretches, logged.media, row)
    return Evening(*row.content, row)


def _overlaps(evening: Evening, known: list[Span]) -> bool:
    """Whether it is one that is known; a deleted one also if the log has lost its beginning."""
    return any(evening.started_ms < span.ended_ms and evening.ended_ms > span.started_ms for span in known)


def _beyond(stretches: list[Stretch], known: list[Span]) -> list[Stretch]:
    """Return what is in no kept evening whose beginning the log has lost: the room has played for a week since."""
    start_ms = stretches[0].start_ms
    ends = [
        span.ended_ms
        for span in known
        if not span.deleted and span.started_ms < int(start_ms) and span.ended_ms > start_ms
    ]
    return later_than(stretches, max(ends)) if ends else stretches


def _logged(room: Room, known: list[Span], now_ms: float) -> dict[int, Evening]:
    """Return the evenings of the log by their numbers."""
    rows = PlaybackEvent.objects.motions(room, now_ms - LOG_MS, MAX_CHANGES)
    changes = [Change(Timeline(*motion), url) for *motion, url in rows]
    played = [_beyond(evening, known) for evening in evenings(stretches(changes, now_ms))]
    found = [bounded(evening) for evening in played if evening]
    first_of: dict[str, int] = {}
    for change in changes:
        if change.url is not None:
            first_of.setdefault(change.url, change.timeline.revision)
    stored = PlaybackEvent.objects.media_at(room, first_of.values())
    media = {each.url: each for each in msgspec.convert([one for one in stored if one], list[Media])}
    logged = [Evening(evening, {each.url: media[each.url] for each in evening}) for evening in found]
    return {evening.number: evening for evening in logged}


# ---------------------------------------------------------------- who was there


def people_of(
    room: Room, evening: Evening, now_ms: float, others: Iterable[int] = ()
) -> list[tuple[Person, str]]:
    """Return who was there, with their names in the room, in the order of these names.

    `others`: persons (primary keys) who were there for another reason than that they were at a change.
    """
    row = evening.row
    present = EveningGuest.objects.of(row) if row is not None else _present(room, evening, now_ms)
    people = Person.objects.in_bulk({*present, *others})
    names = names_in(room, people.values())
    return sorted(((people[pk], names[pk]) for pk in people), key=lambda pair: pair[1].casefold())


def _present(room: Room, evening: Evening, now_ms: float) -> list[int]:
    """Return the persons (primary keys) who were present at one of the evening's changes."""
    # Rows have the time of the wall clock, which may differ from the server's.
    start, end = (timezone.now() - timedelta(milliseconds=now_ms - at_ms) for at_ms in evening.span_ms)
    return SyncState.objects.people_between(room, start, end, MAX_PEOPLE)


# ---------------------------------------------------------------- keep and delete


@transaction.atomic
def keep(room: Room, number: int, now_ms: float) -> None:
    """Keep an evening of the log, or what it became since it was kept. Raises NotFound, TooLong."""
    room = Room.objects.locked(room.pk)
    evening = numbered(room, number, now_ms)
    if evening.row is None and KeptEvening.objects.count_kept(room) >= MAX_KEPT:
        raise TooLong("A room keeps at most {count} evenings. Delete one first.", count=MAX_KEPT)
    row = evening.row or KeptEvening(room=room, started_ms=number)
    row.ended_ms, row.document = evening.ended_ms, encode(evening.stretches, evening.media)
    row.save()
    EveningGuest.objects.add(row, _present(room, evening, now_ms))


@transaction.atomic
def delete(room: Room, number: int, now_ms: float) -> Evening:
    """Delete an evening, kept or not, and return it. Raises NotFound."""
    room = Room.objects.locked(room.pk)
    evening = numbered(room, number, now_ms)
    row = evening.row or KeptEvening(room=room, started_ms=number)
    row.ended_ms, row.document, row.deleted = evening.ended_ms, "", True
    row.save()
    row.guests.all().delete()
    return evening

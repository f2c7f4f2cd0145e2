"""The evenings of a room: those that it keeps, and those of its log, which reaches back seven days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from playback.domain.evening.replay import Replay
from playback.domain.evening.stretches import HOUR_MS, Change, Stretch, bounded, evenings, stretches
from playback.domain.timeline import Timeline
from playback.models import EveningGuest, KeptEvening, PlaybackEvent, SyncState
from playback.models.history.stored_evening import MAX_KEPT, MAX_PEOPLE, encode, names_in
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
    logged = _logged(room, now_ms)
    kept = [_kept(row, logged.get(row.started_ms)) for row in rows if not row.deleted]
    known = [(row.started_ms, row.ended_ms) for row in rows]
    others = [evening for evening in logged.values() if not _overlaps(evening, known)]
    return sorted([*kept, *others], key=lambda evening: -evening.started_ms)


def numbered(room: Room, number: int, now_ms: float) -> Evening:
    """Raises NotFound."""
    row = KeptEvening.objects.numbered(room, number)
    if row is not None and not row.deleted:
        # The log does not reach back to evenings that ended earlier, and is not read for them.
        goes_on = row.ended_ms >= now_ms - LOG_MS
        return _kept(row, _logged(room, now_ms).get(number) if goes_on else None)
    evening = _logged(room, now_ms).get(number)
    if row is None and evening is not None and not _overlaps(evening, KeptEvening.objects.spans(room)):
        return evening
    raise NotFound("There is no such evening any more.")


def _kept(row: KeptEvening, logged: Evening | None) -> Evening:
    if logged is not None and logged.ended_ms > row.ended_ms:
        return Evening(logged.stretches, logged.media, row)
    return Evening(*row.content, row)


def _overlaps(evening: Evening, known: list[tuple[int, float]]) -> bool:
    """Whether it is the rest of an evening that is known; the log may have lost its beginning."""
    return any(
        evening.started_ms <= ended_ms and evening.ended_ms >= started_ms for started_ms, ended_ms in known
    )


def _logged(room: Room, now_ms: float) -> dict[int, Evening]:
    """Return the evenings of the log by their numbers."""
    rows = PlaybackEvent.objects.motions(room, now_ms - LOG_MS, MAX_CHANGES)
    changes = [Change(Timeline(*motion), url) for *motion, url in rows]
    found = [bounded(evening) for evening in evenings(stretches(changes, now_ms))]
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
        raise TooLong(f"A room keeps at most {MAX_KEPT} evenings. Delete one first.")
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

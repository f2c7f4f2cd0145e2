"""Takes guests who are about to be deleted out of what rooms keep as documents: queues, ready checks and polls."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

import chat.editing
import playback.room.queue.people
import playback.room.start.people
from playback.models import Playback
from rooms.models import Person, Room

BATCH = 200


def forget_person(person: Person) -> int:
    """Forget a person in all open rooms in which they ever were, each in a transaction; return how many.

    Reactions to comments are taken back first, so that open pages do not keep them.
    """
    chat.editing.take_back_reactions(person)
    return _forget([person])


def _forget(people: list[Person]) -> int:
    """Ask for the rooms of all in two queries: most guests were in no room that keeps a name."""
    user_ids = {person.pk: person.user_id for person in people}
    pks = list(user_ids)
    found = {*Room.objects.with_queues_of(pks), *Playback.objects.with_start().rooms_of_people(pks)}
    for person_pk, room_pk in sorted(found):
        _forget_in_room(room_pk, user_ids[person_pk])
    return len(found)


@transaction.atomic
def _forget_in_room(room_pk: int, user_id: str) -> None:
    room = Room.objects.locked(room_pk)
    playback.room.queue.people.forget(room, user_id)
    playback.room.start.people.forget(room, user_id)


def forget_people(people: QuerySet[Person], *, dry_run: bool = False) -> int:
    """Forget each of these persons; with `dry_run` count them. Return their number."""
    if dry_run:
        return people.count()
    total, after = 0, 0
    while batch := list(people.filter(pk__gt=after).order_by("pk")[:BATCH]):
        _forget(batch)
        total, after = total + len(batch), batch[-1].pk
    return total

"""`python -m tests.bench.load.harness.seed_data ROOMS MEMBERS`: create rooms with members; prints JSON lines.

Writes to the database in bulk; the cost of creating and joining is measured elsewhere.
"""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402  # needs the apps
from django.utils.crypto import get_random_string  # noqa: E402

from playback.models import Playback  # noqa: E402
from rooms.models import Member, Person, Role, Room, Token  # noqa: E402
from rooms.models.person import digest_of  # noqa: E402

FILM = {"url": "https://example.org/film.webm", "kind": "video", "title": "A film", "mime": None}
AT_ONCE = 2000


@transaction.atomic
def furnish(rooms: int, members: int) -> list[tuple[Room, list[str]]]:
    people = [Person(username=f"Person {number}") for number in range(rooms * members)]
    people = Person.objects.bulk_create(people, batch_size=AT_ONCE)
    made = [Room(title=f"Room {number}", owner=people[number * members]) for number in range(rooms)]
    made = Room.objects.bulk_create(made, batch_size=AT_ONCE)
    Playback.objects.bulk_create(
        [Playback(room=room, media=FILM, phase="paused") for room in made], batch_size=AT_ONCE
    )
    Member.objects.bulk_create(
        [
            Member(
                room=made[number // members],
                person=person,
                username=person.username,
                role=Role.MEMBER if number % members else Role.HOST,
            )
            for number, person in enumerate(people)
        ],
        batch_size=AT_ONCE,
    )
    tokens = [get_random_string(32) for _ in people]
    Token.objects.bulk_create(
        [Token(person=person, digest=digest_of(token)) for person, token in zip(people, tokens, strict=True)],
        batch_size=AT_ONCE,
    )
    return [(room, tokens[n * members : (n + 1) * members]) for n, room in enumerate(made)]


if __name__ == "__main__":
    for room, tokens in furnish(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps({"room_id": room.room_id, "tokens": tokens}))

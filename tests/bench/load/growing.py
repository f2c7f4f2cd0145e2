"""`python -m tests.bench.load.growing ROWS`: fill each table with about that many rows as a house makes them.

Told as JSON lines: what one row of each costs in bytes, the table alone and with its indexes. Rows of many rooms come
interleaved, as they do in life.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")

import django

django.setup()

from django.contrib.sessions.models import Session  # noqa: E402  # needs the apps
from django.db import connection, models  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from chat.models import Comment  # noqa: E402
from playback.models import Playback, PlaybackEvent, SyncState  # noqa: E402
from rooms.models import Connection, Member, Person, Role, Room, Token  # noqa: E402
from rooms.models.people import digest_of  # noqa: E402

MEMBERS = 8
FILM = {
    "url": "https://example.org/films/a-film.webm",
    "kind": "video",
    "title": "A film",
    "mime": "video/webm",
}
TEXT = "That is the best scene of the whole film, wait for it!"  # 54 characters
AT_ONCE = 1000


def size(table: str) -> tuple[int, int]:
    """Bytes of the table, and of it with its indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_table_size(%s), pg_total_relation_size(%s)", [table, table])
            alone, whole = cursor.fetchone()
            return alone, whole
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        (whole,) = cursor.fetchone()
        return 0, whole


def put(rows: list[Any]) -> list[Any]:
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def measured(name: str, model: type[models.Model], count: int, make: Callable[[int], Any]) -> dict[str, Any]:
    before = size(model._meta.db_table)
    for start in range(0, count, 10 * AT_ONCE):
        put([make(number) for number in range(start, min(count, start + 10 * AT_ONCE))])
    after = size(model._meta.db_table)
    return {
        "name": name,
        "rows": count,
        "alone": (after[0] - before[0]) / count,
        "whole": (after[1] - before[1]) / count,
    }


def measure(rows: int) -> Iterator[dict[str, Any]]:
    now = timezone.now()
    people: list[Person] = []
    made: list[Room] = []
    count = rows // MEMBERS  # rooms

    def person(number: int) -> Person:
        people.append(Person(username=f"Person {number}"))
        return people[-1]

    def room(number: int) -> Room:
        made.append(Room(title=f"Film night {number}", owner=people[number], revision=40, comment_seq=30))
        return made[-1]

    yield measured("person (guest)", Person, rows, person)
    yield measured("token", Token, rows, lambda n: Token(person=people[n], digest=digest_of(str(n))))
    yield measured(
        "session of a browser",
        Session,
        rows,
        lambda n: Session(
            session_key=get_random_string(32),
            session_data=get_random_string(150),
            expire_date=now + timedelta(days=365),
        ),
    )
    yield measured("room", Room, count, room)
    yield measured(
        "its playback",
        Playback,
        count,
        lambda n: Playback(
            room=made[n], media=FILM, phase="playing", position=1312.48, at_ms=1.8e12, duration=5400.0
        ),
    )
    members: list[Member] = []

    def member(number: int) -> Member:
        members.append(
            Member(
                room=made[number % count],
                person=people[number],
                username=people[number].username,
                role=Role.MEMBER if number >= count else Role.HOST,
                present=True,
                here_since_ms=1.8e12,
                last_heartbeat=now,
                position=1312.48,
                is_synced=True,
            )
        )
        return members[-1]

    yield measured("member", Member, count * MEMBERS, member)
    yield measured(
        "connection (an open socket)",
        Connection,
        count * MEMBERS,
        lambda n: Connection(
            member=members[n],
            device_id="A1B2C3D4E5F60718",
            process="0123456789ab",
            opened_at_ms=1.8e12,
            lapses_at_ms=1.8e12 + n,
        ),
    )
    yield measured(
        "playback event",
        PlaybackEvent,
        rows,
        lambda n: PlaybackEvent(
            room=made[n % count],
            person=people[n % count],
            username="Person 1",
            type="seek",
            event_id=get_random_string(32),
            content_hash=digest_of(str(n)),
            revision=n // count + 1,
            client_ms=1.8e12 + n,
            at_ms=1.8e12 + n,
            position=n / 10,
            rate=1.0,
            phase="playing",
            duration=5400.0,
            media=FILM,
            metadata={"from": 12.345},
        ),
    )
    yield measured(
        "sync state",
        SyncState,
        rows,
        lambda n: SyncState(
            room=members[n % len(members)].room,
            member=members[n % len(members)],
            host_time=n / 10,
            member_time=n / 10 + 0.01,
            time_difference=0.01,
            is_synced=True,
            sync_event_type="seek",
        ),
    )
    yield measured(
        f"comment of {len(TEXT)} characters",
        Comment,
        rows,
        lambda n: Comment(
            room=made[n % count],
            seq=n // count + 1,
            person=people[n],
            user_id=people[n].user_id,
            username="Person 1",
            text=TEXT,
            position=n / 10,
            event_id=get_random_string(32),
            content_hash=digest_of(str(n)),
            at_ms=1.8e12,
        ),
    )


if __name__ == "__main__":
    for found in measure(int(sys.argv[1])):
        print(json.dumps(found), flush=True)

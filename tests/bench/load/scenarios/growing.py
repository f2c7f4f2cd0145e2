"""`python -m tests.bench.load.scenarios.growing ROWS`: fill each table with about that many typical rows.

Prints JSON lines: bytes per row of each table, without and with its indexes. Rows of many rooms are interleaved, as in
production.
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
from playback.models import MediaItem, Playback, PlaybackEvent, SyncState  # noqa: E402
from rooms.models import Connection, Member, Person, Role, Room, Token  # noqa: E402
from rooms.models.person import digest_of  # noqa: E402

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
    """Return bytes of the table, without and with its indexes."""
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


class RowFactory:
    """Creates rows of each table by number, and keeps those that other rows refer to."""

    def __init__(self, rows: int) -> None:
        self.now = timezone.now()
        self.rows = rows
        self.room_count = rows // MEMBERS
        self.people: list[Person] = []
        self.rooms: list[Room] = []
        self.members: list[Member] = []

    def person(self, number: int) -> Person:
        self.people.append(Person(username=f"Person {number}"))
        return self.people[-1]

    def token(self, number: int) -> Token:
        return Token(person=self.people[number], digest=digest_of(str(number)))

    def session(self, number: int) -> Session:
        return Session(
            session_key=get_random_string(32),
            session_data=get_random_string(150),
            expire_date=self.now + timedelta(days=365),
        )

    def room(self, number: int) -> Room:
        title, owner = f"Film night {number}", self.people[number]
        self.rooms.append(Room(title=title, owner=owner, revision=40, comment_seq=30))
        return self.rooms[-1]

    def playback(self, number: int) -> Playback:
        return Playback(
            room=self.rooms[number],
            media=FILM,
            phase="playing",
            position=1312.48,
            at_ms=1.8e12,
            duration=5400.0,
        )

    def member(self, number: int) -> Member:
        self.members.append(
            Member(
                room=self.rooms[number % self.room_count],
                person=self.people[number],
                username=self.people[number].username,
                role=Role.MEMBER if number >= self.room_count else Role.HOST,
                present=True,
                here_since_ms=1.8e12,
                last_heartbeat=self.now,
                position=1312.48,
                is_synced=True,
            )
        )
        return self.members[-1]

    def connection(self, number: int) -> Connection:
        return Connection(
            member=self.members[number],
            device_id="A1B2C3D4E5F60718",
            process="0123456789ab",
            opened_at_ms=1.8e12,
            lapses_at_ms=1.8e12 + number,
        )

    def event(self, number: int) -> PlaybackEvent:
        return PlaybackEvent(
            room=self.rooms[number % self.room_count],
            person=self.people[number % self.room_count],
            username="Person 1",
            type="seek",
            event_id=get_random_string(32),
            content_hash=digest_of(str(number)),
            revision=number // self.room_count + 1,
            client_ms=1.8e12 + number,
            at_ms=1.8e12 + number,
            position=number / 10,
            rate=1.0,
            phase="playing",
            duration=5400.0,
            media=FILM,
            metadata={"from": 12.345},
        )

    def sync_state(self, number: int) -> SyncState:
        member = self.members[number % len(self.members)]
        return SyncState(
            room=member.room,
            member=member,
            host_time=number / 10,
            member_time=number / 10 + 0.01,
            time_difference=0.01,
            is_synced=True,
            sync_event_type="seek",
        )

    def comment(self, number: int) -> Comment:
        return Comment(
            room=self.rooms[number % self.room_count],
            seq=number // self.room_count + 1,
            person=self.people[number],
            user_id=self.people[number].user_id,
            username="Person 1",
            text=TEXT,
            position=number / 10,
            event_id=get_random_string(32),
            content_hash=digest_of(str(number)),
            at_ms=1.8e12,
        )

    def media_item(self, number: int) -> MediaItem:
        item = MediaItem(
            title=f"A song of some length {number}",
            artist=f"Somebody {number % 1000}",
            album=f"An album {number % 10_000}",
            duration=215.4,
            kind="audio",
            mime="audio/flac",
            path=f"Somebody {number % 1000}/An album {number % 10_000}/A song of some length {number}.flac",
            size=25_000_000,
            changed_ns=1_800_000_000_000_000_000,
            cover=f"{digest_of(str(number % 10_000))[:32]}.jpg",
        )
        item.compute_keys()
        return item


def measure(rows: int) -> Iterator[dict[str, Any]]:
    """Fill the tables in this order: rows refer to rows of earlier tables."""
    factory = RowFactory(rows)
    rooms, members = factory.room_count, factory.room_count * MEMBERS
    yield measured("person (guest)", Person, rows, factory.person)
    yield measured("token", Token, rows, factory.token)
    yield measured("session of a browser", Session, rows, factory.session)
    yield measured("room", Room, rooms, factory.room)
    yield measured("its playback", Playback, rooms, factory.playback)
    yield measured("member", Member, members, factory.member)
    yield measured("connection (an open socket)", Connection, members, factory.connection)
    yield measured("playback event", PlaybackEvent, rows, factory.event)
    yield measured("sync state", SyncState, rows, factory.sync_state)
    yield measured(f"comment of {len(TEXT)} characters", Comment, rows, factory.comment)
    yield measured("item of the library", MediaItem, rows, factory.media_item)


if __name__ == "__main__":
    for found in measure(int(sys.argv[1])):
        print(json.dumps(found), flush=True)

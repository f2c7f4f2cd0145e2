"""Rooms of eight present members, made in bulk."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Min

import playback.room.actions
import playback.sources.addresses
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Connection, Member, Person, Role, Room
from watchium import server_clock
from watchium.protocol.commands import PlayerReport

EIGHT = 8
CLIP = "/media/samples/clip.webm"


def unthrottled() -> None:
    for name in settings.LIMITS:
        settings.LIMITS[name] = (1_000_000, 1.0)


@transaction.atomic
def rooms_of_eight(count: int) -> list[list[Member]]:
    """Create rooms; return each room's members, host first, all present with one open connection."""
    now_ms = server_clock.now_ms()
    rooms = Room.objects.bulk_create(Room(title=f"room {n}") for n in range(count))
    people = Person.objects.bulk_create(Person(username=f"somebody {n}") for n in range(count * EIGHT))
    members = Member.objects.bulk_create(
        Member(
            room=rooms[n // EIGHT],
            person=person,
            username=person.username,
            role=Role.MEMBER if n % EIGHT else Role.HOST,
            present=True,
            here_since_ms=n,
        )
        for n, person in enumerate(people)
    )
    Connection.objects.bulk_create(
        Connection(member=member, process="bench", opened_at_ms=now_ms, lapses_at_ms=now_ms + 1e9)
        for member in members
    )
    for room in rooms:
        playback.room.actions.prepare(room, playback.sources.addresses.find(CLIP))
    return [members[start : start + EIGHT] for start in range(0, len(members), EIGHT)]


def leave_one_socket_each(room: list[Member]) -> None:
    leases = Connection.objects.filter(member__in=room)
    leases.exclude(pk__in=leases.values("member").annotate(first=Min("pk")).values("first")).delete()


def report(position_s: float = 1.0) -> PlayerReport:
    return PlayerReport(
        current_time=position_s, is_playing=True, is_synced=True, latency_ms=20, state="tracking", revision=0
    )


def speak(room: list[Member]) -> None:
    for member in room:
        LAST_REPORTS.record(member.room.room_id, member.person.user_id, report(), server_clock.now_ms())

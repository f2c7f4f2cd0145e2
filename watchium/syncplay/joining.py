"""Admits a client to the room that its person typed, as a guest. Blocking: it uses the database."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from rooms import rate_limits
from rooms.access import Identity
from rooms.actions.admission import WaitingGuest, admit
from rooms.forms import JoinForm
from rooms.models import Person, Room
from watchium import server_clock
from watchium.process_state import process_state
from watchium.protocol.errors import NotMember
from watchium.syncplay.incoming import Hello
from watchium.syncplay.room_reference import Kind, references

REMEMBERED_MS = 600_000.0
MOST_REMEMBERED = 5000

Key = tuple[str, str, str]  # room_id, name and address


@dataclass
class _State:
    """The guests whose client may come back, by what it sends, with the time until which they are known."""

    guests: OrderedDict[Key, tuple[int, float]] = field(default_factory=OrderedDict)


_state = process_state(_State)


class Joined(NamedTuple):
    person: Person
    room_id: str


def join(hello: Hello, address: str, *, as_another: bool = False) -> Joined:
    """Make the client's person a member: a guest, the same one if the client was here in the last ten minutes.

    `as_another`: that guest is here already. Raises what `admit` raises.
    """
    room_id = find_room_id(hello.room, address)
    key = (room_id, hello.username.casefold(), address)
    person = None if as_another else _remembered(key)
    try:
        member = admit(Identity(person, "", address), room_id, JoinForm(username=hello.username))
    except WaitingGuest as waiting:
        _remember(key, waiting.person.pk)
        raise
    _remember(key, member.person_id)
    return Joined(member.person, room_id)


def find_room_id(typed: str, address: str) -> str:
    """The room_id of the room that was typed. Raises NotMember, and RateLimited after many that do not exist."""
    for kind, value in references(typed):
        if kind == Kind.ROOM_ID:
            return value
        room = _room(kind, value)
        if room is not None:
            return room.room_id
    rate_limits.limit_room_guesses(address)
    raise NotMember


def _room(kind: Kind, value: str) -> Room | None:
    if kind == Kind.CODE:
        return Room.objects.with_code(value, timezone.now())
    return Room.objects.with_slug(value)


def _remembered(key: Key) -> Person | None:
    pk, until_ms = _state.guests.get(key, (0, 0.0))
    return Person.objects.with_account(pk) if pk and until_ms > server_clock.now_ms() else None


def _remember(key: Key, person_pk: int) -> None:
    _state.guests.pop(key, None)
    _state.guests[key] = (person_pk, server_clock.now_ms() + REMEMBERED_MS)
    while len(_state.guests) > MOST_REMEMBERED:
        _state.guests.popitem(last=False)

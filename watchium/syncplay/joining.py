"""Admits a client to the room that its person typed, as a guest. Blocking: it uses the database."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from rooms import rate_limits
from rooms.access import Identity
from rooms.actions.admission import WaitingGuest, admit
from rooms.auth.client_address import is_private
from rooms.auth.companions import has_same_account
from rooms.forms import JoinForm
from rooms.models import Member, Person, PlayerCode, Room, digest_of
from watchium import server_clock
from watchium.process_state import process_state
from watchium.protocol.errors import NotMember, RuleRefused
from watchium.syncplay.incoming import Hello
from watchium.syncplay.room_reference import Kind, references

MD5 = re.compile("[0-9a-f]{32}")
REMEMBERED_MS = 600_000.0
MOST_REMEMBERED = 5000

Key = tuple[str, str, str, str]  # room_id, name, address, and the digest of the password


@dataclass
class _State:
    """The guests whose client may come back, by what it sends, with the time until which they are known."""

    guests: OrderedDict[Key, tuple[int, float]] = field(default_factory=OrderedDict)


_state = process_state(_State)


class Joined(NamedTuple):
    """`code_md5`: of the player code with which the client has shown that it is this person's; empty for guests."""

    person: Person
    room_id: str
    code_md5: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the client may still be this person: not if its code has ended meanwhile."""
        return not self.code_md5 or _owner_of_code(self.room_id, self.code_md5) == self.person


def join(hello: Hello, address: str, *, is_encrypted: bool = False, as_another: bool = False) -> Joined:
    """Make the client's person a member: a guest, the same one if the client was here in the last ten minutes; or the
    member whose player code it sends as its password.

    A guest who was given more than plain members have is not returned by a name, which others can type as well: the
    client is another guest then. `as_another`: that guest is here already. Raises what `admit` raises, and RuleRefused
    for a password that others on the way could read.
    """
    if hello.password and not (is_encrypted or settings.SYNCPLAY_CLEARTEXT or is_private(address)):
        raise RuleRefused("This connection is not encrypted: passwords are taken from private networks only.")
    room_id = find_room_id(hello.room, address)
    md5 = hello.password.lower() if MD5.fullmatch(hello.password.lower()) else ""
    if md5 and (owner := _owner_of_code(room_id, md5)) is not None:
        return Joined(owner, room_id, md5)
    # With the password, because members are not asked for it: without it nobody is a member of a private room.
    key = (room_id, hello.username.casefold(), address, digest_of(md5))
    person = None if as_another else _remembered(key)
    try:
        form = JoinForm(username=hello.username, passphrase=md5)
        member = admit(Identity(person, "", address), room_id, form, is_md5=True)
    except WaitingGuest as waiting:
        _remember(key, waiting.person.pk)
        raise
    _remember(key, member.person_id)
    return Joined(member.person, room_id)


def _owner_of_code(room_id: str, md5: str) -> Person | None:
    """The member whose player code this is."""
    code = PlayerCode.objects.with_md5(room_id, md5, timezone.now())
    person = Person.objects.with_account(code.person_id) if code is not None else None
    if code is None or person is None or not has_same_account(code.account_hash, person):
        return None
    return person if Member.objects.is_in(room_id, person) else None


def find_room_id(typed: str, address: str) -> str:
    """The room_id of the room that was typed: an address of its own of ten letters looks like a room_id, too.

    Raises NotMember, and RateLimited after many that do not exist.
    """
    meant = references(typed)
    # Each is looked up, whichever is found: the work must not disclose which rooms exist.
    found = [_room(kind, value) for kind, value in meant]
    for room in filter(None, found):
        return room.room_id
    for kind, value in meant:
        if kind == Kind.ROOM_ID:
            return value  # joining refuses it as it does a private room
    rate_limits.limit_room_guesses(address)
    raise NotMember


def _room(kind: Kind, value: str) -> Room | None:
    if kind == Kind.ROOM_ID:
        return Room.objects.open().filter(room_id=value).first()
    if kind == Kind.CODE:
        return Room.objects.with_code(value, timezone.now())
    return Room.objects.with_slug(value)


def _remembered(key: Key) -> Person | None:
    pk, until_ms = _state.guests.get(key, (0, 0.0))
    if not pk or until_ms <= server_clock.now_ms():
        return None
    member = Member.objects.ever_of(key[0], pk)
    return Person.objects.with_account(pk) if member is None or member.is_plain else None


def _remember(key: Key, person_pk: int) -> None:
    _state.guests.pop(key, None)
    _state.guests[key] = (person_pk, server_clock.now_ms() + REMEMBERED_MS)
    while len(_state.guests) > MOST_REMEMBERED:
        _state.guests.popitem(last=False)

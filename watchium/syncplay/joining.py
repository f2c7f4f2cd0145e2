"""Admits a client to the room that its person typed, as a guest. Blocking: it uses the database."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from rooms import rate_limits
from rooms.access import Identity
from rooms.actions.admission import WaitingGuest, admit
from rooms.auth.client_address import is_private
from rooms.auth.companions import has_same_account
from rooms.forms import JoinForm
from rooms.models import Member, Person, PlayerCode, PlayerGuest, Room
from watchium import server_clock
from watchium.protocol.errors import NotMember, RateLimited, RuleRefused, Unavailable
from watchium.syncplay.incoming import Hello
from watchium.syncplay.room_reference import Kind, references

NAMESAKES = 20  # guests of one name and network: as many as connections of an address
MD5 = re.compile("[0-9a-f]{32}")


class Joined(NamedTuple):
    """`code_md5`: of the player code with which the client has shown that it is this person's; empty for guests."""

    person: Person
    room_id: str
    code_md5: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the client may still be this person: not if its code has ended meanwhile."""
        return not self.code_md5 or _owner_of_code(self.room_id, self.code_md5) == self.person


def join(hello: Hello, address: str, *, is_encrypted: bool = False, here: Collection[int] = ()) -> Joined:
    """Make the client's person a member: a guest, the same one if the client was here in the last ten minutes; or the
    member whose player code it sends as its password.

    A guest who was given more than plain members have is not returned by a name, which others can type as well: the
    client is another guest then. `here`: the guests of that name who are here already; the client is another one.
    Raises what `admit` raises, RuleRefused for a password that others on the way could read, and what `_returning`
    raises.
    """
    if hello.password and not (is_encrypted or settings.SYNCPLAY_CLEARTEXT or is_private(address)):
        raise RuleRefused("This connection is not encrypted: passwords are taken from private networks only.")
    room_id = find_room_id(hello.room, address)
    md5 = hello.password.lower() if MD5.fullmatch(hello.password.lower()) else ""
    if md5 and (owner := _owner_of_code(room_id, md5)) is not None:
        return Joined(owner, room_id, md5)
    person, digest = _returning(room_id, _guest_digests(room_id, hello, address, md5), here)
    try:
        form = JoinForm(username=hello.username, passphrase=md5)
        member = admit(Identity(person, "", address), room_id, form, is_md5=True)
    except WaitingGuest as waiting:
        PlayerGuest.objects.remember(digest, waiting.person.pk, timezone.now())
        raise
    PlayerGuest.objects.remember(digest, member.person_id, timezone.now())
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


def _returning(room_id: str, digests: Sequence[str], here: Collection[int]) -> tuple[Person | None, str]:
    """The guest who returns, or None for a new one, and the digest to keep the guest by.

    Raises Unavailable while a muted guest of that name is here, who may be the same person, and RateLimited beyond
    NAMESAKES.
    """
    known = PlayerGuest.objects.known(digests, room_id, timezone.now(), server_clock.now_ms())
    for guest in known:
        if guest.person.pk not in here:
            return guest.person, guest.digest
    if any(guest.is_restricted for guest in known):
        raise Unavailable  # the client connects again: once the line that it lost has ended, it is that guest
    free = [digest for digest in digests if digest not in {guest.digest for guest in known}]
    if not free:
        raise RateLimited
    return None, free[0]


def _guest_digests(room_id: str, hello: Hello, address: str, md5: str) -> list[str]:
    """By what a client is the same guest as before: all that it sends, and its network; one for each namesake there.

    With the password, because members are not asked for it: without it nobody is a member of a private room.
    """
    known_by = "\0".join((room_id, address, md5, hello.username.casefold()))
    salts = ["watchium.player_guest", *(f"watchium.player_guest.{number}" for number in range(1, NAMESAKES))]
    return [salted_hmac(salt, known_by, algorithm="sha256").hexdigest() for salt in salts]

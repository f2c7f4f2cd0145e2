"""Coming in and going for good."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from rooms import access, display_names
from rooms.actions.hosting import choose_next_host
from rooms.actions.naming import resolve_name
from rooms.actions.presence import broadcast_presence, mark_absent, revoke_leases
from rooms.auth.client_address import address_hash
from rooms.models import Ban, Member, Person, Role, Room, Token, Visibility
from watchium import server_clock
from watchium.protocol.errors import Banned, CloseCode, NotMember, RoomFull, WrongPassphrase
from watchium.realtime import broadcast

# What a full room keeps for members who are not here. The place of one who was here, for an hour:
ABSENT_PLACE_KEPT = timedelta(hours=1)
# Of one who joined and never played along, for as long as a page takes to open, and of all those a part of the places:
NEW_MEMBER_RESERVED = timedelta(seconds=60)
RESERVED_FRACTION = 4
# Of one address, as many as a household has:
ABSENT_PER_NETWORK = 10


def join(
    person: Person, room_id: str, *, username: str = "", passphrase: str = "", address: str = ""
) -> Member:
    """Make the person a member; twice is harmless, and gives the name said last.

    Raises:
        NotMember, WrongPassphrase: for a private room, and, after the same work, for no room at all.
        Banned, RoomFull, NameTaken.
    """
    room = Room.objects.open().filter(room_id=room_id).first()
    is_in = Member.objects.is_in(room_id, person)
    if room is None or not (is_in or _stands_open(room, person)):
        # Outside the transaction: hashing takes a fifth of a second, in which nobody else should wait for the lock.
        _try_passphrase(room, passphrase)
    assert room is not None
    return _admit(room.pk, person, username, address_hash(address))


def _stands_open(room: Room, person: Person) -> bool:
    return room.visibility != Visibility.PRIVATE or room.owner_id == person.pk


def _try_passphrase(room: Room | None, passphrase: str) -> None:
    """The same work for a room that is not there, so that time tells nothing; none where nothing was said."""
    if not passphrase:
        raise NotMember
    if room is None:
        make_password(passphrase)
    elif room.opens_with(passphrase):
        return
    raise WrongPassphrase


@transaction.atomic
def _admit(room_pk: int, person: Person, username: str, address: str) -> Member:
    room = Room.objects.locked(room_pk)
    if room.closed_at is not None:
        raise NotMember
    name = _name_for(room, person, username)
    facts: dict[str, object] = {"username": name, "address_hash": address, "left_at": None}
    known = room.members.current().filter(person=person).first()
    if known is None:
        now = timezone.now()
        if Ban.objects.holding(room, now, person, address):
            raise Banned
        _find_a_place(room)
        facts["joined_at"] = now
    member, _ = Member.objects.update_or_create(room=room, person=person, defaults=facts)
    if known is not None and known.present and known.username != name:
        member.room = room
        broadcast_presence(member, server_clock.now_ms())
    return member


def _find_a_place(room: Room) -> None:
    """Raises RoomFull when everybody in it is there, was there lately, or has something to come back for."""
    if room.members.current().count() < settings.MAX_MEMBERS:
        return
    now = timezone.now()
    absent = (
        room.members.longest_reserved(
            now - NEW_MEMBER_RESERVED, most=max(2, settings.MAX_MEMBERS // RESERVED_FRACTION)
        )
        or room.members.longest_absent(now - ABSENT_PLACE_KEPT)
        or room.members.longest_absent_of_largest_network(more_than=ABSENT_PER_NETWORK)
    )
    if absent is None:
        raise RoomFull
    absent.room = room
    end_membership(absent, "left")


def _name_for(room: Room, person: Person, username: str) -> str:
    name = resolve_name(person, username)
    return display_names.unique_name(name, room.members.present_names(besides=person))


@transaction.atomic
def leave(member: Member) -> None:
    """The Leave button: no grace, the seat passes on at once, every tab of the room is told."""
    try:
        member = access.lock(member)
    except NotMember:
        return
    end_membership(member, "left")
    broadcast.close_member(member.pk, CloseCode.NOT_A_MEMBER)


def end_membership(member: Member, reason: str) -> None:
    """End a membership; the room's row is locked by the caller."""
    was_host = member.is_host
    revoke_leases(member.connections.all())
    mark_absent(member, reason)
    if was_host:
        choose_next_host(member.room)
    now = timezone.now()
    Member.objects.filter(pk=member.pk).update(left_at=now, role=Role.MEMBER)
    Token.objects.end_soon(Person.objects.filter(pk=member.person_id), now)

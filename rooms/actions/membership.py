"""Joining and leaving a room, and which absent member loses its place in a full one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from rooms import access, display_names
from rooms.actions.hosting import choose_next_host
from rooms.actions.knocking import request_to_join
from rooms.actions.naming import resolve_name
from rooms.actions.presence import broadcast_presence, mark_absent, revoke_leases
from rooms.auth.client_address import address_hash
from rooms.models import (
    Ban,
    Companion,
    JoinRequest,
    Member,
    Person,
    PlayerCode,
    Role,
    Room,
    Token,
    Visibility,
    hash_for_players,
)
from watchium import server_clock
from watchium.protocol.errors import Banned, CloseCode, NotMember, RoomFull, Waiting, WrongPassphrase
from watchium.realtime import broadcast
from watchium.sentences import lasting

# Which places a full room keeps for absent members. Of a member who was present before, for an hour:
ABSENT_PLACE_KEPT = timedelta(hours=1)
# Of a member who joined and never sent a heartbeat, for the time a page takes to load, in at most a quarter of places:
NEW_MEMBER_RESERVED = timedelta(seconds=60)
RESERVED_FRACTION = 4
ASK_AGAIN_MS = 2000
# Of one network, as many as a household needs:
ABSENT_PER_NETWORK = 10


def join(
    person: Person,
    room_id: str,
    *,
    username: str = "",
    passphrase: str = "",
    is_md5: bool = False,
    address: str = "",
) -> Member:
    """Make the person a member. Idempotent; a repeated join updates the name.

    `is_md5`: of the passphrase only the MD5 is known.

    Raises:
        NotMember, WrongPassphrase: for a private room, and, after the same work, for a room that does not exist.
        Waiting: the room asks its host first. Call again until it is answered; RuleRefused: the host declined.
        Banned, RoomFull, NameTaken.
    """
    room = Room.objects.open().filter(room_id=room_id).first()
    is_member = Member.objects.is_in(room_id, person)
    # Read for a room that does not exist as well: the work must not disclose which rooms exist.
    has_shown = JoinRequest.objects.has_shown_passphrase(room_id, person, timezone.now())
    if room is None or not (is_member or has_shown or _is_open_to(room, person)):
        # Outside the transaction: hashing takes a fifth of a second, too long to hold the lock.
        _check_passphrase(room, passphrase, is_md5)
    assert room is not None
    joined = _admit(room.pk, person, username, address_hash(address))
    if isinstance(joined, JoinRequest):  # outside the transaction, which stores it
        raise Waiting(retry_after_ms=ASK_AGAIN_MS)
    return joined


def _is_open_to(room: Room, person: Person) -> bool:
    return room.visibility != Visibility.PRIVATE or room.owner_id == person.pk


def _check_passphrase(room: Room | None, passphrase: str, is_md5: bool) -> None:
    """Raise WrongPassphrase, or NotMember if none was given.

    Hash for a room that does not exist as well: a timing attack must not find out which rooms exist.
    """
    if not passphrase:
        raise NotMember
    if room is None:
        make_password(passphrase)
    elif is_md5:
        if room.accepts_md5(passphrase):
            return
    elif room.accepts_passphrase(passphrase):
        if settings.SYNCPLAY and not room.player_passphrase:  # set before the server let native players in
            Room.objects.filter(pk=room.pk, passphrase=room.passphrase).update(
                player_passphrase=hash_for_players(passphrase)
            )
        return
    raise WrongPassphrase


@transaction.atomic
def _admit(room_pk: int, person: Person, username: str, address: str) -> Member | JoinRequest:
    room = Room.objects.locked(room_pk)
    if room.closed_at is not None:
        raise NotMember
    name = _unique_name_for(room, person, username)
    fields: dict[str, object] = {"username": name, "address_hash": address, "left_at": None}
    existing = room.members.current().filter(person=person).first()
    if existing is None:
        now = timezone.now()
        if until := Ban.objects.applies(room, now, person, address):
            raise banned_until(until, now)
        if request := request_to_join(room, person, name, address, now):
            return request
        _free_a_place_if_full(room)
        fields["joined_at"] = now
        if room.newcomer_wait_s and _is_newcomer(room, person):
            fields["muted_until_ms"] = server_clock.now_ms() + room.newcomer_wait_s * 1000
    member, _ = Member.objects.update_or_create(room=room, person=person, defaults=fields)
    if existing is not None and existing.present and existing.username != name:
        member.room = room
        broadcast_presence(member, server_clock.now_ms())
    return member


def _is_newcomer(room: Room, person: Person) -> bool:
    """Who has left and returns waits no second time."""
    return room.owner_id != person.pk and Member.objects.ever_with_user_id(room, person.user_id) is None


def banned_until(until: datetime, now: datetime) -> Banned:
    """The error for a person who may not join before `until`."""
    waits_ms = round((until - now).total_seconds() * 1000)
    return Banned(
        "You were removed from this room. You can join again in {time}.",
        time=lasting(waits_ms),
        retry_after_ms=max(1, waits_ms),
    )


def _free_a_place_if_full(room: Room) -> None:
    """End the membership of an absent member if the room is full. Raises RoomFull if every place is kept."""
    capacity = min(room.capacity or settings.MAX_MEMBERS, settings.MAX_MEMBERS)
    if room.members.current().count() < capacity:
        return
    now = timezone.now()
    absent = (
        room.members.longest_reserved(
            now - NEW_MEMBER_RESERVED, reserved_limit=max(2, capacity // RESERVED_FRACTION)
        )
        or room.members.longest_absent(now - ABSENT_PLACE_KEPT)
        or room.members.longest_absent_of_largest_network(more_than=ABSENT_PER_NETWORK)
    )
    if absent is None:
        raise RoomFull
    absent.room = room
    end_membership(absent, "left")


def _unique_name_for(room: Room, person: Person, username: str) -> str:
    name = resolve_name(person, username)
    return display_names.unique_name(name, room.members.present_names(excluding=person))


@transaction.atomic
def leave(member: Member) -> None:
    """Leave without a grace period: the host role passes on immediately, and all tabs of the member are closed."""
    try:
        member = access.lock(member)
    except NotMember:
        return
    end_membership(member, "left")
    broadcast.close_member(member.pk, CloseCode.NOT_A_MEMBER)


def end_membership(member: Member, reason: str) -> None:
    """End a membership, with the person's second screens in the room. The caller has locked the room."""
    was_host = member.is_host
    revoke_leases(member.connections.all())
    mark_absent(member, reason)
    if was_host:
        choose_next_host(member.room)
    now = timezone.now()
    Member.objects.filter(pk=member.pk).update(left_at=now, role=Role.MEMBER)
    Companion.objects.end_in_room(member.room_id, member.person_id)
    PlayerCode.objects.end_in_room(member.room_id, member.person_id)
    Token.objects.expire_soon(Person.objects.filter(pk=member.person_id), now)

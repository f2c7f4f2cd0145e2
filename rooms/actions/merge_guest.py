"""Merge a guest into the person of an account at sign-in: memberships, host roles, bans and owned rooms."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from rooms import display_names, signals
from rooms.actions.membership import end_membership
from rooms.actions.mutes import end_mute_of_host
from rooms.actions.presence import broadcast_presence, revoke_leases
from rooms.domain.rights import exceptions_of, stored_exceptions
from rooms.models import Ban, Connection, JoinRequest, Member, Person, Role, Room
from watchium import server_clock
from watchium.protocol.errors import CloseCode
from watchium.protocol.events import Departure, MemberLeft
from watchium.realtime import broadcast

ROLE_RANK = (Role.MEMBER, Role.MODERATOR, Role.HOST)


@transaction.atomic
def merge_guest(guest: Person, person: Person) -> None:
    """Move the guest's memberships, bans and rooms to the person. Idempotent.

    The guest's sockets are closed and reconnect as the person, whom the session already names.
    """
    broadcast.close_person(guest.pk, CloseCode.RESTART)
    Ban.objects.filter(person=guest).update(person=person)
    memberships = set(guest.memberships.values_list("room_id", flat=True))
    for room_pk in sorted(memberships | JoinRequest.objects.rooms_of(guest)):
        room = Room.objects.locked(room_pk)
        JoinRequest.objects.reassign(room, guest, person)
        if room_pk in memberships:
            _move_membership(room, guest, person)
    Room.objects.filter(owner=guest).update(owner=person)


def _move_membership(room: Room, guest: Person, person: Person) -> None:
    before = room.members.select_related("person").get(person=guest)
    before.room = room
    # Behind the room's lock, as when a socket closes: in the other order the two would deadlock.
    revoke_leases(before.connections.all())
    if before.left_at is not None:
        _carry(before, person)
        return
    if Ban.objects.applies(room, timezone.now(), person, ""):
        end_membership(before, "left")
        return
    after = _merge_rows(room, before, person)
    if room.closed_at is None:
        _broadcast_merge(room, before, after)


def _carry(before: Member, person: Person) -> None:
    """Let what a guest who has left had in the room hold for the account. One without a row gets the guest's."""
    mutes = (before.muted_until_ms, before.quiet_mute_until_ms)
    if mutes == (None, None) and not before.exceptions and not before.favourite:
        return
    after = before.room.members.filter(person=person).first()
    if after is None:
        Member.objects.filter(pk=before.pk).update(person=person)
        return
    Member.objects.filter(pk=after.pk).update(
        muted_until_ms=_later(before.muted_until_ms, after.muted_until_ms),
        quiet_mute_until_ms=_later(before.quiet_mute_until_ms, after.quiet_mute_until_ms),
        exceptions=_merged_exceptions(before, after),
        favourite=before.favourite or after.favourite,
    )


def _later(one_ms: float | None, other_ms: float | None) -> float | None:
    """Signing in ends no mute."""
    return max(one_ms or 0.0, other_ms or 0.0) or None


def _merge_rows(room: Room, before: Member, person: Person) -> Member:
    """Merge the rows and return the remaining one: the person's if it exists in this room, else the guest's."""
    role = before.role
    others = room.members.current().exclude(person__in=(before.person, person))
    name = display_names.unique_name(person.username, list(others.values_list("username", flat=True)))
    after = room.members.filter(person=person).first() or Member(pk=before.pk)
    if after.pk != before.pk:
        role = max(
            after.role if after.left_at is None else Role.MEMBER, role, key=lambda r: ROLE_RANK.index(Role(r))
        )
        # At most one host: the deleted row gives up the role before the remaining one takes it.
        Member.objects.filter(pk=before.pk).update(role=Role.MEMBER)
        Connection.objects.filter(member=before).update(member=after.pk)
        Room.objects.filter(pk=room.pk, successor=before.pk).update(successor=after.pk)
    present = before.present or after.present
    Member.objects.filter(pk=after.pk).update(
        person=person,
        username=name,
        role=role,
        exceptions=_merged_exceptions(before, after),
        favourite=before.favourite or after.favourite,
        left_at=None,
        present=present,
        here_since_ms=before.here_since_ms,
        address_hash=before.address_hash,
        muted_until_ms=_later(before.muted_until_ms, after.muted_until_ms),
        quiet_mute_until_ms=_later(before.quiet_mute_until_ms, after.quiet_mute_until_ms),
    )
    if after.pk != before.pk:
        Member.objects.filter(pk=before.pk).delete()
    merged = Member.objects.select_related("person").get(pk=after.pk)
    merged.room = room
    if merged.is_host:
        end_mute_of_host(merged)
    return merged


def _merged_exceptions(before: Member, after: Member) -> str:
    """What was taken from either stays taken: signing in gives no right back."""
    found = [exceptions_of(member.exceptions) for member in (before, after)]
    rights = {right for exceptions in found for right in exceptions}
    return stored_exceptions({right: all(e.get(right, True) for e in found) for right in rights})


def _broadcast_merge(room: Room, before: Member, after: Member) -> None:
    now_ms = server_clock.now_ms()
    if after.present:
        left = Departure(user_id=before.person.user_id, username=before.username, reason="renamed")
        broadcast.to_room(room.room_id, MemberLeft(room_id=room.room_id, timestamp=now_ms, payload=left))
        broadcast_presence(after, now_ms)
    if after.is_host:
        signals.host_changed.send(Room, room=room, member=after, former=None)

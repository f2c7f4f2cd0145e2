"""Whose the seat is: by choice, by absence, by claim."""

from __future__ import annotations

from django.db import transaction

from rooms import access, signals
from rooms.host_succession import successor
from rooms.models import Member, Role, Room
from rooms.serializers import host_state
from watchium import server_clock
from watchium.protocol.errors import NotAllowed, NotFound, NotHost
from watchium.protocol.events import ControlRequested, HostGraceCancelled, HostGraceStarted
from watchium.protocol.types import MemberRef, UserRef
from watchium.realtime import broadcast
from watchium.shared_state import rate_limits


def assign_host(room: Room, to: Member | None) -> None:
    """Seat `to` (None: leave it empty); the room's row is locked by the caller."""
    former = Member.objects.host_of(room)
    if (former and former.pk) == (to and to.pk):
        _free(room)
        return
    if former is not None:
        Member.objects.filter(pk=former.pk).update(role=Role.MEMBER)
    if to is not None:
        Member.objects.filter(pk=to.pk).update(role=Role.HOST)
        to.role = Role.HOST
    _free(room)
    signals.host_changed.send(Room, room=room, member=to, former=former)


def _free(room: Room) -> None:
    """No hold is running any more."""
    room.seat_until_ms = None
    room.successor = None
    room.save(update_fields=["seat_until_ms", "successor"])


def start_host_grace(room: Room, host: Member, now_ms: float) -> None:
    """The host's last tab is gone: keep the seat for a while, and say so."""
    room.seat_until_ms = now_ms + room.seat_hold_s * 1000
    room.save(update_fields=["seat_until_ms"])
    seat = host_state(room, host)
    if seat is not None:
        broadcast.to_room(
            room.room_id, HostGraceStarted(room_id=room.room_id, timestamp=now_ms, payload=seat)
        )


def cancel_host_grace(room: Room, host: Member, now_ms: float) -> None:
    """The host is back in time: nothing happened."""
    room.seat_until_ms = None
    room.save(update_fields=["seat_until_ms"])
    kept = MemberRef(user_id=host.person.user_id)
    broadcast.to_room(room.room_id, HostGraceCancelled(room_id=room.room_id, timestamp=now_ms, payload=kept))


def choose_next_host(room: Room) -> None:
    """The host is gone for good: to the named successor, else a moderator, else a member, else nobody."""
    host = Member.objects.host_of(room)
    others = [m for m in room.members.present() if host is None or m.pk != host.pk]
    assign_host(room, successor(others, room.successor_id))


@transaction.atomic
def end_host_grace(room_pk: int, now_ms: float) -> None:
    """A hold that ran out; whoever ends it first does it, for everyone else there is nothing left to do."""
    room = Room.objects.locked_unless_busy(room_pk)
    if room is not None and room.seat_until_ms is not None and room.seat_until_ms <= now_ms:
        choose_next_host(room)


@transaction.atomic
def transfer_host(by: Member, user_id: str) -> int:
    """Give the seat to a member who is here; the revision it took."""
    by = access.lock(by)
    to = Member.objects.named(by.room, user_id)
    if to is not None and to.is_host:
        return by.room.revision  # said twice, because the first answer was lost
    if not by.is_host:
        raise NotHost("Only the host can hand over the seat.")
    if to is None or not to.present:
        raise NotFound("This person is not here.")
    to.room = by.room
    assign_host(by.room, to)
    return by.room.revision


@transaction.atomic
def claim_host(by: Member) -> int:
    """The owner takes the seat back; the revision it took."""
    by = access.lock(by)
    if not by.is_owner:
        raise NotAllowed("Only the room's owner can take the seat back.")
    assign_host(by.room, by)
    return by.room.revision


@transaction.atomic
def ask_control(by: Member) -> None:
    """Tell the host that somebody would like to control playback; not over and over."""
    by = access.lock(by)
    now_ms = server_clock.now_ms()
    rate_limits.spend("ask_control", by.person.user_id, now_ms)
    host = Member.objects.host_of(by.room)
    if host is not None and host.pk != by.pk:
        asks = UserRef(user_id=by.person.user_id, username=by.username)
        event = ControlRequested(room_id=by.room.room_id, timestamp=now_ms, payload=asks)
        broadcast.to_member(host.pk, event)

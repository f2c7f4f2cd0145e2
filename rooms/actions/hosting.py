"""The host role: transfer, claim, and the grace period while the host is absent."""

from __future__ import annotations

from django.db import transaction

from rooms import access, signals
from rooms.actions.mutes import end_mute_of_host
from rooms.host_succession import next_host
from rooms.models import Member, Role, Room
from rooms.serializers import host_state
from watchium import server_clock
from watchium.protocol.errors import NotAllowed, NotFound, NotHost, RuleRefused
from watchium.protocol.events import ControlAsked, ControlRequested, HostGraceCancelled, HostGraceStarted
from watchium.protocol.types import MemberRef
from watchium.realtime import broadcast
from watchium.shared_state import rate_limits


def assign_host(room: Room, to: Member | None) -> None:
    """Make `to` the host (None: the room has no host). The caller has locked the room."""
    former = Member.objects.host_of(room)
    if (former and former.pk) == (to and to.pk):
        _clear_host_grace(room)
        return
    if former is not None:
        Member.objects.filter(pk=former.pk).update(role=Role.MEMBER)
    if to is not None:
        Member.objects.filter(pk=to.pk).update(role=Role.HOST)
        to.role = Role.HOST
        to.room = room
        end_mute_of_host(to)
    _clear_host_grace(room)
    signals.host_changed.send(Room, room=room, member=to, former=former)


def _clear_host_grace(room: Room) -> None:
    room.seat_until_ms = None
    room.successor = None
    room.save(update_fields=["seat_until_ms", "successor"])


def start_host_grace(room: Room, host: Member, now_ms: float) -> None:
    """Keep the host role for an absent host for a while, and broadcast until when."""
    room.seat_until_ms = now_ms + room.seat_hold_s * 1000
    room.save(update_fields=["seat_until_ms"])
    state = host_state(room, host)
    if state is not None:
        broadcast.to_room(
            room.room_id, HostGraceStarted(room_id=room.room_id, timestamp=now_ms, payload=state)
        )


def cancel_host_grace(room: Room, host: Member, now_ms: float) -> None:
    """Broadcast that the host came back within the grace period and stays host."""
    room.seat_until_ms = None
    room.save(update_fields=["seat_until_ms"])
    member = MemberRef(user_id=host.person.user_id)
    broadcast.to_room(
        room.room_id, HostGraceCancelled(room_id=room.room_id, timestamp=now_ms, payload=member)
    )


def choose_next_host(room: Room) -> None:
    """Pass the host role on: to the member the host named, a moderator, a member, or to none if the room is empty."""
    host = Member.objects.host_of(room)
    others = [m for m in room.members.present() if host is None or m.pk != host.pk]
    assign_host(room, next_host(others, room.successor_id))


@transaction.atomic
def end_host_grace(room_pk: int, now_ms: float) -> None:
    """Choose the next host if the grace period is over. Safe in several processes: the first to lock the room acts."""
    room = Room.objects.locked_unless_busy(room_pk)
    if room is not None and room.seat_until_ms is not None and room.seat_until_ms <= now_ms:
        choose_next_host(room)


@transaction.atomic
def transfer_host(actor: Member, user_id: str) -> int:
    """Make a present member the host; return the revision of the change."""
    actor = access.lock(actor)
    to = Member.objects.with_user_id(actor.room, user_id)
    if to is not None and to.is_host:
        return actor.room.revision  # sent again because the first reply was lost
    if not actor.is_host:
        raise NotHost("Only the host can make another member the host.")
    if to is None or not to.present:
        raise NotFound("This member is not present.")
    to.room = actor.room
    assign_host(actor.room, to)
    return actor.room.revision


@transaction.atomic
def claim_host(actor: Member) -> int:
    """Make the owner the host; return the revision of the change."""
    actor = access.lock(actor)
    if not actor.is_owner:
        raise NotAllowed("Only the room's owner can take back the host role.")
    assign_host(actor.room, actor)
    return actor.room.revision


@transaction.atomic
def claim_room(actor: Member) -> None:
    """Make the host the owner of a room whose owner is gone. Raises RuleRefused.

    For accounts only: a guest who is gone leaves the room without an owner again.
    """
    actor = access.lock(actor)
    if actor.is_owner:
        return  # sent again because the first reply was lost
    if actor.room.owner_id is not None or actor.room.is_demo:
        raise RuleRefused("This room has an owner.")
    if not actor.is_host or actor.person.account_id is None:
        raise RuleRefused("Only the host can do this, and only with an account.")
    actor.room.owner = actor.person
    actor.room.save(update_fields=["owner"])
    signals.room_changed.send(Room, room=actor.room, actor=actor, changed=["owner"])


@transaction.atomic
def set_successor(actor: Member, user_id: str | None) -> Member | None:
    """Name the member who becomes host if the host stays away, or (None) no member. Raises RuleRefused, NotFound."""
    actor = access.lock(actor)
    if not actor.is_host:
        raise RuleRefused("Only the host may name a successor.")
    successor = Member.objects.with_user_id(actor.room, user_id) if user_id is not None else None
    if user_id is not None and successor is None:
        raise NotFound("This person is not in the room.")
    if successor is not None and successor.is_host:
        raise RuleRefused("You are the host: your successor is another member.")
    if actor.room.successor_id != (successor and successor.pk):
        actor.room.successor = successor
        actor.room.save(update_fields=["successor"])
        signals.room_changed.send(Room, room=actor.room, actor=actor, changed=["successor"])
    return successor


@transaction.atomic
def request_control(actor: Member, moment_s: float | None = None) -> None:
    """Notify the host that a member would like to control playback, or to go to a moment. Rate limited."""
    actor = access.lock(actor)
    now_ms = server_clock.now_ms()
    rate_limits.spend("ask_control", actor.person.user_id, now_ms)
    host = Member.objects.host_of(actor.room)
    if host is not None and host.pk != actor.pk:
        requester = ControlAsked(user_id=actor.person.user_id, username=actor.username, moment=moment_s)
        event = ControlRequested(room_id=actor.room.room_id, timestamp=now_ms, payload=requester)
        broadcast.to_member(host.pk, event)

"""Presence by leases: a member is present while one of its connections has not lapsed.

Closing a socket shortens its lease to a grace period, so that a reload is neither a leave nor a join. The leases of a
killed process lapse by themselves.

Leases are rows of the database, even with Redis: all processes use the database anyway, one UPDATE every three seconds
renews the leases of a whole process, and a lapse is detected in the transaction that publishes it. Leases in Redis
would vanish with it, and all members would appear to have left.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rooms import access, signals
from rooms.actions.hosting import assign_host, cancel_host_grace, end_host_grace, start_host_grace
from rooms.display_names import unique_name
from rooms.models import Connection, Member, PlayerCode, Pulse, Room, Token
from rooms.models.connection import ConnectionQuerySet
from rooms.periodic import for_each_isolated
from rooms.serializers import member_state
from watchium import server_clock
from watchium.db.prepared import run_in_one_round_trip
from watchium.db.rows import insert
from watchium.protocol.errors import CloseCode, TooManyConnections
from watchium.protocol.events import Departure, MemberJoined, MemberLeft
from watchium.realtime import broadcast
from watchium.realtime.groups import process_id

SILENCE_MS = 12_000  # a socket without a received frame for so long is dead
GRACE_MS = 6_000  # the member of a closed socket stays present for so long
POLL_MS = 15_000
FRESH_MS = 15_000  # how long clients have to reconnect after a restart
# Between two grants, so that a member who did not reconnect in the first half has lapsed before the second grant.
GRANT_INTERVAL_MS = 2 * FRESH_MS
START_MS = 1000  # server time that a start counts for


@transaction.atomic
def connect(member: Member, socket_key: str) -> tuple[Member, Connection]:
    """Create the lease of an opened socket, and mark the member present. Raises TooManyConnections."""
    now_ms = server_clock.now_ms()
    count_query = [Connection.to_count_open(socket_key, now_ms)] if socket_key else []
    member, (hosts, *counts) = access.lock_and_query(
        member, Member.to_find_host(member.room_id), *count_query
    )
    for ((open_sockets,),) in counts:
        if open_sockets >= settings.MAX_SOCKETS_PER_DEVICE:
            raise TooManyConnections
    connection = Connection(
        member=member,
        device_id=socket_key,
        process=process_id(),
        opened_at_ms=now_ms,
        lapses_at_ms=now_ms + SILENCE_MS,
    )
    (((connection.pk,),),) = run_in_one_round_trip(insert(connection))
    _mark_present(member, now_ms, has_host=bool(hosts))
    return member, connection


@transaction.atomic
def record_poll(member: Member) -> Member:
    """Mark a member present who polls over HTTP, and renew its lease; return the member read again."""
    now_ms = server_clock.now_ms()
    member, (hosts,) = access.lock_and_query(member, Member.to_find_host(member.room_id))
    lease = {"closed": False, "lapses_at_ms": now_ms + POLL_MS}
    Connection.objects.update_or_create(
        member=member, process="poll", defaults=lease, create_defaults={**lease, "opened_at_ms": now_ms}
    )
    _mark_present(member, now_ms, has_host=bool(hosts))
    return member


def _mark_present(member: Member, now_ms: float, *, has_host: bool) -> None:
    room = member.room
    arrived = not member.present
    if arrived:
        member.present, member.here_since_ms = True, now_ms
        # A member with a similar name may have joined meanwhile.
        member.username = unique_name(member.username, room.members.present_names(excluding=member.person))
        member.save(update_fields=["present", "here_since_ms", "username"])
        broadcast_presence(member, now_ms)
        signals.member_joined.send(Member, member=member)
    if member.is_host and room.seat_until_ms is not None:
        cancel_host_grace(room, member, now_ms)
    elif not has_host:
        assign_host(room, member)


def broadcast_presence(member: Member, now_ms: float) -> None:
    """Broadcast that a member joined or changed its name."""
    room_id = member.room.room_id
    event = MemberJoined(room_id=room_id, timestamp=now_ms, payload=member_state(member))
    broadcast.to_room(room_id, event)


@transaction.atomic
def disconnect(connection: Connection) -> None:
    """Shorten the lease of a closed socket to the grace period; start the host's if it was the host's last."""
    now_ms = server_clock.now_ms()
    room = Room.objects.locked(connection.member.room_id)
    # Read again: a guest who signed in is another member by now, and the lease may have been deleted.
    current = Connection.objects.select_related("member__person").filter(pk=connection.pk).first()
    if current is None:
        return
    Connection.objects.filter(pk=connection.pk).close(now_ms + GRACE_MS)
    _start_grace_if_last(room, current.member, now_ms)


def _start_grace_if_last(room: Room, member: Member, now_ms: float) -> None:
    if room.seat_until_ms is None and not member.connections.filter(closed=False).exists():
        host = Member.objects.host_of(room)
        if host is not None and host.pk == member.pk:
            start_host_grace(room, host, now_ms)


def renew(connection_pks: set[int]) -> set[int]:
    """Renew the leases of open sockets; return those that no longer exist because they lapsed.

    Not those that were revoked: a message with the reason is on its way, which `LeaseRevocationWatcher` waits for.
    """
    if not connection_pks:
        return set()
    now_ms = server_clock.now_ms()
    Pulse.objects.renew(now_ms)
    return connection_pks - Connection.objects.renew(connection_pks, now_ms + SILENCE_MS)


@transaction.atomic
def reconnect_person(person_pk: int) -> None:
    """Close all sockets of the person; clients that still may reconnect under their current identity."""
    revoke_leases(Connection.objects.of_person(person_pk))
    broadcast.close_person(person_pk, CloseCode.RESTART)


@transaction.atomic
def revoke_token(token: Token) -> None:
    """Delete the token with the player codes of its person, and close all sockets of the person.

    Which codes it made is stored nowhere.
    """
    token.delete()
    PlayerCode.objects.end_all_of(token.person_id)
    reconnect_person(token.person_id)


def revoke_leases(leases: ConnectionQuerySet) -> None:
    """Close leases so that their sockets are closed even if the message about it is lost."""
    leases.close(server_clock.now_ms() + GRACE_MS)


@transaction.atomic
def grant_fresh_leases() -> int:
    """Extend all leases at a server's start or after a pause: downtime does not count as absence.

    Members have FRESH_MS to reconnect, but only once in GRANT_INTERVAL_MS of server time. Within that interval leases
    are only extended by the pause, and each start counts as one second: a server that crashes in a loop keeps no absent
    member present.
    """
    now_ms = server_clock.now_ms()
    until_ms = now_ms + FRESH_MS
    pulse = Pulse.objects.locked()
    pause_ms = max(0.0, now_ms - pulse.at_ms - START_MS)
    pulse.at_ms = now_ms
    if pulse.granted_ms and 0 <= now_ms - pulse.granted_ms - pause_ms < GRANT_INTERVAL_MS:
        pulse.granted_ms += pause_ms
        pulse.save()
        Room.objects.extend_host_grace_by(pause_ms, until_ms)
        return Connection.objects.extend_by(pause_ms, until_ms)
    pulse.granted_ms = now_ms
    pulse.save()
    Room.objects.extend_host_grace_to(until_ms)
    return Connection.objects.extend_to(until_ms)


def due(now_ms: float) -> None:
    """Process lapsed leases, then expired grace periods of hosts."""
    if Connection.objects.any_lapsed(now_ms):
        Connection.objects.delete_superseded(now_ms)
        for_each_isolated(_lapse, Connection.objects.lapsed(now_ms), now_ms)
    for_each_isolated(end_host_grace, Room.objects.with_expired_host_grace(now_ms), now_ms)


@transaction.atomic
def _lapse(connection: Connection, now_ms: float) -> None:
    room = Room.objects.locked_unless_busy(connection.member.room_id)
    if room is None:
        return
    # The delete settles the race: another process that saw the same lapse deletes nothing and stops here.
    deleted, _ = Connection.objects.filter(pk=connection.pk, lapses_at_ms__lte=now_ms).delete()
    if deleted == 0:
        return
    member = Member.objects.select_related("person").get(pk=connection.member_id)
    _start_grace_if_last(room, member, now_ms)
    if not member.connections.exists():
        member.room = room
        mark_absent(member, "lost")


def mark_absent(member: Member, reason: str) -> None:
    """Mark the member absent and broadcast it. The caller has locked the room."""
    if not Member.objects.filter(pk=member.pk, present=True).update(present=False, is_synced=None):
        return
    member.present = False
    room = member.room
    room.last_active_at = timezone.now()
    room.save(update_fields=["last_active_at"])
    left = Departure(user_id=member.person.user_id, username=member.username, reason=reason)
    broadcast.to_room(
        room.room_id, MemberLeft(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=left)
    )
    signals.member_left.send(Member, member=member, reason=reason)

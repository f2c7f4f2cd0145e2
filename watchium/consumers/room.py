"""The socket of a room."""

from __future__ import annotations

import asyncio

from django.utils import timezone

import playback.room.actions
import playback.room.duration_updates
import playback.room.stall_handling
import playback.room.status_reports
import rooms.actions
from rooms.access import Identity, is_banned, member_for
from rooms.auth.client_address import address_hash
from rooms.models import Connection, Member
from rooms.rate_limits import limit_room_guesses
from watchium import server_clock
from watchium.background import log_heads, pubsub_monitor, scheduler
from watchium.consumers.socket import Socket, with_timeout
from watchium.db.thread_pool import in_database
from watchium.protocol.codec import decode_room_command
from watchium.protocol.commands import COMPANION, Command, Heartbeat, SyncRequest
from watchium.protocol.errors import (
    Banned,
    CloseCode,
    NotMember,
    RateLimited,
    Refused,
    RoomClosed,
    TooManyConnections,
    Unavailable,
)
from watchium.protocol.replies import Accepted, Ack
from watchium.realtime.frames import frame_of
from watchium.realtime.groups import member_group, person_group, room_group
from watchium.services.room_commands import dispatch
from watchium.services.room_snapshot import LogPosition, compose_snapshot, missed_events
from watchium.shared_state import rate_limits
from watchium.telemetry import counters
from watchium.telemetry.context import bind_log_context

CLOSE_CODES: dict[type[Refused], CloseCode] = {
    TooManyConnections: CloseCode.TOO_MANY,
    Banned: CloseCode.REMOVED,
    RoomClosed: CloseCode.NO_SUCH_ROOM,
    RateLimited: CloseCode.FLOODING,
}


class RoomConsumer(Socket):
    """A member's tab in a room."""

    member: Member
    user_id: str
    room_id: str
    device_id: str
    entering: asyncio.Task[tuple[Member, Connection]] | None = None
    connection: Connection | None = None
    end: asyncio.TimerHandle | None = None  # of a second screen

    def decode(self, text: str) -> Command:
        return decode_room_command(text)

    async def on_connect(self, identity: Identity) -> None:
        self.room_id = self.scope["url_route"]["kwargs"]["room_id"]
        self.device_id = identity.device_id
        member = await in_database(_admit, identity, self.room_id)
        bind_log_context(self.room_id, member.person.user_id)
        # Groups are joined before the room is read: events in between are sent after the welcome.
        await self.join_group(room_group(self.room_id))
        await self.join_group(member_group(member.pk))
        await self.join_group(person_group(member.person_id))
        self.entering = asyncio.create_task(in_database(rooms.actions.connect, member, identity.socket_key))
        self.member, connection = await asyncio.shield(self.entering)
        self.user_id = self.member.person.user_id
        self.connection = connection
        scheduler.hold_lease(connection.pk, lambda: self.close(CloseCode.RESTART))
        if identity.ends_at is not None:
            left_s = (identity.ends_at - timezone.now()).total_seconds()
            self.end = asyncio.get_running_loop().call_later(left_s, self.close, CloseCode.RESTART)
        # After the lease was taken: a later login or logout ends the lease, an earlier one is detected here. Either way
        # the socket is closed, and the client reconnects with its current identity.
        if (await self._identity()).person != identity.person:
            raise Unavailable
        log_heads.set_initial(self.room_id, self.member.room)
        applied = LogPosition.from_query(self.query)
        first, *missed = await in_database(
            compose_snapshot, self.member, identity.device_id, applied, len(self.live)
        )
        for event in missed:
            self.send_event(event)
        if pubsub_monitor.degraded():
            self.send_event(pubsub_monitor.status(self.room_id))
        self.send_queue.send_first(frame_of(first))
        self.entering = None
        # Every action reads the playback again; this copy would only go stale.
        self.member.room._state.fields_cache.pop("playback", None)

    async def on_disconnect(self) -> None:
        if self.end is not None:
            self.end.cancel()
        if self.connection is None and self.entering is not None:
            # The socket closed while entering, which another thread completes nevertheless.
            (entered,) = await asyncio.gather(self.entering, return_exceptions=True)
            self.connection = None if isinstance(entered, BaseException) else entered[1]
        if self.connection is not None:
            scheduler.drop_lease(self.connection.pk)
            await in_database(rooms.actions.disconnect, self.connection)

    def close_code_for(self, problem: Refused) -> int:
        return CLOSE_CODES.get(type(problem)) or super().close_code_for(problem)

    def handle_inline(self, command: Command, now_ms: float) -> bool:
        """Heartbeats stay in memory; the response carries the room's log head."""
        if not isinstance(command, Heartbeat):
            return False
        self._charge("heartbeat", now_ms)
        counters.count("heartbeats")
        report = command.payload
        if report.state == COMPANION:
            log_heads.respond(self, self.room_id)
            return True
        important = playback.room.status_reports.record(self.room_id, self.user_id, report, now_ms)
        log_heads.respond(self, self.room_id)
        # The full path is needed if it may change the known duration, matters to other processes, or the room waits.
        duration = playback.room.duration_updates.may_update(self.room_id, self.user_id, report, now_ms)
        return not duration and not important and not playback.room.stall_handling.is_affected(self.room_id)

    async def handle(self, command: Command) -> None:
        if isinstance(command, Heartbeat):
            await self._apply_heartbeat(command)
            return
        rate_limits.spend_locally("command", self.user_id, server_clock.now_ms())
        result = await with_timeout(in_database(dispatch, self.member, command))
        if isinstance(result, Accepted):
            result = Ack(room_id=self.room_id, timestamp=server_clock.now_ms(), payload=result)
        if result is not None:
            self.send_event(result)
        if isinstance(command, SyncRequest):
            applied = command.payload
            self.send_event(
                await in_database(
                    missed_events,
                    self.member,
                    self.device_id,
                    applied.since,
                    applied.last_comment_id,
                    len(self.live),
                    applied.queue_revision,
                )
            )

    async def _apply_heartbeat(self, heartbeat: Heartbeat) -> None:
        await in_database(playback.room.duration_updates.update_from_report, self.member, heartbeat.payload)
        await in_database(
            playback.room.stall_handling.on_important_report, self.member, server_clock.now_ms()
        )


def _admit(identity: Identity, room_id: str) -> Member:
    try:
        member = member_for(identity, room_id)
    except NotMember:
        if is_banned(identity, room_id):
            raise Banned from None
        limit_room_guesses(identity.address)
        raise
    # A later ban applies to the member's current address, not to that of the join.
    Member.objects.record_address(member, address_hash(identity.address))
    return member

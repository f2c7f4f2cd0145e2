"""A room for pages that get no WebSocket through: what a socket would have brought since the last request.

The answer is made of the socket's own envelopes and resumes by the same numbers, so a page applies it with the same
code, and neither loses nor repeats anything when it changes from one way to the other.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

import playback.room.duration_updates
import playback.room.stall_handling
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.commands import PlayerReport
from watchium.protocol.events import MemberReports, Presence, Welcome
from watchium.protocol.replies import Events
from watchium.protocol.types import Milliseconds, Revision
from watchium.services.mailboxes import collect
from watchium.services.room_snapshot import Applied, compose_snapshot
from watchium.shared_state import rate_limits


class Poll(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the page applied last, as in a socket's address; nothing of it asks for the whole room.

    `report` is what a heartbeat says. `heard`: the `timestamp` of the last event that no log keeps, at first the
    `received` of the answer before.
    """

    revision: Revision | None = None
    event_id: Annotated[str, Meta(max_length=64)] = ""
    comment_seq: Annotated[int, Meta(ge=0, le=2**53)] = 0
    epoch: Annotated[str, Meta(max_length=64)] = ""
    report: PlayerReport | None = None
    heard: Milliseconds | None = None

    @property
    def applied(self) -> Applied | None:
        if self.revision is None:
            return None
        return Applied(self.revision, self.event_id, self.comment_seq, self.epoch)


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """`welcome`, then `events` where the page resumes, then `presence`, then what no log keeps.

    `received` and `timestamp`: server time when the request came and when the answer left, a pong's `t1` and `t2`.
    """

    events: list[Welcome | Events | Presence | msgspec.Raw]
    received: float
    timestamp: float
    clock_id: str


def poll(member: Member, device_id: str, asked: Poll, received_ms: float) -> Polled:
    """Count the member as present for 15 s, take their report, and answer what is new. Raises RateLimited."""
    rate_limits.spend("poll", member.person.user_id, received_ms)
    member = rooms.actions.record_poll(member)
    if asked.report is not None:
        take_report(member, asked.report, received_ms)
    events: list[Welcome | Events | Presence | msgspec.Raw] = []
    events += compose_snapshot(member, device_id, asked.applied, 0)
    events += _presence(member.room.room_id, received_ms)
    events += collect(member, asked.heard)
    return Polled(
        events=events,
        received=received_ms,
        timestamp=server_clock.now_ms(),
        clock_id=server_clock.clock_id(),
    )


def take_report(member: Member, report: PlayerReport, now_ms: float) -> None:
    """What a heartbeat does, for a report that came over HTTP."""
    playback.room.status_reports.record(member.room.room_id, member.person.user_id, report, now_ms)
    playback.room.duration_updates.update_from_report(member, report, now_ms)
    playback.room.stall_handling.on_important_report(member, now_ms)


def _presence(room_id: str, now_ms: float) -> list[Presence]:
    """Where everybody's player is; nothing where no player has said anything yet."""
    said = dict(playback.room.status_reports.LAST_REPORTS.for_room(room_id))
    reports = playback.room.status_broadcast.evaluate({room_id: said}, now_ms).get(room_id) if said else None
    if not reports:
        return []
    return [Presence(room_id=room_id, timestamp=now_ms, payload=MemberReports(members=reports))]

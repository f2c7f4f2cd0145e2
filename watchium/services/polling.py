"""HTTP polling, for pages whose WebSocket is blocked: the events of a room since the last request.

The response consists of the same envelopes as on a socket and resumes by the same numbers, so a page applies it with
the same code, and neither loses nor repeats an event when it switches between the two.
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
from watchium.protocol.commands import COMPANION, PlayerReport
from watchium.protocol.events import MemberReports, Presence, Welcome
from watchium.protocol.replies import Events
from watchium.protocol.types import Milliseconds, Revision
from watchium.services.mailboxes import collect
from watchium.services.room_snapshot import LogPosition, compose_snapshot
from watchium.shared_state import rate_limits


class Poll(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the page applied last, as in a socket's URL; without it the response holds the whole room.

    `report` is the payload of a heartbeat. `heard` is the `timestamp` of the last event that no log holds, at first the
    `received` of the previous response.
    """

    revision: Revision | None = None
    event_id: Annotated[str, Meta(max_length=64)] = ""
    comment_seq: Annotated[int, Meta(ge=0, le=2**53)] = 0
    epoch: Annotated[str, Meta(max_length=64)] = ""
    queue_revision: Revision | None = None
    report: PlayerReport | None = None
    heard: Milliseconds | None = None

    @property
    def applied(self) -> LogPosition | None:
        if self.revision is None:
            return None
        return LogPosition(self.revision, self.event_id, self.comment_seq, self.epoch, self.queue_revision)


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """`welcome`, then `events` if the page resumes, then `presence`, then events that no log holds.

    `received` and `timestamp` are the server times of the request and of the response, `t1` and `t2` of a pong.
    """

    events: list[Welcome | Events | Presence | msgspec.Raw]
    received: float
    timestamp: float
    clock_id: str


def poll(member: Member, device_id: str, request: Poll, received_ms: float) -> Polled:
    """Count the member as present for 15 s, record their report, and return new events. Raises RateLimited."""
    rate_limits.spend("poll", member.person.user_id, received_ms)
    member = rooms.actions.record_poll(member)
    if request.report is not None and request.report.state != COMPANION:
        record_report(member, request.report, received_ms)
    events: list[Welcome | Events | Presence | msgspec.Raw] = []
    events += compose_snapshot(member, device_id, request.applied, 0)
    events += _presence(member.room.room_id, received_ms)
    events += collect(member, request.heard)
    return Polled(
        events=events,
        received=received_ms,
        timestamp=server_clock.now_ms(),
        clock_id=server_clock.clock_id(),
    )


def record_report(member: Member, report: PlayerReport, now_ms: float) -> None:
    """As a heartbeat does, for a report received over HTTP."""
    playback.room.status_reports.record(member.room.room_id, member.person.user_id, report, now_ms)
    playback.room.duration_updates.update_from_report(member, report, now_ms)
    playback.room.stall_handling.on_important_report(member, now_ms)


def _presence(room_id: str, now_ms: float) -> list[Presence]:
    """The playback status of all members; empty if no player has reported yet."""
    members = dict(playback.room.status_reports.LAST_REPORTS.for_room(room_id))
    reports = (
        playback.room.status_broadcast.evaluate({room_id: members}, now_ms).get(room_id) if members else None
    )
    if not reports:
        return []
    return [Presence(room_id=room_id, timestamp=now_ms, payload=MemberReports(members=reports))]

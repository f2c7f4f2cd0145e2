"""Broadcast the members' playback status to each room at most once a second, and write it in few statements.

Called many times a second, for a few rooms at a time: all rooms at once would delay everything else.
"""

from __future__ import annotations

from collections.abc import Mapping

from playback.domain.drift import ReceivedReport, drift_s, in_sync, is_about
from playback.domain.start_lead import CATCHING_UP
from playback.models import Playback, SyncReference
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member
from watchium.protocol.events import MemberReports, Presence
from watchium.protocol.types import MemberReport
from watchium.realtime import broadcast
from watchium.telemetry import counters

BATCH_ROOMS = 50

Batch = Mapping[str, Mapping[str, ReceivedReport]]  # by room_id and user_id


def has_pending() -> bool:
    """Whether there are reports to publish, now or later."""
    return LAST_REPORTS.unpublished


def due(now_ms: float) -> None:
    """Publish and persist the reports of the rooms that are due.

    What could not be published because the database was unavailable is published a second later.
    """
    waiting = batches(now_ms)
    try:
        while waiting:
            publish_batch(waiting[0], now_ms)
            del waiting[0]
    finally:
        for batch in waiting:
            LAST_REPORTS.put_back(batch, now_ms)


def batches(now_ms: float) -> list[Batch]:
    """Take the reports that are due now, in batches for `publish_batch`."""
    rooms = [
        (room_id, members) for room_id, members in LAST_REPORTS.take_unpublished(now_ms).items() if members
    ]
    return [dict(rooms[start : start + BATCH_ROOMS]) for start in range(0, len(rooms), BATCH_ROOMS)]


def publish_batch(batch: Batch, now_ms: float) -> None:
    """Two statements at most, and a frame for each room."""
    evaluated = evaluate(batch, now_ms)
    for room_id, reports in evaluated.items():
        presence = Presence(room_id=room_id, timestamp=now_ms, payload=MemberReports(members=reports))
        broadcast.to_room(room_id, presence)
    following = (each for reports in evaluated.values() for each in reports if each.state != CATCHING_UP)
    counters.record_evaluations(report.is_synced for report in following)
    persist(evaluated, now_ms)


def evaluate(batch: Batch, now_ms: float) -> dict[str, list[MemberReport]]:
    """Return by room_id each member's report as the server evaluates it; one statement.

    A report from before the room's last change does not show whether its player follows: the next one does.
    """
    references = Playback.objects.sync_references(batch)
    evaluated = {
        room_id: [
            _evaluate(user_id, received, references[room_id], now_ms)
            for user_id, received in members.items()
            if is_about(received, references[room_id].timeline)
        ]
        for room_id, members in batch.items()
        if room_id in references
    }
    return {room_id: reports for room_id, reports in evaluated.items() if reports}


def persist(evaluated: dict[str, list[MemberReport]], now_ms: float) -> int:
    """Write the reports of members not written for a while into `Member`; return how many rows changed.

    A member who catches up is neither in sync nor out of it.
    """
    rows = [
        (
            room_id,
            report.user_id,
            report.current_time,
            None if report.state == CATCHING_UP else report.is_synced,
        )
        for room_id, reports in evaluated.items()
        for report in LAST_REPORTS.unwritten(room_id, reports, now_ms)
    ]
    return Member.objects.save_reports(rows) if rows else 0


def _evaluate(
    user_id: str, received: ReceivedReport, reference: SyncReference, now_ms: float
) -> MemberReport:
    """Compute the player's position now, and whether it is within the room's tolerance."""
    drift = drift_s(received, reference.timeline, now_ms)
    return MemberReport(
        user_id=user_id,
        current_time=round(received.position_at(now_ms, reference.timeline.rate), 3),
        is_playing=received.report.is_playing,
        is_synced=in_sync(drift, reference.sync_tolerance_ms),
        drift_ms=round(drift * 1000, 1),
        latency_ms=received.report.latency_ms,
        state=received.report.state,
        lacks=received.report.lacks,
        fault=received.report.fault,
        copy=received.report.copy,
        longer_s=received.report.longer_s,
        player=received.report.player,
    )

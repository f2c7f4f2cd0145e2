"""Where everybody is, gathered: told to each room at most once a second and written in few statements.

Looked after many times a second, a few rooms at a time: all rooms at once would hold up everything else.
"""

from __future__ import annotations

from collections.abc import Mapping

from playback.domain.drift import Noted, drift_s, in_sync, is_about
from playback.models import Course, Playback
from playback.room.status_reports import LAST
from rooms.models import Member
from watchium.protocol.events import MemberReports, Presence
from watchium.protocol.types import MemberReport
from watchium.realtime import broadcast
from watchium.telemetry import counters

ROOMS_AT_ONCE = 50

Said = Mapping[str, Mapping[str, Noted]]  # by room_id and user_id


def waits() -> bool:
    """Whether there is anything that will have to be told."""
    return LAST.unpublished


def due(now_ms: float) -> None:
    """Tell those rooms whose turn it is what their members' players said, and keep it.

    What could not be told, because the database was away, is told a second later.
    """
    waiting = parts(now_ms)
    try:
        while waiting:
            tell(waiting[0], now_ms)
            del waiting[0]
    finally:
        for part in waiting:
            LAST.put_back(part, now_ms)


def parts(now_ms: float) -> list[Said]:
    """What is to be told now, in parts for `tell`."""
    said = [(room_id, members) for room_id, members in LAST.take_unpublished(now_ms).items() if members]
    return [dict(said[start : start + ROOMS_AT_ONCE]) for start in range(0, len(said), ROOMS_AT_ONCE)]


def tell(part: Said, now_ms: float) -> None:
    """Two statements at most, and a frame for each room."""
    gathered = judge(part, now_ms)
    for room_id, reports in gathered.items():
        presence = Presence(room_id=room_id, timestamp=now_ms, payload=MemberReports(members=reports))
        broadcast.to_room(room_id, presence)
    counters.record_evaluations(report.is_synced for reports in gathered.values() for report in reports)
    keep(gathered, now_ms)


def judge(part: Said, now_ms: float) -> dict[str, list[MemberReport]]:
    """By room_id, each member's report as the server sees it; one statement.

    What somebody said before the room's last change does not tell whether they follow it: they say so in a moment.
    """
    courses = Playback.objects.courses(part)
    judged = {
        room_id: [
            _judged(user_id, seen, courses[room_id], now_ms)
            for user_id, seen in members.items()
            if is_about(seen, courses[room_id].timeline)
        ]
        for room_id, members in part.items()
        if room_id in courses
    }
    return {room_id: reports for room_id, reports in judged.items() if reports}


def keep(gathered: dict[str, list[MemberReport]], now_ms: float) -> int:
    """Write it into Member, of whom nothing was written for a while; how many rows that changed."""
    rows = [
        (room_id, report.user_id, report.current_time, report.is_synced)
        for room_id, reports in gathered.items()
        for report in LAST.unwritten(room_id, reports, now_ms)
    ]
    return Member.objects.keep_reports(rows) if rows else 0


def _judged(user_id: str, seen: Noted, course: Course, now_ms: float) -> MemberReport:
    """Where the player is now, and whether that is within the room's tolerance."""
    drift = drift_s(seen, course.timeline, now_ms)
    return MemberReport(
        user_id=user_id,
        current_time=round(seen.position_at(now_ms, course.timeline.rate), 3),
        is_playing=seen.report.is_playing,
        is_synced=in_sync(drift, course.sync_tolerance_ms),
        drift_ms=round(drift * 1000, 1),
        latency_ms=seen.report.latency_ms,
        state=seen.report.state,
    )

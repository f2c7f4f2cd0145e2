"""Where everybody is, gathered: told to each room at most once a second and written in one statement."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from playback.drift import Noted, drift_s, in_sync
from playback.models import Playback
from playback.reports import LAST
from watchium.wire import broadcast
from watchium.wire.messages import Presence, Report, Reports

ROWS_A_STATEMENT = 200  # four values each, below the 999 that any SQLite takes

# Standard enough for both databases: each names the columns of VALUES column1, column2 ...
_WRITE = """
UPDATE rooms_member SET last_heartbeat = %s, position = told.column3, is_synced = told.column4
FROM (VALUES {rows}) AS told, rooms_room, rooms_person
WHERE rooms_room.room_id = told.column1 AND rooms_person.user_id = told.column2
  AND rooms_member.room_id = rooms_room.id AND rooms_member.person_id = rooms_person.id
"""
_ROW = "(CAST(%s AS text), CAST(%s AS text), CAST(%s AS double precision), CAST(%s AS boolean))"


def due(now_ms: float) -> None:
    """Tell each room what its members' players said since the last call, and keep it."""
    gathered = gather(now_ms)
    for room_id, reports in gathered.items():
        presence = Presence(room_id=room_id, timestamp=now_ms, payload=Reports(members=reports))
        broadcast.to_room(room_id, presence)
    flush(gathered)


def gather(now_ms: float) -> dict[str, list[Report]]:
    """By room_id, each member who said something since, judged by the server; one query."""
    changed = LAST.take_changed()
    if not changed:
        return {}
    playbacks = Playback.objects.of_rooms(changed)
    return {
        room_id: [_judged(user_id, seen, playbacks[room_id], now_ms) for user_id, seen in members.items()]
        for room_id, members in changed.items()
        if room_id in playbacks and members
    }


def flush(gathered: dict[str, list[Report]]) -> int:
    """Write what was gathered into Member; how many rows that changed."""
    rows = [
        (room_id, report.user_id, report.current_time, report.is_synced)
        for room_id, reports in gathered.items()
        for report in reports
    ]
    return sum(
        _write(rows[start : start + ROWS_A_STATEMENT]) for start in range(0, len(rows), ROWS_A_STATEMENT)
    )


def _judged(user_id: str, seen: Noted, playback: Playback, now_ms: float) -> Report:
    """Where the player is now, and whether that is within the room's tolerance."""
    drift = drift_s(seen, playback.timeline, now_ms)
    return Report(
        user_id=user_id,
        current_time=round(seen.position_at(now_ms, playback.rate), 3),
        is_playing=seen.report.is_playing,
        is_synced=in_sync(drift, playback.sync_tolerance_ms),
        drift_ms=round(drift * 1000, 1),
        latency_ms=seen.report.latency_ms,
        state=seen.report.state,
    )


def _write(rows: list[tuple[str, str, float, bool]]) -> int:
    statement = _WRITE.format(rows=", ".join([_ROW] * len(rows)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [timezone.now(), *(value for row in rows for value in row)])
        return int(cursor.rowcount)

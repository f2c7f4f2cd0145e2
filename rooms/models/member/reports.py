"""The latest reports of players, written in batches, all in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

Report = tuple[str, str, float, bool | None]  # room_id, user_id, position in seconds, in sync

# Rows locked by others are skipped: the next report comes in three seconds, and this write should not wait.
_SAVE_REPORTS_POSTGRESQL = """
WITH report AS (
    SELECT member.id, sent.position, sent.is_synced
    FROM unnest(%s::text[], %s::text[], %s::float8[], %s::bool[]) AS sent(room_id, user_id, position, is_synced)
    JOIN rooms_room room ON room.room_id = sent.room_id
    JOIN rooms_person person ON person.user_id = sent.user_id
    JOIN rooms_member member ON member.room_id = room.id AND member.person_id = person.id
    FOR NO KEY UPDATE OF member SKIP LOCKED
)
UPDATE rooms_member SET last_heartbeat = %s, position = report.position, is_synced = report.is_synced
FROM report WHERE rooms_member.id = report.id
"""
_SAVE_REPORTS_SQLITE = """
WITH report AS (
    SELECT member.id AS id, json_extract(value, '$[2]') AS position, json_extract(value, '$[3]') AS is_synced
    FROM json_each(%s)
    JOIN rooms_room room ON room.room_id = json_extract(value, '$[0]')
    JOIN rooms_person person ON person.user_id = json_extract(value, '$[1]')
    JOIN rooms_member member ON member.room_id = room.id AND member.person_id = person.id
)
UPDATE rooms_member SET last_heartbeat = %s, position = report.position, is_synced = report.is_synced
FROM report WHERE rooms_member.id = report.id
"""


def save_reports(reports: Sequence[Report]) -> int:
    """Store the reports; return the number of rows."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values: list[Any]
    if connection.vendor == "postgresql":
        sql, values = _SAVE_REPORTS_POSTGRESQL, [list(column) for column in zip(*reports, strict=True)]
    else:
        sql, values = _SAVE_REPORTS_SQLITE, [json.dumps(reports)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, now])
        return int(cursor.rowcount)

"""Deletion of many comments at once, and its undoing, each in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models

from rooms.models import Person, Room

# `deleted_seq` of a comment that only its author sees: before all places, so that no client learns of its deletion.
NEVER_SHOWN = 0

_DELETE_OF_PERSON = """
WITH deleted AS (
    SELECT id, ROW_NUMBER() OVER (ORDER BY seq) AS place FROM (
        SELECT id, seq FROM chat_comment
        WHERE room_id = %s AND person_id = %s AND deleted_at IS NULL AND NOT is_system
        ORDER BY seq DESC LIMIT %s
    ) latest
)
UPDATE chat_comment SET deleted_at = %s, deleted_by_id = %s, deleted_seq = %s + deleted.place
FROM deleted WHERE chat_comment.id = deleted.id
"""
_RESTORE = """
WITH restored AS (
    SELECT id, ROW_NUMBER() OVER (ORDER BY seq) AS place FROM chat_comment
    WHERE room_id = %s AND deleted_seq BETWEEN %s AND %s AND user_id <> ''
)
UPDATE chat_comment SET deleted_at = NULL, deleted_by_id = NULL, deleted_seq = NULL, changed_seq = %s + restored.place
FROM restored WHERE chat_comment.id = restored.id
"""


class DeletionQuerySet(models.QuerySet[Any]):
    """The caller has locked the room, and raises its `comment_seq` by the number of comments."""

    def delete_of(
        self, room: Room, person: Person, *, by: Person | None, now: datetime, limit: int
    ) -> list[int]:
        """Delete the person's latest comments; return their primary keys, oldest first.

        Their `deleted_seq` follow the room's `comment_seq`.
        """
        at = connection.ops.adapt_datetimefield_value(now)
        _run(_DELETE_OF_PERSON, room.pk, person.pk, limit, at, by.pk if by else None, room.comment_seq)
        deleted = self.filter(room=room, deleted_seq__gt=room.comment_seq).order_by("deleted_seq")
        return list(deleted.values_list("pk", flat=True))

    def restore(self, room: Room, first: int, last: int) -> None:
        """Show the comments with a `deleted_seq` from `first` to `last` again, at their former places.

        Comments whose text was erased with their author's account stay deleted. The `changed_seq` of the others follow
        the room's `comment_seq`.
        """
        _run(_RESTORE, room.pk, first, last, room.comment_seq)


def _run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)

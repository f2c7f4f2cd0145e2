"""Comments as the protocol shows them, from columns: a snapshot has a hundred, too many for a model instance each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import cache
from typing import Any

from chat.models.comment_reaction import CommentReaction
from chat.notices import from_json
from watchium.db.prepared import Rows, is_postgresql
from watchium.protocol.types import CommentReaction as CommentReactionState
from watchium.protocol.types import CommentState, ImageSize

# UTC with milliseconds: 2026-11-30T20:15:00.000Z. SQLite stores text, without a fraction if that is zero.
_CREATED = {
    True: """to_char(comment.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""",
    False: "substr(comment.created_at, 1, 10) || 'T' || substr(comment.created_at || '.000', 12, 12) || 'Z'",
}
_FIELDS = (
    "id",
    "seq",
    "user_id",
    "username",
    "text",
    "position",
    "note",
    "notice",
    "reply_to_id",
    "edited_ms",
    "image_width",
    "image_height",
    "changed_seq",
)
_CHANGED = _FIELDS.index("changed_seq")


@cache
def columns() -> str:
    """The columns for `states_of_rows`. Times are made text by the database: drivers would make objects of them."""
    return ", ".join(
        [*(f"comment.{name}" for name in _FIELDS), "comment.is_system IS TRUE", _CREATED[is_postgresql()]]
    )


def states_of_rows(rows: Rows) -> list[CommentState]:
    """Return the comments whose `columns` were read, with the reactions to them; no query if none has changed."""
    changed = [row[0] for row in rows if row[_CHANGED] is not None]
    reactions = CommentReaction.objects.to_comments(changed) if changed else {}
    return [_state(row, reactions.get(row[0], ())) for row in rows]


def states(comments: Sequence[Any]) -> list[CommentState]:
    """As `states_of_rows`, of instances of `Comment`, whose module imports this one."""
    return states_of_rows([_row(comment) for comment in comments])


def state_of(comment: Any, reactions: Sequence[CommentReactionState] = ()) -> CommentState:
    return _state(_row(comment), reactions)


def _row(comment: Any) -> tuple[Any, ...]:
    created = comment.created_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return (*(getattr(comment, name) for name in _FIELDS), comment.is_system, f"{created}Z")


def _state(row: tuple[Any, ...], reactions: Sequence[CommentReactionState]) -> CommentState:
    pk, seq, user_id, username, text, position, note, notice, reply_to, *others = row
    edited_ms, width, height, _, is_system, created = others
    return CommentState(
        id=pk,
        seq=seq,
        user_id=user_id or None,
        username=username,
        text=text,
        current_time=position,
        created_at=created,
        is_system_message=bool(is_system),
        note=note,
        notice=from_json(notice) if notice else None,
        reply_to=reply_to,
        edited=edited_ms is not None,
        reactions=list(reactions),
        image=None if width is None else ImageSize(width=width, height=height or 1),
    )

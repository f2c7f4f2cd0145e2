"""Acts of moderation about comments: delete all of a person, report.

`actor` is None for staff.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from chat import unseen
from chat.actions import EXCERPT_CHARS, delete_comments_of
from chat.models import Comment
from rooms.actions import lock_for, record_act, target_of_act
from rooms.models import Member, ModerationAct, Room
from watchium import server_clock
from watchium.protocol.errors import NotFound, RuleRefused
from watchium.protocol.moderation.commands import ReportRequest
from watchium.shared_state import rate_limits

EVENTS_AT_ONCE = 100
MAX_DELETED = 5000


@transaction.atomic
def delete_all(room: Room, user_id: str, *, actor: Member | None, reason: str = "") -> ModerationAct:
    """Delete the latest comments of a person, at most `MAX_DELETED`, also of one who has left."""
    room, actor = lock_for(room, actor)
    target = target_of_act(room, user_id, actor)
    first = room.comment_seq + 1
    by = actor.person if actor is not None else None
    deleted = delete_comments_of(room, target.person, by=by, limit=MAX_DELETED)
    details = {"name": target.username, "count": len(deleted), "first": first, "last": room.comment_seq}
    return record_act(
        room, "delete_all_comments", actor=actor, target=target.person, reason=reason, details=details
    )


def restore_comments(room: Room, act: ModerationAct) -> None:
    """Show the comments that an act deleted again, at their former places. The room is locked."""
    details = act.details
    first, last = details.get("first"), details.get("last")
    if act.kind == "delete_comment":
        comment = Comment.objects.of_room(room, details.get("comment", 0))
        first = last = comment.deleted_seq if comment is not None else None
    if first is None or last is None:
        return
    Comment.objects.restore(room, first, last)
    restored = Comment.objects.changed_since(room, room.comment_seq, MAX_DELETED)
    room.comment_seq += len(restored)
    room.save(update_fields=["comment_seq"])
    # Of many only the last are published: their numbers let clients request the ones before.
    latest = restored[-EVENTS_AT_ONCE:]
    unseen.publish(room, latest, server_clock.now_ms())


@transaction.atomic
def report(actor: Member, request: ReportRequest) -> ModerationAct:
    """Report a person or a comment to the host and moderators. Raises NotFound, RuleRefused, RateLimited."""
    room, reporter = lock_for(actor.room, actor)
    assert reporter is not None
    target = Member.objects.ever_with_user_id(room, request.user_id)
    if target is None:
        raise NotFound("This person is not in the room.")
    if target.pk == reporter.pk:
        raise RuleRefused("You cannot report yourself.")
    details: dict[str, Any] = {"name": target.username}
    if request.comment_id is not None:
        details |= _reported(room, target, request.comment_id)
    rate_limits.spend("report", reporter.person.user_id, server_clock.now_ms())
    return record_act(
        room, "report", actor=reporter, target=target.person, reason=request.reason, details=details
    )


def _reported(room: Room, author: Member, comment_id: int) -> dict[str, Any]:
    comment = Comment.objects.of_room(room, comment_id)
    if comment is None or comment.deleted_at is not None or comment.person_id != author.person_id:
        raise NotFound("This message does not exist.")
    return {"comment": comment.pk, "text": comment.text[:EXCERPT_CHARS]}

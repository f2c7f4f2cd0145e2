"""Messages, edits and reactions of the quietly muted, which only their author gets: others see an empty place."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from chat.models import NEVER_SHOWN, Comment, OwnChange, UnseenChange, states
from rooms.models import Member, Room
from watchium.db.prepared import Rows, run_in_one_round_trip
from watchium.db.rows import update
from watchium.protocol import events
from watchium.protocol.events import Event
from watchium.protocol.types import CommentState
from watchium.realtime import broadcast


def hidden_fields() -> dict[str, object]:
    """The columns of a comment that was never shown."""
    return {"deleted_at": timezone.now(), "deleted_seq": NEVER_SHOWN}


def send(room: Room, member_pk: int, event: Event, seq: int, now_ms: float) -> None:
    """Send an event at this place of the chat to its author, and let the pages of others know that none is missing."""
    broadcast.to_member(member_pk, event)
    nothing = events.DeletedComment(id=0, seq=seq)
    broadcast.to_room(
        room.room_id, events.CommentDeleted(room_id=room.room_id, timestamp=now_ms, payload=nothing)
    )


def send_comment(room: Room, member_pk: int, comment: CommentState, now_ms: float) -> None:
    """Send a changed comment to one member alone, as the next in the chat. The caller has locked the room."""
    run_in_one_round_trip(room.take_comment_seq())
    changed = events.ChangedComment(seq=room.comment_seq, comment=comment)
    event = events.CommentChanged(room_id=room.room_id, timestamp=now_ms, payload=changed)
    send(room, member_pk, event, room.comment_seq, now_ms)


def publish(
    room: Room, comments: Sequence[Comment], now_ms: float, changed_unseen: Rows | None = None
) -> None:
    """Send changed comments to all, and again to those who changed them unseen, as they see them.

    The caller has locked the room, and may have read `UnseenChange.objects.to_comments` already.
    """
    shown = {state.id: state for state in states(comments)}
    for comment in comments:
        changed = events.ChangedComment(seq=comment.changed_seq or 0, comment=shown[comment.pk])
        event = events.CommentChanged(room_id=room.room_id, timestamp=now_ms, payload=changed)
        broadcast.to_room(room.room_id, event)
    if changed_unseen is None:
        (changed_unseen,) = run_in_one_round_trip(UnseenChange.objects.to_comments(shown))
    for pk, member_pk, *own in changed_unseen:
        change = OwnChange(*own)
        send_comment(room, member_pk, change.applied_to(shown[change.comment_id]), now_ms)
        UnseenChange.objects.filter(pk=pk).update(seq=room.comment_seq)  # also for pages that connect again


def store_change(author: Member, comment: Comment, change: UnseenChange, now_ms: float) -> None:
    """Store what the author changed in a comment that others see, and show it to the author alone."""
    send_comment(author.room, author.pk, change.of_author(author).applied_to(states([comment])[0]), now_ms)
    change.seq = author.room.comment_seq
    change.save()
    UnseenChange.objects.delete_oldest(author.room, author.person)


def store_hidden(author: Member, comment: Comment, now_ms: float) -> None:
    """Store the change of a comment that only its author ever saw, and show it to them."""
    comment.changed_seq = author.room.comment_seq + 1
    run_in_one_round_trip(update(comment, "text", "edited_ms", "changed_seq"))
    send_comment(author.room, author.pk, states([comment])[0], now_ms)

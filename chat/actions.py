"""What is done in a chat: said, taken back, felt. Each deed changes the room's comments, then tells the room."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from chat.models import Answered, Comment
from chat.text import clean_comment, clean_emoji, content_hash
from rooms import access
from rooms.models import Member, ModerationAct, Person, Room
from watchium import server_clock
from watchium.db.prepared import run_in_one_round_trip
from watchium.db.rows import insert, update
from watchium.protocol import events
from watchium.protocol.commands import PostComment
from watchium.protocol.errors import EventIdConflict, NotAllowed, NotFound
from watchium.protocol.replies import Accepted
from watchium.protocol.types import UserRef
from watchium.realtime import broadcast
from watchium.shared_state import rate_limits


@transaction.atomic
def post(by: Member, command: PostComment, *, position: float, now_ms: float | None = None) -> Accepted:
    """Say something at `position` (seconds of the medium); the same command again gets the same answer.

    Raises:
        BadMessage, TooLong: the text.
        EventIdConflict: this `event_id` said something else before.
        RateLimited: five in five seconds, then one a second.
        NotFound: what it replies to is not in the room.
    """
    text = clean_comment(command.payload.text)
    by, (answered,) = access.lock_and_query(by, Comment.to_replay(by, command.event_id))
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    digest = content_hash(text, command.payload.reply_to)
    if answered:
        return _answer_again(Answered(*answered[0]), command.event_id, digest)
    rate_limits.spend("comment", by.person.user_id, now_ms)
    comment = _say(
        by.room,
        text,
        position,
        now_ms,
        person=by.person,
        user_id=by.person.user_id,
        username=by.username,
        reply_to=_answered_comment(by.room, command.payload.reply_to),
        event_id=command.event_id,
        content_hash=digest,
    )
    return Accepted(event_id=command.event_id, revision=None, timestamp=comment.at_ms)


@transaction.atomic
def remove(by: Member, comment_id: int) -> None:
    """Take back one's own comment or, as host or moderator, anybody's. Twice is harmless.

    Raises NotFound for what is not in the room, NotAllowed for somebody else's without the right to moderate.
    """
    by = access.lock(by)
    comment = Comment.objects.of_room(by.room, comment_id)
    if comment is None:
        raise NotFound("There is no such message here.")
    own = comment.person_id == by.person_id
    if not own and not by.may_moderate:
        raise NotAllowed("Only the host and moderators can delete the messages of others.")
    if _delete(by.room, comment, by.person) and not own:
        _note(by.room, comment, by=by.person)


@transaction.atomic
def remove_as_staff(comment: Comment, staff_name: str) -> None:
    """Delete a comment from outside the room, as the staff member with that name. Twice is harmless."""
    room = Room.objects.locked(comment.room_id)
    current = Comment.objects.of_room(room, comment.pk)
    if current is not None and _delete(room, current, None):
        _note(room, current, by=None, staff=staff_name)


def react(by: Member, emoji: str, *, now_ms: float | None = None) -> None:
    """Let one emoji float over everybody's picture. Nothing is kept."""
    emoji = clean_emoji(emoji)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    rate_limits.spend("reaction", by.person.user_id, now_ms)
    by = access.reload_member(by)
    reacted = events.SentReaction(user_id=by.person.user_id, username=by.username, emoji=emoji)
    broadcast.to_room(
        by.room.room_id, events.Reaction(room_id=by.room.room_id, timestamp=now_ms, payload=reacted)
    )


def typing(by: Member, *, now_ms: float | None = None) -> None:
    """Show the room that somebody is writing. Too often is left out, not refused: nobody pressed anything."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    if rate_limits.wait_ms("typing", by.person.user_id, now_ms):
        return
    by = access.reload_member(by)
    who = UserRef(user_id=by.person.user_id, username=by.username)
    broadcast.to_room(
        by.room.room_id, events.IsTyping(room_id=by.room.room_id, timestamp=now_ms, payload=who)
    )


def post_system_comment(room: Room, text: str, position: float, *, now_ms: float | None = None) -> None:
    """Write what happened into the chat, in nobody's name; the room must be locked by the caller."""
    _say(room, text, position, server_clock.now_ms() if now_ms is None else now_ms, is_system=True)


def _say(room: Room, text: str, position: float, now_ms: float, **fields: Any) -> Comment:
    taken = room.take_comment_seq()
    comment = Comment(room=room, seq=room.comment_seq, text=text, position=position, at_ms=now_ms, **fields)
    ((comment.pk,),), _ = run_in_one_round_trip(insert(comment), taken)
    event = events.NewComment(room_id=room.room_id, timestamp=now_ms, payload=comment.as_state())
    broadcast.to_room(room.room_id, event)
    return comment


def _delete(room: Room, comment: Comment, by: Person | None) -> bool:
    """Whether there was something left to delete; `room` is locked."""
    if comment.deleted_at is not None:
        return False
    taken = room.take_comment_seq()
    comment.deleted_at, comment.deleted_by, comment.deleted_seq = timezone.now(), by, room.comment_seq
    run_in_one_round_trip(taken, update(comment, "deleted_at", "deleted_by", "deleted_seq"))
    deleted = events.DeletedComment(id=comment.pk, seq=comment.deleted_seq)
    event = events.CommentDeleted(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=deleted)
    broadcast.to_room(room.room_id, event)
    return True


def _note(room: Room, comment: Comment, *, by: Person | None, **details: str) -> None:
    ModerationAct.objects.create(
        room=room,
        kind="delete_comment",
        by=by,
        target=comment.person,
        details={"comment": comment.pk, **details},
    )


def _answer_again(known: Answered, event_id: str, digest: str) -> Accepted:
    if known.content_hash != digest:
        raise EventIdConflict
    return Accepted(event_id=event_id, revision=None, timestamp=known.at_ms)


def _answered_comment(room: Room, pk: int | None) -> Comment | None:
    if pk is None:
        return None
    answered = Comment.objects.of_room(room, pk)
    if answered is None or answered.deleted_at is not None:
        raise NotFound("The message this replies to is not here.")
    return answered

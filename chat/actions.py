"""Chat actions: post and delete comments, react, show typing. Each publishes its event to the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from chat import rules, unseen
from chat.models import AcceptedCommand, Comment, CommentImage, EncodedImage, Reaction
from chat.notices import from_json, is_same, sentence_of, to_json
from chat.text import clean_comment, clean_emoji, content_hash
from rooms import access
from rooms.actions import record_act
from rooms.domain.rights import Right
from rooms.models import Member, Person, Room
from watchium import server_clock
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip
from watchium.db.rows import insert, new_row, update
from watchium.protocol import events
from watchium.protocol.commands import PostComment
from watchium.protocol.errors import NotFound
from watchium.protocol.moderation.events import CommentsDeleted, DeletedComments
from watchium.protocol.replies import Accepted
from watchium.protocol.types import Notice, UserRef
from watchium.realtime import broadcast
from watchium.shared_state import rate_limits

ERASED_AT_ONCE = 1000
IDS_PER_EVENT = 500
MB = 1024 * 1024
EXCERPT_CHARS = 120  # of a comment that the log of acts shows


@transaction.atomic
def post(
    actor: Member,
    command: PostComment,
    *,
    position: float,
    now_ms: float | None = None,
    image: EncodedImage | None = None,
) -> Accepted:
    """Post a comment at `position` (seconds of the media). Idempotent: a repeated command gets the same reply.

    Raises:
        BadMessage, TooLong: the text.
        EventIdConflict: this `event_id` was used for another comment.
        Muted, ChatOff, Filtered, SlowMode: see `chat.rules`.
        RateLimited: five in five seconds, then one a second.
        NotFound: the comment it replies to is not in the room.
    """
    text = clean_comment(command.payload.text)
    replay = Comment.to_replay(actor, command.event_id)
    actor, (accepted,) = access.lock_and_query(actor, replay, to_write=True)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    digest = content_hash(text, command.payload.reply_to, image.digest if image else "")
    if accepted:
        return AcceptedCommand(*accepted[0]).replay(command.event_id, digest)
    _require_may_post(actor, text, now_ms)
    rate_limits.spend("comment", actor.person.user_id, now_ms)
    comment = _append(
        actor.room,
        text,
        position,
        now_ms,
        also=_time_of_comment(actor, now_ms),
        person_id=actor.person_id,
        user_id=actor.person.user_id,
        username=actor.username,
        reply_to_id=_replied_comment(actor, command.payload.reply_to),
        event_id=command.event_id,
        content_hash=digest,
        image_width=image and image.width,
        image_height=image and image.height,
        only_for=actor if actor.is_quietly_muted(now_ms) else None,
    )
    if image:
        most = settings.CHAT_IMAGES_OF_PERSON_MB * MB
        CommentImage.objects.store(actor.room, comment.pk, actor.person, image, most_of_sender=most)
    return Accepted(event_id=command.event_id, revision=None, timestamp=comment.at_ms)


def check_post(actor: Member, command: PostComment, *, image_digest: str, now_ms: float) -> Accepted | None:
    """Return the reply to a command that was accepted before; raise what `post` would raise now. Stores nothing."""
    text = clean_comment(command.payload.text)
    actor = access.reload_member(actor)
    (rows,) = run_in_one_round_trip(Comment.to_replay(actor, command.event_id))
    if rows:
        digest = content_hash(text, command.payload.reply_to, image_digest)
        return AcceptedCommand(*rows[0]).replay(command.event_id, digest)
    _require_may_post(actor, text, now_ms)
    _replied_comment(actor, command.payload.reply_to)
    return None


def _require_may_post(actor: Member, text: str, now_ms: float) -> None:
    rules.require_may_write(actor, text, now_ms)
    rules.require_slow(actor, now_ms)
    actor.require(Right.CHAT)


def _time_of_comment(actor: Member, now_ms: float) -> list[PreparedQuery]:
    """The query that stores when the member commented, while slow mode needs it."""
    if not rules.is_slowed(actor):
        return []
    actor.commented_at_ms = now_ms
    return [update(actor, "commented_at_ms")]


@transaction.atomic
def remove(actor: Member, comment_id: int) -> None:
    """Delete one's own comment or, as host or moderator, any comment. Idempotent.

    Raises NotFound for a comment outside the room, NotAllowed for another member's without the right to moderate.
    """
    actor = access.lock(actor)
    comment = Comment.objects.of_room(actor.room, comment_id)
    if comment is None:
        raise NotFound("This message does not exist.")
    is_own = comment.person_id == actor.person_id
    if not is_own:
        actor.require(Right.REMOVE)
    if _delete(actor.room, comment, actor.person) and not is_own:
        _record_deletion(actor.room, comment, actor=actor)


@transaction.atomic
def remove_as_staff(comment: Comment, staff_name: str) -> None:
    """Delete a comment as the staff member with this name, from outside the room. Idempotent."""
    room = Room.objects.locked(comment.room_id)
    current = Comment.objects.of_room(room, comment.pk)
    if current is not None and _delete(room, current, None):
        _record_deletion(room, current, actor=None, staff=staff_name)


def delete_comments_of(room: Room, person: Person, *, by: Person | None, limit: int) -> list[int]:
    """Delete the person's latest comments and publish it; return their primary keys. The caller has locked the room."""
    first = room.comment_seq + 1
    deleted = Comment.objects.delete_of(room, person, by=by, now=timezone.now(), limit=limit)
    if deleted:
        room.comment_seq += len(deleted)
        room.save(update_fields=["comment_seq"])
    for start in range(0, len(deleted), IDS_PER_EVENT):
        gone = DeletedComments(ids=deleted[start : start + IDS_PER_EVENT], seq=first + start)
        event = CommentsDeleted(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=gone)
        broadcast.to_room(room.room_id, event)
    return deleted


def erase_comments(person: Person) -> None:
    """Delete the person's comments in all rooms, and their text and name. In batches: other members want to write."""
    for room_pk in Comment.objects.rooms_of(person):
        while _erase_some(room_pk, person):
            pass


@transaction.atomic
def _erase_some(room_pk: int, person: Person) -> bool:
    """Return whether there may be more."""
    room = Room.objects.locked(room_pk)
    deleted = delete_comments_of(room, person, by=person, limit=ERASED_AT_ONCE)
    Comment.objects.erase_deleted_of(room, person)
    return len(deleted) == ERASED_AT_ONCE


def react(actor: Member, emoji: str, *, now_ms: float | None = None) -> None:
    """Broadcast an emoji that floats over the video of all members. Stored only if the room keeps its evenings."""
    emoji = clean_emoji(emoji)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    rate_limits.spend("reaction", actor.person.user_id, now_ms)
    actor = access.reload_member(actor)
    actor.require(Right.REACT)
    rules.require_not_muted(actor, now_ms)
    if actor.room.keep_evenings and not actor.is_quietly_muted(now_ms):
        Reaction.objects.store(actor, emoji, now_ms)
    reaction = events.SentReaction(user_id=actor.person.user_id, username=actor.username, emoji=emoji)
    event = events.Reaction(room_id=actor.room.room_id, timestamp=now_ms, payload=reaction)
    if actor.is_quietly_muted(now_ms):
        broadcast.to_member(actor.pk, event)
    else:
        broadcast.to_room(actor.room.room_id, event)


def typing(actor: Member, *, now_ms: float | None = None) -> None:
    """Broadcast that the member is typing. Dropped without an error beyond the rate limit: no button was pressed."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    if rate_limits.wait_ms("typing", actor.person.user_id, now_ms):
        return
    actor = access.reload_member(actor)
    if not actor.may(Right.CHAT) or actor.muted_for_ms(now_ms) or actor.is_quietly_muted(now_ms):
        return
    user = UserRef(user_id=actor.person.user_id, username=actor.username)
    broadcast.to_room(
        actor.room.room_id, events.IsTyping(room_id=actor.room.room_id, timestamp=now_ms, payload=user)
    )


def post_system_comment(
    room: Room, said: Notice, position: float, *, now_ms: float | None = None, note: str = ""
) -> None:
    """Append a system comment; its text is in the server's language. The caller has locked the room."""
    with translation.override(settings.LANGUAGE_CODE):
        text = sentence_of(said).translated(translation)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    _append(room, text, position, now_ms, is_system=True, note=note, notice=to_json(said))


def replace_system_comment(
    room: Room, said: Notice, position: float, *, now_ms: float, within_ms: float
) -> None:
    """Append a system comment in place of the last comment, if that is a recent one with the same code and name.

    The caller has locked the room.
    """
    last = Comment.objects.at_seq(room, room.comment_seq)
    if last and last.notice and now_ms - last.at_ms <= within_ms and is_same(from_json(last.notice), said):
        _delete(room, last, None)
    post_system_comment(room, said, position, now_ms=now_ms)


def _append(
    room: Room,
    text: str,
    position: float,
    now_ms: float,
    *,
    also: Sequence[PreparedQuery] = (),
    only_for: Member | None = None,
    **fields: Any,
) -> Comment:
    seq_update = room.take_comment_seq()
    if only_for is not None:
        fields |= unseen.hidden_fields()
    comment = new_row(
        Comment, room_id=room.pk, seq=room.comment_seq, text=text, position=position, at_ms=now_ms, **fields
    )
    ((comment.pk,),), *_ = run_in_one_round_trip(insert(comment), seq_update, *also)
    event = events.NewComment(room_id=room.room_id, timestamp=now_ms, payload=comment.to_protocol())
    if only_for is None:
        broadcast.to_room(room.room_id, event)
    else:
        unseen.send(room, only_for.pk, event, comment.seq, now_ms)
    return comment


def _delete(room: Room, comment: Comment, actor: Person | None) -> bool:
    """Delete the comment; return False if it was deleted before. The caller has locked the room."""
    is_kept = actor is not None and comment.is_kept_for(actor.pk)
    if comment.deleted_at is not None and not is_kept:
        return False
    seq_update = room.take_comment_seq()
    comment.deleted_at, comment.deleted_by, comment.deleted_seq = timezone.now(), actor, room.comment_seq
    run_in_one_round_trip(seq_update, update(comment, "deleted_at", "deleted_by", "deleted_seq"))
    deleted = events.DeletedComment(id=comment.pk, seq=comment.deleted_seq)
    event = events.CommentDeleted(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=deleted)
    broadcast.to_room(room.room_id, event)
    return True


def _record_deletion(room: Room, comment: Comment, *, actor: Member | None, **details: str) -> None:
    record_act(
        room,
        "delete_comment",
        actor=actor,
        target=comment.person,
        details={
            "comment": comment.pk,
            "name": comment.username,
            "text": comment.text[:EXCERPT_CHARS],
            "deleted_seq": comment.deleted_seq,
            **details,
        },
    )


def _replied_comment(actor: Member, pk: int | None) -> int | None:
    """Return the primary key. Raises NotFound if the author of the reply does not see the comment in the room."""
    if pk is None:
        return None
    replied = Comment.objects.of_room(actor.room, pk)
    if replied is None or not replied.is_shown_to(actor.person_id):
        raise NotFound("The message it replies to does not exist.")
    return pk

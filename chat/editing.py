"""Changes of posted comments: their author edits the text, members react. Each publishes the whole comment."""

from __future__ import annotations

from django.db import transaction

from chat import rules, unseen
from chat.models import AcceptedChange, AcceptedCommand, Comment, CommentReaction, UnseenChange
from chat.text import change_hash, clean_comment, clean_emoji
from rooms import access
from rooms.domain.rights import Right
from rooms.models import Member, Person, Room
from watchium import server_clock
from watchium.db.prepared import run_in_one_round_trip
from watchium.db.rows import insert, update
from watchium.protocol.chat.commands import EditComment, ReactToComment
from watchium.protocol.errors import NotAllowed, NotFound, RuleRefused
from watchium.protocol.replies import Accepted
from watchium.shared_state import rate_limits

CHANGED_AT_ONCE = 100
EDIT_WITHIN_MS = 5 * 60_000.0


@transaction.atomic
def edit(actor: Member, command: EditComment, *, now_ms: float | None = None) -> Accepted:
    """Change the text of one's own comment. Idempotent: a repeated command gets the same reply.

    Raises:
        EventIdConflict: this `event_id` was used for another change.
        BadMessage, TooLong: the text.
        NotFound: the comment is not in the room, or was deleted.
        NotAllowed: it is another member's.
        RuleRefused: it is older than five minutes, or the author may not write any more.
        Muted, ChatOff, Filtered, SlowMode: see `chat.rules`.
        RateLimited: as comments.
    """
    text = clean_comment(command.payload.text)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    digest = change_hash("edit", command.payload.id, text)
    actor, accepted = _lock(actor, command.event_id, to_write=True)
    if accepted:
        return accepted.replay(command.event_id, digest)
    comment = _shown_comment(actor, command.payload.id)
    if comment.person_id != actor.person_id:
        raise NotAllowed("Only its author can edit a message.")
    own = UnseenChange.objects.of(actor, comment.pk)
    if text == (comment.text if own.text is None else own.text):
        return _accept(actor, command.event_id, digest, own.edited_ms or comment.edited_ms or comment.at_ms)
    if now_ms - comment.at_ms > EDIT_WITHIN_MS:
        raise RuleRefused("A message can be edited for five minutes.")
    rules.require_may_write(actor, text, now_ms)
    rules.require_slow_edits(actor, now_ms)
    rate_limits.spend("comment", actor.person.user_id, now_ms)
    actor.require(Right.CHAT)
    is_kept = comment.is_kept_for(actor.person_id)
    if actor.is_quietly_muted(now_ms) and not is_kept:
        own.text, own.edited_ms = text, now_ms
        unseen.store_change(actor, comment, own, now_ms)
        return _accept(actor, command.event_id, digest, now_ms)
    comment.text, comment.edited_ms = text, now_ms
    if is_kept:
        unseen.store_hidden(actor, comment, now_ms)
    else:
        own.discard_text()
        _publish_change(actor.room, comment, now_ms)
    return _accept(actor, command.event_id, digest, now_ms)


@transaction.atomic
def react_to_comment(actor: Member, command: ReactToComment, *, now_ms: float | None = None) -> Accepted:
    """Give an emoji to a comment, or take it back. Idempotent: a repeated command gets the same reply.

    Raises:
        EventIdConflict: this `event_id` was used for another change.
        BadMessage: it is not one emoji.
        NotFound: the comment is not in the room, or was deleted.
        RuleRefused: the comment has as many reactions as fit, or the member may not react.
        Muted: see `chat.rules`.
        RateLimited: as reactions that float.
    """
    emoji = clean_emoji(command.payload.emoji)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    digest = change_hash("react", command.payload.id, emoji, command.payload.on)
    actor, accepted = _lock(actor, command.event_id)
    if accepted:
        return accepted.replay(command.event_id, digest)
    rate_limits.spend("reaction", actor.person.user_id, now_ms)
    if command.payload.on:
        actor.require(Right.REACT)
        rules.require_not_muted(actor, now_ms)
    comment = _shown_comment(actor, command.payload.id)
    change = CommentReaction.objects.add if command.payload.on else CommentReaction.objects.take_back
    if comment.is_kept_for(actor.person_id):
        if change(comment.pk, actor.person, emoji):
            unseen.store_hidden(actor, comment, now_ms)
    elif command.payload.on and actor.is_quietly_muted(now_ms):
        _react_unseen(actor, comment, emoji, now_ms)
    else:
        own = UnseenChange.objects.of(actor, comment.pk)
        was_own = own.discard_emoji(emoji)
        if change(comment.pk, actor.person, emoji):
            _publish_change(actor.room, comment, now_ms)
        elif was_own:
            unseen.store_change(actor, comment, own, now_ms)
    return _accept(actor, command.event_id, digest, now_ms)


def _react_unseen(actor: Member, comment: Comment, emoji: str, now_ms: float) -> None:
    own = UnseenChange.objects.of(actor, comment.pk)
    given = own.emojis.split()
    may_add = CommentReaction.objects.may_add(comment.pk, actor.person, emoji, unseen=given)
    if may_add and emoji not in given:
        own.emojis = " ".join([*given, emoji])
        unseen.store_change(actor, comment, own, now_ms)


def take_back_reactions(person: Person) -> None:
    """Take back what a person who is about to be deleted gave to comments of open rooms. Open pages follow."""
    for room_pk in CommentReaction.objects.rooms_of(person):
        while _take_back_some(room_pk, person):
            pass


@transaction.atomic
def _take_back_some(room_pk: int, person: Person) -> bool:
    """Return whether there may be more. In batches: other members want to write."""
    room = Room.objects.locked(room_pk)
    pks = CommentReaction.objects.take_back_in(room, person, CHANGED_AT_ONCE)
    comments = Comment.objects.mark_changed(room, pks)
    room.comment_seq += len(comments)
    room.save(update_fields=["comment_seq"])
    now_ms = server_clock.now_ms()
    unseen.publish(room, comments, now_ms)
    return len(pks) == CHANGED_AT_ONCE


def _lock(actor: Member, event_id: str, *, to_write: bool = False) -> tuple[Member, AcceptedCommand | None]:
    """Lock the room, and return what was accepted under this `event_id`."""
    replay = AcceptedChange.to_replay(actor, event_id)
    actor, (rows,) = access.lock_and_query(actor, replay, to_write=to_write)
    return actor, AcceptedCommand(*rows[0]) if rows else None


def _accept(actor: Member, event_id: str, content_hash: str, at_ms: float) -> Accepted:
    """Remember the change, also one that changed nothing: repeated later, it must not undo what followed."""
    change = AcceptedChange(
        room=actor.room, person=actor.person, event_id=event_id, content_hash=content_hash, at_ms=at_ms
    )
    run_in_one_round_trip(insert(change))
    return Accepted(event_id=event_id, revision=None, timestamp=at_ms)


def _shown_comment(actor: Member, pk: int) -> Comment:
    comment = Comment.objects.of_room(actor.room, pk)
    if comment is None or not comment.is_shown_to(actor.person_id):
        raise NotFound("This message does not exist.")
    return comment


def _publish_change(room: Room, comment: Comment, now_ms: float) -> None:
    """Store the change as the next in the room's chat. The caller has locked the room."""
    seq_update = room.take_comment_seq()
    comment.changed_seq = room.comment_seq
    statements = (
        update(comment, "text", "edited_ms", "changed_seq"),
        UnseenChange.objects.to_comments([comment.pk]),
    )
    *_, changed_unseen = run_in_one_round_trip(seq_update, *statements)
    unseen.publish(room, [comment], now_ms, changed_unseen)

"""The texts a member may write: mutes, and the rules that the host sets for the chat.

The rules bind everyone except the host and moderators; a mute binds the muted. Only slowed edits need a query of their
own.
"""

from __future__ import annotations

from chat.models import Comment
from chat.text import has_link
from rooms.models import Member, Room
from watchium.protocol.errors import ChatOff, Filtered, Muted, SlowMode
from watchium.sentences import lasting
from watchium.word_filter import compiled


def require_not_muted(actor: Member, now_ms: float) -> None:
    """Raises Muted."""
    if waits_ms := actor.muted_for_ms(now_ms):
        raise Muted(
            "You are muted in this room for another {time}.",
            time=lasting(waits_ms),
            retry_after_ms=max(1, round(waits_ms)),
        )


def require_may_write(actor: Member, text: str, now_ms: float) -> None:
    """Raises Muted, ChatOff, Filtered."""
    require_not_muted(actor, now_ms)
    if actor.may_moderate:
        return
    room = actor.room
    if not room.chat_enabled:
        raise ChatOff
    if not room.chat_links and has_link(text):
        raise Filtered("Links are not allowed in this room.")
    if room.is_filtered and compiled(room.chat_filter).matches(text):
        raise Filtered


def require_slow(actor: Member, now_ms: float) -> None:
    """Raises SlowMode."""
    if is_slowed(actor) and (waits_ms := slow_mode_wait_ms(actor.room, actor.commented_at_ms, now_ms)):
        raise SlowMode(
            "Slow mode is on: one message every {interval}. Your next one can follow in {time}.",
            interval=lasting(actor.room.slow_mode_s * 1000),
            time=lasting(waits_ms),
            retry_after_ms=max(1, round(waits_ms)),
        )


def require_slow_edits(actor: Member, now_ms: float) -> None:
    """Raises SlowMode: edits wait for each other, or the text of one comment could carry a conversation."""
    if not is_slowed(actor):
        return
    edited_ms = Comment.objects.last_edit_ms(actor, now_ms)
    if waits_ms := slow_mode_wait_ms(actor.room, edited_ms, now_ms):
        raise SlowMode(retry_after_ms=max(1, round(waits_ms)))


def is_slowed(actor: Member) -> bool:
    return actor.room.slow_mode_s > 0 and not actor.may_moderate


def slow_mode_wait_ms(room: Room, commented_at_ms: float | None, now_ms: float) -> float:
    """Return the time until the next comment; never longer than the room's interval, also if the clock was set back."""
    if commented_at_ms is None:
        return 0.0
    interval_ms = room.slow_mode_s * 1000.0
    return min(interval_ms, max(0.0, commented_at_ms + interval_ms - now_ms))

"""Messages of the quietly muted, which only their author gets: they are stored, and others see an empty place."""

from __future__ import annotations

from django.utils import timezone

from chat.models import NEVER_SHOWN
from rooms.models import Member
from watchium.protocol import events
from watchium.protocol.events import Event
from watchium.realtime import broadcast


def hidden_fields() -> dict[str, object]:
    """The columns of a comment that was never shown."""
    return {"deleted_at": timezone.now(), "deleted_seq": NEVER_SHOWN}


def send(author: Member, event: Event, seq: int, now_ms: float) -> None:
    """Send an event at this place of the chat to its author, and let the pages of others know that none is missing."""
    broadcast.to_member(author.pk, event)
    room_id = author.room.room_id
    nothing = events.DeletedComment(id=0, seq=seq)
    broadcast.to_room(room_id, events.CommentDeleted(room_id=room_id, timestamp=now_ms, payload=nothing))

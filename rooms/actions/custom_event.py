"""Custom events: API clients broadcast event types of their own to a room."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.db import transaction

from rooms import access
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.codec import MESSAGE_TYPES
from watchium.protocol.errors import BadMessage, NotAllowed, TooLong
from watchium.protocol.events import CustomEvent
from watchium.realtime import broadcast
from watchium.shared_state import rate_limits

TYPE = re.compile(r"[a-z][a-z_]{0,39}")
MAX_PAYLOAD_BYTES = 4 * 1024
# Event names that the pages use among themselves. Message types of the protocol are reserved as well.
PAGE_EVENTS = frozenset({"state", "connection", "drift", "player", "lacks", "tracks", "dropped", "broadcast"})
RESERVED = MESSAGE_TYPES | PAGE_EVENTS


@transaction.atomic
def broadcast_custom_event(
    actor: Member, event_type: str, payload: dict[str, Any], *, now_ms: float | None = None
) -> float:
    """Send a custom event to all members as host or owner; return its server time.

    Raises BadMessage for a reserved type, TooLong beyond 4 KiB, NotAllowed, RateLimited.
    """
    if not TYPE.fullmatch(event_type) or event_type in RESERVED:
        raise BadMessage(
            "type is 1 to 40 letters and underscores, and no message type of the protocol - at `$.type`"
        )
    if len(msgspec.json.encode(payload)) > MAX_PAYLOAD_BYTES:
        raise TooLong("A body has at most {most} bytes.", most=MAX_PAYLOAD_BYTES)
    actor = access.lock(actor)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    if not (actor.is_host or actor.is_owner):
        raise NotAllowed("Only the host and the owner can broadcast to the room.")
    rate_limits.spend("custom", actor.person.user_id, now_ms)
    event = CustomEvent(type=event_type, room_id=actor.room.room_id, timestamp=now_ms, payload=payload)
    broadcast.to_room(actor.room.room_id, event)
    return now_ms

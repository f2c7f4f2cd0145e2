"""Telling the room something that is no word of the protocol."""

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

KIND = re.compile(r"[a-z][a-z_]{0,39}")
PAYLOAD_BYTES = 4 * 1024
# What the pages call their own events; words of the protocol are none of a program's either.
PAGE_EVENTS = frozenset({"state", "connection", "drift", "player", "lacks", "dropped", "broadcast"})
RESERVED = MESSAGE_TYPES | PAGE_EVENTS


@transaction.atomic
def broadcast_custom_event(
    by: Member, kind: str, payload: dict[str, Any], *, now_ms: float | None = None
) -> float:
    """Send an event of a program's own to everybody in the room, as its host or owner; returns its server time.

    Raises BadMessage for a word of the protocol, TooLong beyond 4 KiB, NotAllowed, RateLimited.
    """
    if not KIND.fullmatch(kind) or kind in RESERVED:
        raise BadMessage("type is 1 to 40 letters and underscores, and no word of the protocol - at `$.type`")
    if len(msgspec.json.encode(payload)) > PAYLOAD_BYTES:
        raise TooLong(f"A payload has at most {PAYLOAD_BYTES} bytes.")
    by = access.lock(by)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    if not (by.is_host or by.is_owner):
        raise NotAllowed("Only the host and the owner can broadcast to the room.")
    rate_limits.spend("custom", by.person.user_id, now_ms)
    event = CustomEvent(type=kind, room_id=by.room.room_id, timestamp=now_ms, payload=payload)
    broadcast.to_room(by.room.room_id, event)
    return now_ms

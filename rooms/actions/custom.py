"""Telling the room something that is no word of the protocol."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.db import transaction

from rooms import access
from rooms.models import Member
from watchium.throttle import Allowance, Throttle
from watchium.wire import broadcast, messages, server_clock
from watchium.wire.errors import BadMessage, NotAllowed, RateLimited, TooLong

KIND = re.compile(r"[a-z][a-z_]{0,39}")
PAYLOAD_BYTES = 4 * 1024
CUSTOM = Allowance(burst=10, per_s=2)

THROTTLE = Throttle()


@transaction.atomic
def tell_custom(by: Member, kind: str, payload: dict[str, Any], *, now_ms: float | None = None) -> float:
    """Send an event of a program's own to everybody in the room, as its host; returns its server time.

    Raises BadMessage for a word of the protocol, TooLong beyond 4 KiB, NotAllowed, RateLimited.
    """
    if not KIND.fullmatch(kind) or kind in messages.WORDS:
        raise BadMessage("type is 1 to 40 letters and underscores, and no word of the protocol - at `$.type`")
    if len(msgspec.json.encode(payload)) > PAYLOAD_BYTES:
        raise TooLong(f"A payload has at most {PAYLOAD_BYTES} bytes.")
    by = access.lock(by)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    if not by.is_host:
        raise NotAllowed("Only the host can broadcast to the room.")
    if wait_ms := THROTTLE.wait_ms(by.person_id, CUSTOM, now_ms):
        raise RateLimited(retry_after_ms=wait_ms)
    event = messages.Custom(type=kind, room_id=by.room.room_id, timestamp=now_ms, payload=payload)
    broadcast.to_room(by.room.room_id, event)
    return now_ms

"""What can still be read off a command whose content is wrong."""

from __future__ import annotations

import msgspec

from watchium.protocol.events import MAX_FRAME_BYTES, EventId


class _Named(msgspec.Struct):
    event_id: EventId | None = None


def event_id_in(frame: str | bytes) -> str | None:
    """Whose refusal it is, so that its sender need not guess; None where that cannot be read either."""
    if len(frame) > MAX_FRAME_BYTES:
        return None
    try:
        return msgspec.json.decode(frame, type=_Named).event_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None

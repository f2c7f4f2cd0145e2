"""Build protocol events from rows of the log: the same event when a change happens and when it is sent again."""

from __future__ import annotations

from typing import Any

import msgspec

from playback.models import Playback, PlaybackEvent
from rooms.models import Member, Room
from rooms.serializers import room_state
from watchium.protocol.codec import encode
from watchium.protocol.events import CHANGES, Change, Event, NewHostChange, RoomChange
from watchium.protocol.types import Hold, Media, RoomState


def event_of(row: PlaybackEvent, room: Room) -> Event:
    """Return the complete envelope. `room` is the row's room, which every caller has."""
    return CHANGES[row.type](
        room_id=room.room_id,
        timestamp=row.at_ms,
        revision=row.revision,
        payload=_payload(row),  # type: ignore[call-arg]  # every change has a payload; only Event has none
    )


def frame_of(row: PlaybackEvent, room: Room) -> msgspec.Raw:
    return msgspec.Raw(encode(event_of(row, room)))


def _payload(row: PlaybackEvent) -> Change:
    fields: dict[str, Any] = {
        "current_time": row.position,
        "is_playing": row.phase == "playing",
        "rate": row.rate,
        "phase": row.phase,
        "duration": row.duration,
        "duration_source": None if row.duration is None else row.duration_source,
        "media": None if row.media is None else msgspec.convert(row.media, Media),
        "user_id": row.person.user_id if row.person else None,
        "username": row.username,
        "event_id": row.event_id,
        "cause": row.cause,
        "hold": msgspec.convert(row.metadata["hold"], Hold) if "hold" in row.metadata else None,
    }
    if row.type == "new_host":
        return NewHostChange(**fields, former_id=row.metadata.get("former_id"))
    if row.type == "room_changed":
        return RoomChange(**fields, room=msgspec.convert(row.metadata["room"], RoomState))
    return Change(**fields)


def room_settings(playback: Playback) -> dict[str, Any]:
    """Return the room's state with these playback settings, as an event stores it."""
    state: dict[str, Any] = msgspec.to_builtins(
        room_state(playback.room, Member.objects.host_of(playback.room), playback.settings)
    )
    return state

"""Changes the settings of a room and of its playback, published as one event."""

from __future__ import annotations

import msgspec

import rooms.actions
from playback.room.settings import PLAYBACK_SETTINGS, change_settings
from rooms.forms import RoomChanges
from rooms.models import Member, Room
from watchium import server_clock
from watchium.shared_state import rate_limits


def update_room(by: Member, form: RoomChanges) -> Room:
    """Apply the given fields and return the room. Raises NotAllowed, BadMessage, TooLong, RateLimited."""
    changes = {
        name: value for name, value in msgspec.structs.asdict(form).items() if value is not msgspec.UNSET
    }
    if not changes:
        return by.room
    rate_limits.spend("room_change", by.person.user_id, server_clock.now_ms())
    playback_changes = {name: changes.pop(name) for name in PLAYBACK_SETTINGS & changes.keys()}

    def update_playback(room: Room) -> list[str]:
        if playback_changes:
            change_settings(room, playback_changes)
        return sorted(playback_changes)

    return rooms.actions.update_room(by.room, actor=by, also_update=update_playback, **changes)

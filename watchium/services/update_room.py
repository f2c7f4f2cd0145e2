"""Changing a room, playback included: one change, told once."""

from __future__ import annotations

import msgspec

import rooms.actions
from playback.room.settings import PLAYBACK_SETTINGS, change_settings
from rooms.forms import RoomChanges
from rooms.models import Member, Room
from watchium import server_clock
from watchium.shared_state import rate_limits


def update_room(by: Member, form: RoomChanges) -> Room:
    """The room as it is now; what the form leaves out stays. Raises NotAllowed, BadMessage, TooLong, RateLimited."""
    told = {name: value for name, value in msgspec.structs.asdict(form).items() if value is not msgspec.UNSET}
    if not told:
        return by.room
    rate_limits.spend("room_change", by.person.user_id, server_clock.now_ms())
    of_playback = {name: told.pop(name) for name in PLAYBACK_SETTINGS & told.keys()}

    def besides(room: Room) -> list[str]:
        if of_playback:
            change_settings(room, of_playback)
        return sorted(of_playback)

    return rooms.actions.update_room(by.room, actor=by, also_update=besides, **told)

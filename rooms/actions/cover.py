"""The cover of a room: a picture, in place of the drawn one."""

from __future__ import annotations

from django.db import transaction

from rooms import signals
from rooms.actions.log.acts import record_act
from rooms.actions.room import lock_for_settings
from rooms.models import Member, Pictures, Room, RoomCover


@transaction.atomic
def set_cover(room: Room, pictures: Pictures | None, *, actor: Member | None, reason: str = "") -> None:
    """Store re-encoded pictures as the room's cover, or delete its cover. `actor` is None for staff.

    Raises as `update_room` does. A change by staff is logged as a ModerationAct with `reason`.
    """
    room = lock_for_settings(room, actor, ["cover"])
    if pictures is not None:
        RoomCover.objects.store(room, pictures)
    elif not RoomCover.objects.delete_of(room):
        return
    if actor is None:
        record_act(room, "change_room", actor=None, reason=reason, details={"cover": None})
    signals.room_changed.send(Room, room=room, actor=actor, changed=["cover"])

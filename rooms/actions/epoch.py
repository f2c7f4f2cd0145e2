"""A room whose log is not the one that people remember: its database came back from a backup."""

from __future__ import annotations

from django.db import transaction

from rooms.models import Room
from watchium import server_clock
from watchium.protocol.events import Head, HeadState
from watchium.realtime import broadcast
from watchium.shared_state import shared_store
from watchium.shared_state.token_bucket import Limit

# What a client says of itself is believed so often: a liar cannot keep a room starting over.
TESTIMONY = Limit(burst=1, per_s=1 / 600)


def suspect_restore(room: Room) -> None:
    """A client was told, in the room's present epoch, what the log does not have. Changes `room.epoch`."""
    if shared_store().wait_ms(f"epoch.{room.pk}", TESTIMONY, server_clock.now_ms()) == 0:
        begin_epoch(room.room_id, room.epoch)
        room.epoch = Room.objects.epoch_of(room)


@transaction.atomic
def begin_epoch(room_id: str, former: str) -> None:
    """Everybody starts over from a snapshot. Once, however many notice: `former` is the epoch in which they did."""
    if not Room.objects.begin_epoch(room_id, former):
        return
    revision, comment_seq, epoch = Room.objects.heads([room_id])[room_id]
    head = HeadState(revision=revision, comment_seq=comment_seq, epoch=epoch)
    broadcast.to_room(room_id, Head(room_id=room_id, timestamp=server_clock.now_ms(), payload=head))

"""Log epochs: detect that the database was restored from a backup, and start a new epoch.

After a restore the log ends before events that clients have seen. Every room gets a new epoch when that is noticed, so
that its clients drop their state and load a snapshot.
"""

from __future__ import annotations

from django.db import transaction

from rooms.models import Room
from watchium import server_clock
from watchium.protocol.replies import Head, HeadState
from watchium.realtime import broadcast
from watchium.shared_state import shared_store
from watchium.shared_state.token_bucket import Limit

# How often a client's claim is believed: a malicious client cannot make a room start over again and again.
CLAIM_LIMIT = Limit(burst=1, per_s=1 / 600)


def suspect_restore(room: Room) -> None:
    """Start a new epoch: a client has seen events of the current epoch that the log lacks. Updates `room.epoch`."""
    if shared_store().wait_ms(f"epoch.{room.pk}", CLAIM_LIMIT, server_clock.now_ms()) == 0:
        begin_epoch(room.room_id, room.epoch)
        room.epoch = Room.objects.epoch_of(room)


@transaction.atomic
def begin_epoch(room_id: str, former: str) -> None:
    """Make all clients load a snapshot. Happens once for each `former` epoch, however many clients report a gap."""
    if not Room.objects.begin_epoch(room_id, former):
        return
    head = HeadState(**Room.objects.heads([room_id])[room_id]._asdict())
    broadcast.to_room(room_id, Head(room_id=room_id, timestamp=server_clock.now_ms(), payload=head))

"""What starts or ends by itself: premieres, ready checks and polls. Any number of processes may call it."""

from __future__ import annotations

from django.db import transaction

from playback.models import Playback
from playback.room.start import poll, premiere, ready_check
from rooms.models import Room
from rooms.periodic import for_each_isolated


def due(now_ms: float) -> int:
    """Handle due starts, deadlines and polls; return in how many rooms."""
    return for_each_isolated(handle_due, Playback.objects.start_due(now_ms), now_ms)


@transaction.atomic
def handle_due(room_pk: int, now_ms: float) -> bool:
    """Return False if another process did it, or the room is busy."""
    room = Room.objects.locked_unless_busy(room_pk)
    if room is None or not Playback.objects.claim_start(room_pk, now_ms):
        return False
    playback = Playback.objects.of(room)
    state = playback.start_state
    if state.premiere_is_due(now_ms):
        premiere.announce(playback, now_ms)
    if playback.start_state.deadline_is_over(now_ms):
        ready_check.start_at_deadline(playback, now_ms)
    if state.poll_is_over(now_ms):
        poll.close_due(playback, now_ms)
    playback.save_start(playback.start_state)  # and when the next of them is due
    return True

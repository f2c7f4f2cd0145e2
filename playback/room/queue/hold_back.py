"""Commands that arrive before an announced start are about what plays until then: they bring it back.

What follows is announced again later.
"""

from __future__ import annotations

from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.ending import Ending
from playback.models import Playback
from playback.room.announcement import EXTRAS, bring_back, ending_at
from playback.room.event_log import Reason, record
from playback.room.queue.storage import queue_of, save_change
from playback.room.serializers import room_settings

HOLD_BACK = "hold_back"


def restore_extras(playback: Playback, ending: Ending, now_ms: float) -> None:
    """Give the media that were brought back their captions and chapters, which the announced load took away."""
    if ending.has_extras:
        playback.save(update_fields=EXTRAS)
        restored = Reason(cause=HOLD_BACK, metadata={"room": room_settings(playback)})
        record(playback, "room_changed", playback.timeline.unmoved(), restored, now_ms)


def hold_back(playback: Playback, now_ms: float) -> None:
    """Bring back what plays until an announced start, for a change of what follows, and record that."""
    if return_to_ending(playback, now_ms, now_ms):
        record(playback, "timeline", playback.timeline.unmoved(), Reason(cause=HOLD_BACK), now_ms)


def return_to_ending(playback: Playback, ms: float, now_ms: float) -> bool:
    """Bring back what plays at that time, also in the queue. Return False if the room's timeline is about it.

    The caller records the playback.
    """
    ending = ending_at(playback, ms)
    if ending is None:
        return False
    bring_back(playback, ending)
    if ending.entry_id is not None:
        announced = queue_of(playback.room)
        if ending.entry_id in announced.order:
            save_change(playback.room, announced, announced.at(ending.entry_id), Origin(HOLD_BACK), now_ms)
    restore_extras(playback, ending, now_ms)
    return True

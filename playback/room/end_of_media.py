"""Changes without a command: the end of media, loops, and the reset of idle demo rooms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from playback.domain import start_lead
from playback.domain.duration import EXACT, Duration
from playback.domain.room_queue.state import RoomQueue
from playback.models import Playback, PlayedMedia, RoomCaptions
from playback.models.playback import NO_START
from playback.room import duration_updates
from playback.room.announcement import announce
from playback.room.event_log import Reason, record
from playback.room.queue.playing import advance
from playback.room.queue.storage import empty, queue_of
from playback.room.start.changes import record_change
from playback.room.status_reports import LAST_REPORTS
from playback.sources.samples import SAMPLES
from rooms.models import Room
from rooms.periodic import for_each_isolated

DEMO = SAMPLES[0]
DEMO_RESET_S = 60
LOOP_AHEAD_MS = 2500.0  # one tick and a start lead: players continue into what follows without a stop


def due(now_ms: float) -> int:
    """End media that are due; return how many. Several processes may call this at once."""
    return for_each_isolated(end, Playback.objects.over(now_ms, LOOP_AHEAD_MS), now_ms)


def reset_idle_demos(now_ms: float) -> int:
    """Reset demos that visitors have left; return how many. Several processes may call this at once."""
    since = timezone.now() - timedelta(seconds=DEMO_RESET_S)
    idle = Playback.objects.idle_demos(since, DEMO.media)
    return for_each_isolated(reset, idle, now_ms)


@transaction.atomic
def end(room_pk: int, now_ms: float) -> bool:
    """Stop at the end of the media. Return False if that was done already, or players continue past an estimate.

    What follows, the next entry of the queue or looping media again, starts at that instant, announced in advance; or
    after a lead, if it is too late for that.
    """
    room = Room.objects.locked_unless_busy(room_pk)
    if room is None:
        return False
    playback = Playback.objects.of(room)
    queue = queue_of(room)
    before = playback.timeline
    loops = (playback.loops or queue.repeats) and before.duration_s != 0
    if playback.ends_at_ms is None or playback.ends_at_ms > now_ms + _ahead_ms(playback, queue):
        return False
    if duration_updates.extend_end(playback, now_ms):
        return False
    if queue.advances and advance(playback, queue, now_ms, _start_ms(playback, now_ms)):
        return True
    if loops:
        lead_ms = start_lead.seek_lead_ms(LAST_REPORTS.fresh(playback.room.room_id, now_ms))
        at_ms = now_ms + lead_ms
        if playback.ends_at_ms > now_ms:
            announce(playback, at_ms := playback.ends_at_ms, queue.current if queue.repeats else None)
        record(playback, "timeline", before.played(at_ms=at_ms, position_s=0), Reason(cause="loop"), now_ms)
    elif playback.ends_at_ms > now_ms:
        return False  # nothing that was to follow can be found any more: the media play to their end
    else:
        record(playback, "timeline", before.ended(at_ms=playback.ends_at_ms), Reason(cause="end"), now_ms)
    return True


def _ahead_ms(playback: Playback, queue: RoomQueue) -> float:
    """Return how long before the end what follows is announced. After an estimated end nothing is.

    A room that waits for members has to stop at the end until they are ready.
    """
    timeline = playback.timeline
    if timeline.estimated or not (playback.loops or queue.following):
        return 0.0
    if queue.advances and playback.waits_for_members:
        return 0.0
    return min(LOOP_AHEAD_MS, 500 * (timeline.duration_s or 0.0) / timeline.rate)


def _start_ms(playback: Playback, now_ms: float) -> float | None:
    """Return the instant of the end if it is still to come."""
    ends_at_ms = playback.ends_at_ms
    return ends_at_ms if ends_at_ms is not None and ends_at_ms > now_ms else None


@transaction.atomic
def reset(room_pk: int, now_ms: float) -> bool:
    """Reset to the start, at normal rate. Return False if a member came meanwhile.

    A demo also gets its own media back, and forgets what the last visitors played. The queue is empty then.
    """
    room = Room.objects.locked_unless_busy(room_pk)
    if room is None:
        return False
    playback = Playback.objects.of(room)
    if playback.room.members.present().exists():
        return False
    duration = playback.known_duration
    if playback.room.is_demo:
        playback.media, playback.duration_refuted = msgspec.to_builtins(DEMO.media), None
        duration = Duration(DEMO.duration_s, EXACT)
    fresh = playback.timeline.loaded(at_ms=now_ms, duration=duration)
    RoomCaptions.objects.end_with_media(playback)
    empty(playback, now_ms)
    record(playback, "timeline", replace(fresh, rate=1.0), Reason(cause="reset"), now_ms)
    if room.is_demo:
        PlayedMedia.objects.forget(room)
        if playback.start is not None:
            record_change(playback, NO_START, "reset", now_ms)
    return True

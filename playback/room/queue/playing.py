"""Play an entry of the queue: at a command, or because the media before it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any

import msgspec
from msgspec import structs

from playback import signals
from playback.domain import start_lead
from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.state import RoomQueue
from playback.domain.timeline import ENDED, IDLE, Timeline
from playback.media_lookup import duration_of, items_at
from playback.models import Playback
from playback.room import stall_handling
from playback.room.announcement import announce
from playback.room.event_log import Reason, record, record_diagnostic
from playback.room.queue.entries import media_of
from playback.room.queue.storage import save_change
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member
from watchium.protocol.types import Media

ADVANCE = "advance"
MOST_RECORDED = 20  # entries in a row whose media are gone


@dataclass(frozen=True)
class Start:
    """When and how an entry starts: at `at_ms`, or after a lead, at `latest_ms` at the latest; `playing` or paused at
    its beginning.
    """

    now_ms: float
    at_ms: float | None = None
    playing: bool = True
    by: Member | None = None
    latest_ms: float = inf


def play_first_playable(
    playback: Playback, queue: RoomQueue, entry_id: str | None, start: Start
) -> tuple[RoomQueue, Timeline] | None:
    """Load the entry, or the first after it whose media can be found; None if there is none.

    The caller records the timeline. `playback.media` is the new media then, unsaved.
    """
    batch = None  # most often the first can be found
    for tried in range(len(queue.entries)):
        entry = queue.order.entry(entry_id)
        if entry is None:
            return None
        queue = queue.at(entry.id)
        if media := media_of(entry, playback.room, batch):
            return queue, load_media(playback, media, start)
        if tried < MOST_RECORDED:
            gone = {"entry_id": entry.id, "url": entry.media.url}
            record_diagnostic(playback, "queue_skip", Reason(metadata=gone), start.now_ms)
        batch = batch or items_at(each.media.url for each in queue.entries)
        entry_id = queue.following_skip
    return None


@dataclass(frozen=True)
class Skipped:
    """What plays after a skip: `timeline` is to be recorded as a `kind` of event; None: nothing to change."""

    queue: RoomQueue
    timeline: Timeline | None
    kind: str = "load"


def skip_current(playback: Playback, queue: RoomQueue, start: Start) -> Skipped:
    """Play the entry that follows, or end the media if there is none."""
    if found := play_first_playable(playback, queue, queue.following_skip, start):
        return Skipped(*found)
    over = ended(playback, start.now_ms)
    return Skipped(queue if over is None else structs.replace(queue, skip=None), over, "timeline")


def ended(playback: Playback, now_ms: float) -> Timeline | None:
    """Return the timeline at the end of the media; None if it is there, or there are no media."""
    if playback.phase in (IDLE, ENDED):
        return None
    return playback.timeline.ended(at_ms=now_ms, duration=playback.known_duration)


def load_media(playback: Playback, media: Media, start: Start) -> Timeline:
    """Return the timeline of other media, which start together in all players."""
    duration = duration_of(media)
    loaded = playback.timeline.loaded(at_ms=start.now_ms, duration=duration)
    playback.media, playback.duration_refuted = msgspec.to_builtins(media), None
    signals.media_loaded.send(
        sender=Playback,
        room=playback.room,
        by=start.by,
        media=media,
        now_ms=start.now_ms,
        starts_at_ms=start.at_ms,
    )
    if not start.playing:
        return loaded
    lead_ms = start_lead.seek_lead_ms(LAST_REPORTS.fresh(playback.room.room_id, start.now_ms))
    at_ms = min(start.now_ms + lead_ms, start.latest_ms) if start.at_ms is None else start.at_ms
    started = replace(loaded.played(at_ms=at_ms, position_s=0.0), revision=loaded.revision)
    return stall_handling.with_start_gate(playback, started, start.now_ms, other_media=True)


def added_by(queue: RoomQueue) -> dict[str, Any]:
    """Name the member who added what plays, for the room's history."""
    entry = queue.order.current_entry
    return {} if entry is None or entry.user_id is None else {"added_by": entry.user_id}


def advance(playback: Playback, queue: RoomQueue, now_ms: float, at_ms: float | None = None) -> bool:
    """Play the entry that follows, announced for `at_ms`, or after a lead. Return False if none can.

    The room is locked.
    """
    found = play_next(playback, queue, now_ms, at_ms)
    if found is None:
        return False
    after, timeline = found
    # Clients learn of an announced start before the queue says that its entry is current.
    record(playback, "load", timeline, Reason(cause=ADVANCE, metadata=added_by(after)), now_ms)
    save_change(playback.room, queue, after, Origin(ADVANCE), now_ms)
    return True


def play_next(
    playback: Playback, queue: RoomQueue, now_ms: float, at_ms: float | None = None
) -> tuple[RoomQueue, Timeline] | None:
    """As `play_first_playable` of the entry that follows; what plays until `at_ms` can be brought back."""
    if at_ms is not None:
        announce(playback, at_ms, queue.current)
    found = play_first_playable(playback, queue, queue.following, Start(now_ms, at_ms))
    if found is None or at_ms is None:
        playback.ending = None
    return found

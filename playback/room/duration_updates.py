"""Update the duration of a room's media from its members' reports, and find the end of an estimated one.

Every heartbeat reports the duration that the player knows. Each process caches the rooms' timelines in memory, so that
a heartbeat without news needs no query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.db import transaction

from playback.domain import start_lead
from playback.domain.drift import RECENT_MS, ReceivedReport
from playback.domain.duration import (
    ENDED,
    METADATA,
    PASSED,
    Duration,
    end_of_data,
    is_better,
    is_short,
    replaced,
    settled_s,
)
from playback.domain.stall_policy import UNREADY
from playback.domain.timeline import OPEN_MS, Timeline
from playback.models import Playback
from playback.room.event_log import Reason, record
from playback.room.queue.playing import advance
from playback.room.queue.storage import queue_of
from playback.room.status_reports import LAST_REPORTS, MEMBERS_PER_ROOM, ROOMS
from rooms import access
from rooms.models import Member
from watchium import server_clock
from watchium.process_state import at_reset
from watchium.protocol.commands import PlayerReport
from watchium.shared_state import rate_limits

IN_SYNC_S = 2.0  # a player further from the room than this proves nothing about the media
PASSED_BY_S = 1.0  # a player this far past an end did not end there
UNSURE_S = 15.0  # how long to wait for players that may have continued past an end
MAJORITY_MS = 5000.0  # how long to wait for most players at an end of unknown duration
LOADING_MS = 30_000.0  # how long to wait for players without data at an estimated end
# Members without control can extend an estimated end by the known duration, or by this if it is longer.
MEMBERS_EXTEND_S = 600.0

# How long to ignore the reports of a member after one that may soon, or cannot yet, change the duration.
_RETRY_SOON_MS = 2000.0
_RETRY_LATER_MS = 10_000.0


@dataclass
class _Known:
    """A room's timeline as this process last read it, and the members whose reports are ignored."""

    timeline: Timeline
    duration: Duration | None
    ignored_until_ms: dict[str, float] = field(default_factory=dict)
    settled_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.settled_s = settled_s(self.duration)


_known: dict[str, _Known] = {}  # by room_id
at_reset(_known.clear)


def forget_all() -> None:
    _known.clear()


# ---------------------------------------------------------------- reports


def may_update(room_id: str, user_id: str, report: PlayerReport, now_ms: float) -> bool:
    """Whether a report may change the known duration. Reads memory only."""
    if report.duration is None and report.ended_at is None:
        return False
    known = _known.get(room_id)
    if known is None:
        return True
    if report.revision is not None and report.revision < known.timeline.revision:
        return False  # about an older timeline, perhaps about other media
    if known.ignored_until_ms.get(user_id, 0.0) > now_ms:
        return False
    if report.revision is not None and report.revision > known.timeline.revision:
        return True
    if report.ended_at is None and max(report.duration or 0.0, report.current_time) <= known.settled_s:
        return False
    return _reported_duration(known.timeline, known.duration, report, now_ms) is not None


def update_from_report(by: Member, report: PlayerReport, now_ms: float | None = None) -> bool:
    """Update the duration if the report is better than the known one; return whether it was."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    room_id, user_id = by.room.room_id, by.person.user_id
    if not may_update(room_id, user_id, report, now_ms):
        return False
    motion = Playback.objects.motion_of(by.room)
    if motion is None:
        return False
    known = _cache(room_id, *motion)
    if not _about(known.timeline, report):
        _ignore_until(room_id, user_id, now_ms + _RETRY_SOON_MS)
        return False
    if _reported_duration(known.timeline, known.duration, report, now_ms) is None:
        return False
    return _update(by, report, now_ms)


def _about(timeline: Timeline, report: PlayerReport) -> bool:
    return report.revision in (None, timeline.revision)


def _reported_duration(
    timeline: Timeline, known: Duration | None, report: PlayerReport, now_ms: float
) -> Duration | None:
    """Return a better duration or the end of playing media from the report; None if it has neither."""
    if known is not None and known.exact:
        return None
    latest_s = timeline.position_at(now_ms) + IN_SYNC_S
    end_s = None if report.state == start_lead.CATCHING_UP else report.ended_at
    if end_s is not None and timeline.playing and end_s <= latest_s:
        return end_of_data(end_s, report.duration)
    if report.duration is not None and is_better(known, reported := Duration(report.duration, METADATA)):
        return reported
    if known is None or not report.is_playing or report.current_time > latest_s:
        return None
    return reported if is_better(known, reported := Duration(report.current_time, PASSED)) else None


@transaction.atomic
def _update(by: Member, report: PlayerReport, now_ms: float) -> bool:
    by = access.lock(by)
    room_id, user_id = by.room.room_id, by.person.user_id
    playback = Playback.objects.of(by.room)
    before = playback.timeline
    reported = (
        _reported_duration(before, playback.known_duration, report, now_ms)
        if _about(before, report)
        else None
    )
    if reported is None:
        return False
    wait_ms = _RETRY_LATER_MS if playback.media is None else _wait_ms(playback, by, reported, now_ms)
    if wait_ms:
        _ignore_until(room_id, user_id, now_ms + wait_ms)
        return False
    if reported.source == ENDED:
        end_at(playback, _end_of(playback.known_duration, reported), now_ms)
    else:
        _record(playback, before.lasting(_merge_duration(playback, reported)), "duration", now_ms)
    return True


def _wait_ms(playback: Playback, by: Member, reported: Duration, now_ms: float) -> float:
    """Return how long to ignore this report; 0 to accept it now."""
    if not _may_report(playback, by, now_ms):
        return _RETRY_LATER_MS
    if reported.source != ENDED:
        return rate_limits.wait_ms("duration", by.room.room_id, now_ms)
    if playback.known_duration is None and queue_of(playback.room).following is not None:
        return _majority_wait_ms(playback, now_ms)
    if not is_short(playback.known_duration, reported.seconds):
        return 0
    if not is_better(playback.known_duration, reported):
        return _RETRY_LATER_MS
    return _others_wait_ms(playback, by, reported.seconds, now_ms)


def _may_report(playback: Playback, by: Member, now_ms: float) -> bool:
    """Whether the member may set the duration: controllers, or all members if no controller's player knows it."""
    return by.may_control or not any(
        report.duration is not None for report in _of_controllers(playback, now_ms)
    )


def _of_controllers(playback: Playback, now_ms: float) -> Iterator[PlayerReport]:
    reports = LAST_REPORTS.for_room(playback.room.room_id)
    for member in playback.room.members.present():
        received = reports.get(member.person.user_id)
        if received is not None and received.fresh(now_ms, RECENT_MS) and member.may_control:
            yield received.report


def _others_wait_ms(playback: Playback, by: Member, end_s: float, now_ms: float) -> float:
    """Return how long to ignore an early end: players that have data beyond it must not be stopped by it."""
    reports = dict(LAST_REPORTS.for_room(playback.room.room_id))
    reports.pop(by.person.user_id, None)
    moving = [
        received
        for received in reports.values()
        if received.fresh(now_ms, RECENT_MS)
        and received.report.state != start_lead.CATCHING_UP
        and _plays_on(received.report)
    ]
    if any(received.report.current_time > end_s + PASSED_BY_S for received in moving):
        return _RETRY_LATER_MS
    unsure = moving and playback.timeline.position_at(now_ms) < end_s + UNSURE_S
    return _RETRY_SOON_MS if unsure else 0


def _majority_wait_ms(playback: Playback, now_ms: float) -> float:
    """Return 0 if most players ended; the first one that ends bounds the wait for them.

    Without a known duration one player's end proves little, and the media that follow cannot be taken back.
    """
    following = start_lead.attentive(LAST_REPORTS.fresh(playback.room.room_id, now_ms))
    if 2 * sum(report.ended_at is not None for report in following) > len(following):
        return 0
    if playback.ends_at_ms is None:
        playback.ends_at_ms = now_ms + MAJORITY_MS
        playback.save(update_fields=["ends_at_ms"])
    return _RETRY_SOON_MS


def _plays_on(report: PlayerReport) -> bool:
    return report.is_playing and report.ended_at is None and report.state not in UNREADY


def _end_of(known: Duration | None, reported: Duration) -> Duration:
    return (
        replaced(known, reported)
        if known is None or is_better(known, reported)
        else _confirmed(known, reported)
    )


def _confirmed(known: Duration, reported: Duration) -> Duration:
    """Confirm an expected end."""
    return reported._replace(refuted_s=known.refuted_s)


# ---------------------------------------------------------------- the end


def extend_end(playback: Playback, now_ms: float) -> bool:
    """Whether players continue past an estimated end; then check again after `OPEN_MS`.

    Past an end that a minority reported, most players continue until another one reports it.
    """
    timeline = playback.timeline
    if timeline.duration_s is None:
        return _continue_past_report(playback, now_ms)
    if not timeline.estimated or not _any_plays_on(playback, now_ms):
        return False
    playback.ends_at_ms = now_ms + OPEN_MS
    playback.save(update_fields=["ends_at_ms"])
    return True


def _continue_past_report(playback: Playback, now_ms: float) -> bool:
    following = start_lead.attentive(LAST_REPORTS.fresh(playback.room.room_id, now_ms))
    if 2 * sum(map(_plays_on, following)) <= len(following):
        return False
    playback.ends_at_ms = None
    playback.save(update_fields=["ends_at_ms"])
    return True


def _any_plays_on(playback: Playback, now_ms: float) -> bool:
    timeline = playback.timeline
    reports = list(LAST_REPORTS.for_room(playback.room.room_id).items())
    going = {user for user, received in reports if _is_past(received, timeline, now_ms)}
    if not going:
        return False
    duration_s = timeline.duration_s or 0.0
    if timeline.position_at(now_ms) < duration_s + max(duration_s, MEMBERS_EXTEND_S):
        return True
    present = playback.room.members.present()
    return any(member.may_control for member in present if member.person.user_id in going)


def _is_past(received: ReceivedReport, timeline: Timeline, now_ms: float) -> bool:
    if not received.fresh(now_ms, RECENT_MS) or received.report.ended_at is not None:
        return False
    if received.report.state in UNREADY:
        return now_ms - (timeline.reaches_end_ms or now_ms) < LOADING_MS
    return received.report.is_playing and received.position_at(now_ms, timeline.rate) > (
        timeline.duration_s or 0.0
    )


def end_at(playback: Playback, duration: Duration, now_ms: float) -> None:
    """End the media where a player's data ended: the room stops there, plays the next entry of its queue, or loops."""
    queue = queue_of(playback.room)
    if queue.advances and advance(playback, queue, now_ms):
        return
    before = playback.timeline
    playback.duration_refuted = duration.refuted_s
    over = before.ended(at_ms=now_ms, duration=duration)
    if playback.loops or queue.repeats:
        lead_ms = start_lead.seek_lead_ms(LAST_REPORTS.fresh(playback.room.room_id, now_ms))
        again = over.played(at_ms=now_ms + lead_ms, position_s=0)
        _record(playback, replace(again, revision=over.revision), "loop", now_ms)
    else:
        _record(playback, over, "end", now_ms)


def _merge_duration(playback: Playback, reported: Duration) -> Duration:
    duration = replaced(playback.known_duration, reported)
    playback.duration_refuted = duration.refuted_s
    return duration


def _record(playback: Playback, timeline: Timeline, cause: str, now_ms: float) -> None:
    record(playback, "timeline", timeline, Reason(cause=cause), now_ms)


def _cache(room_id: str, timeline: Timeline, duration: Duration | None) -> _Known:
    before = _known.get(room_id)
    same = before is not None and before.timeline.revision == timeline.revision
    quiet = (
        before.ignored_until_ms if before and same and len(before.ignored_until_ms) < MEMBERS_PER_ROOM else {}
    )
    if len(_known) >= ROOMS:
        _known.clear()
    known = _known[room_id] = _Known(timeline, duration, quiet)
    return known


def _ignore_until(room_id: str, user_id: str, until_ms: float) -> None:
    known = _known.get(room_id)
    if known is not None:
        known.ignored_until_ms[user_id] = until_ms

"""A room's waits for buffering: they begin with an underrun or a start, and end with readiness, time or a command.

Readiness comes from the reports of all processes, as far as this one has them; the awaited members are in the room's
row. So each process removes the members it knows to be ready, and the one that removes the last resumes the room.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from playback.domain import start_lead
from playback.domain.drift import RECENT_MS
from playback.domain.stall_policy import (
    NEW_POSITION_MS,
    START_MS,
    Wait,
    attentive,
    counted,
    is_ready_at,
    stall_wait,
    start_gate,
)
from playback.domain.timeline import HOLDING, PLAYING, Timeline
from playback.models import Playback
from playback.room.announcement import ending_at
from playback.room.event_log import Reason, record
from playback.room.status_reports import LAST_REPORTS
from rooms import access
from rooms.models import Member, Room
from rooms.periodic import for_each_isolated
from watchium.process_state import process_state

SAME_POSITION_S = 0.5  # a start within this distance of the room's position needs no other part of the media
TAIL_S = 1.5  # the room does not wait during the last moments


@dataclass
class _State:
    waiting: set[str] = field(default_factory=set)  # room_ids, as far as this process knows: saves queries


_state = process_state(_State)


def is_affected(room_id: str) -> bool:
    """Whether a report from this room may resume it."""
    return room_id in _state.waiting


def with_start_gate(
    playback: Playback, start: Timeline, now_ms: float, *, other_media: bool = False
) -> Timeline:
    """Return the start unchanged, or waiting at its position until every player that counts is ready."""
    if not playback.waits_for_members:
        return start
    before = playback.timeline
    playback.set_wait(None, now_ms)
    same_position = not other_media and abs(start.position_s - before.position_at(now_ms)) <= SAME_POSITION_S
    members = _unready(playback, before.revision if same_position else start.revision, now_ms)
    longest_ms = START_MS if same_position and start.position_s > 0 else NEW_POSITION_MS
    wait = start_gate(members, playback.wait_budget, longest_ms, start.revision, now_ms)
    if wait is None:
        return start
    _start_wait(playback, wait, now_ms)
    return start.gated(at_ms=now_ms)


def on_underrun(by: Member, now_ms: float) -> None:
    """Start or extend a wait for a member whose player ran out of data, within the member's wait budget."""
    by = access.lock(by)
    playback = Playback.objects.of(by.room)
    before, current, budget = playback.timeline, playback.current_wait, playback.wait_budget
    user_id = by.person.user_id
    if (
        not playback.waits_for_members
        or before.phase not in (PLAYING, HOLDING)
        or _not_watching(by, now_ms)
        or (current and current.includes(user_id))
        or _nearly_over(before, now_ms)
        or ending_at(playback, now_ms)
    ):
        return
    wait = stall_wait((user_id, by.username), budget, playback.stall_wait_s, before.revision + 1, now_ms)
    if wait is None:
        _record_underrun(playback, user_id, now_ms)
        return
    _start_wait(playback, current.joined_by(wait.members[0]) if current else wait, now_ms)
    after = before.unmoved() if current else before.held(at_ms=now_ms)
    record(playback, "timeline", after, Reason(cause="hold"), now_ms)


def on_recovery(by: Member, now_ms: float) -> None:
    """A member's player has data again."""
    by = access.lock(by)
    playback = Playback.objects.of(by.room)
    user_id = by.person.user_id
    _record_underrun(playback, user_id, now_ms)
    LAST_REPORTS.became_ready(by.room.room_id, user_id, by.room.revision)
    never_reported = user_id not in LAST_REPORTS.for_room(by.room.room_id)
    _evaluate(playback, now_ms, publish_members=never_reported, except_user_id=user_id)


def resume(playback: Playback, cause: str, now_ms: float) -> None:
    """Resume from the room's position."""
    record(playback, "timeline", resumed_timeline(playback, now_ms), Reason(cause=cause), now_ms)


def resumed_timeline(playback: Playback, now_ms: float) -> Timeline:
    lead_ms = start_lead.play_lead_ms(LAST_REPORTS.fresh(playback.room.room_id, now_ms))
    return playback.timeline.released(at_ms=now_ms + lead_ms)


# ---------------------------------------------------------------- evaluation of waiting rooms


def due(now_ms: float) -> int:
    """Reevaluate all waiting rooms and return how many changed. Called once a second."""
    waiting = Playback.objects.waiting()
    _state.waiting = {room_id for _, room_id in waiting}
    return for_each_isolated(_reevaluate_unless_busy, [pk for pk, _ in waiting], now_ms)


@transaction.atomic
def _reevaluate_unless_busy(room_pk: int, now_ms: float) -> bool:
    room = Room.objects.locked_unless_busy(room_pk)
    return room is not None and reevaluate(room, now_ms, publish_members=True)


def on_important_report(by: Member, now_ms: float) -> bool:
    """Share a report that may matter with other processes, and reevaluate a room that waits.

    Another process may have started a wait a moment ago, so a report that matters to others is reason enough.
    """
    shared = LAST_REPORTS.share(by.room.room_id)
    return (shared or is_affected(by.room.room_id)) and on_report(by, now_ms)


@transaction.atomic
def on_report(by: Member, now_ms: float) -> bool:
    """Reevaluate after a heartbeat, so that the last member who was not ready resumes the room immediately."""
    return reevaluate(Room.objects.locked(by.room_id), now_ms, publish_members=False)


def reevaluate(room: Room, now_ms: float, *, publish_members: bool) -> bool:
    """Return whether the wait changed. The caller has locked the room.

    `publish_members`: also publish a wait that only lost some of its members.
    """
    return _evaluate(Playback.objects.of(room), now_ms, publish_members=publish_members)


def _evaluate(playback: Playback, now_ms: float, *, publish_members: bool, except_user_id: str = "") -> bool:
    wait = playback.current_wait
    if wait is None:
        _state.waiting.discard(playback.room.room_id)
        return False
    if wait.over(now_ms):
        resume(playback, "hold_ended", now_ms)
        return True
    present = {member.person.user_id for member in playback.room.members.present()} - {except_user_id}
    remaining = wait.remaining(LAST_REPORTS.for_room(playback.room.room_id), present, now_ms)
    if remaining.members and (remaining.members == wait.members or not publish_members):
        return False
    if remaining.members:
        playback.set_wait(remaining, now_ms)
        record(playback, "timeline", playback.timeline.unmoved(), Reason(cause="hold"), now_ms)
    else:
        resume(playback, "release", now_ms)
    return True


def _start_wait(playback: Playback, wait: Wait, now_ms: float) -> None:
    playback.set_wait(wait, now_ms)
    _state.waiting.add(playback.room.room_id)


def _unready(playback: Playback, revision: int, now_ms: float) -> list[tuple[str, str]]:
    """Present members that count and have not reported to have the picture of that revision."""
    reports = LAST_REPORTS.for_room(playback.room.room_id)
    found = []
    for member in playback.room.members.present():
        received = reports.get(member.person.user_id)
        if received is not None and counted(received, now_ms) and not is_ready_at(received, revision):
            found.append((member.person.user_id, member.username))
    return found


def _not_watching(by: Member, now_ms: float) -> bool:
    """Whether a recent report says that the member is hidden or distant. Without one, this message proves presence."""
    received = LAST_REPORTS.for_room(by.room.room_id).get(by.person.user_id)
    return received is not None and received.fresh(now_ms, RECENT_MS) and not attentive(received, now_ms)


def _nearly_over(timeline: Timeline, now_ms: float) -> bool:
    if timeline.duration_s is None:
        return False
    left_s = timeline.duration_s - timeline.position_at(now_ms)
    return left_s < TAIL_S and not (timeline.estimated and left_s < -TAIL_S)


def _record_underrun(playback: Playback, user_id: str, now_ms: float) -> None:
    """Keep an exhausted member exhausted for another minute."""
    budget = playback.wait_budget
    if user_id in budget.exhausted:
        playback.save_wait_budget(budget.on_underrun(user_id, now_ms))

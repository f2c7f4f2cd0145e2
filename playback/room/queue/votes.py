"""Votes to skip: members who leave take theirs back, and fewer members need fewer votes."""

from __future__ import annotations

from playback.domain.room_queue.changes import Origin
from playback.models import Playback
from playback.room.event_log import Reason, record
from playback.room.queue.playing import Start, skip_current
from playback.room.queue.storage import queue_of, save_change
from rooms.models import Member


def present_ids(member: Member) -> list[str]:
    return [each.person.user_id for each in member.room.members.present()]


def withdraw(member: Member, now_ms: float) -> None:
    """Count the votes without a member who left. The room is locked."""
    before = queue_of(member.room)
    if before.skip is None:
        return
    present = present_ids(member)
    after = before.skip_counted([each for each in before.skip.votes if each in present], len(present))
    if after == before:
        return
    origin = Origin("leave", member.person.user_id, member.username)
    if not after.is_voted_out:
        save_change(member.room, before, after, origin, now_ms)
        return
    playback = Playback.objects.of(member.room)
    skipped = skip_current(playback, after, Start(now_ms, playing=playback.moves))
    save_change(member.room, before, skipped.queue, origin, now_ms)
    if skipped.timeline is not None:
        record(playback, skipped.kind, skipped.timeline, Reason(cause="skip"), now_ms)

"""Record the changes that rooms announce: they take a revision too, so they are logged and broadcast here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.dispatch import receiver

from playback.models import Playback
from playback.room import stall_handling, status_reports
from playback.room.event_log import Reason, record, record_watched
from playback.room.queue import storage, votes
from playback.room.serializers import room_settings
from playback.room.start import ready_check
from rooms import signals
from rooms.models import Member, Room
from watchium import server_clock


@receiver(signals.host_changed)
def record_new_host(*, room: Room, member: Member | None, former: Member | None, **_: Any) -> None:
    reason = Reason(by=member, metadata={"former_id": former.person.user_id if former else None})
    _record(room, "new_host", reason)


@receiver(signals.member_left)
def forget_member(*, member: Member, **_: Any) -> None:
    """Drop reports, vote and mark of a member who left: the room neither waits nor schedules for them.

    Where the room was goes into the member's own history.
    """
    record_watched(member, server_clock.now_ms())
    status_reports.forget(member.room.room_id, member.person.user_id)
    votes.withdraw(member, server_clock.now_ms())
    ready_check.withdraw(member, server_clock.now_ms())
    if stall_handling.is_affected(member.room.room_id):
        stall_handling.reevaluate(member.room, server_clock.now_ms(), publish_members=True)


@receiver(signals.room_changed)
def record_room_changed(*, room: Room, actor: Member | None, changed: list[str], **_: Any) -> None:
    if "rights" in changed:
        storage.show_who_adds(room, server_clock.now_ms())
    _record(room, "room_changed", Reason(by=actor))


def _record(room: Room, kind: str, reason: Reason) -> None:
    playback = Playback.objects.of(room)
    if kind == "room_changed":
        reason = replace(reason, metadata={"room": room_settings(playback)})
    record(playback, kind, playback.timeline.unmoved(), reason, server_clock.now_ms())

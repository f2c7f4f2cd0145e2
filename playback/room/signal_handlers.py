"""Changes that rooms announce take a revision as well: here they get their row in the log and are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from django.dispatch import receiver

from playback.models import Playback
from playback.room import stall_handling, status_reports
from playback.room.event_log import Reason, record
from rooms import signals
from rooms.models import Member, Room
from rooms.serializers import room_state
from watchium import server_clock


@receiver(signals.host_changed)
def record_new_host(*, room: Room, member: Member | None, former: Member | None, **_: Any) -> None:
    why = Reason(by=member, metadata={"former_id": former.person.user_id if former else None})
    _record(room, "new_host", why)


@receiver(signals.member_left)
def wait_no_longer(*, member: Member, **_: Any) -> None:
    """Nobody waits for who has left, nor schedules for them."""
    status_reports.forget(member.room.room_id, member.person.user_id)
    if stall_handling.concerns(member.room.room_id):
        stall_handling.reevaluate(member.room, server_clock.now_ms(), tell_who=True)


@receiver(signals.room_changed)
def record_room_changed(*, room: Room, by: Member | None, **_: Any) -> None:
    _record(room, "room_changed", Reason(by=by))


def _record(room: Room, kind: str, why: Reason) -> None:
    playback = Playback.objects.of(room)
    if kind == "room_changed":
        why = replace(why, metadata={"room": _state(playback)})
    record(playback, kind, playback.timeline.unmoved(), why, server_clock.now_ms())


def _state(playback: Playback) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(
        room_state(playback.room, Member.objects.host_of(playback.room), playback.choices)
    )
    return told

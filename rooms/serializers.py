"""Rooms and members as structs of the protocol."""

from __future__ import annotations

from typing import Any

from rooms.host_succession import next_host
from rooms.models import Member, Room
from watchium.protocol.types import HostGrace, MemberState, RoomRights, RoomState, You


def member_state(member: Member) -> MemberState:
    return MemberState(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
        exceptions={str(right): given for right, given in member.standing.exceptions.items()},
    )


def present_members(room_ids: list[str]) -> dict[str, list[MemberState]]:
    """Return the present members by room_id, longest present first, in one query."""
    by_room: dict[str, list[MemberState]] = {}
    for member in Member.objects.present_in(room_ids):
        by_room.setdefault(member.room.room_id, []).append(member_state(member))
    return by_room


def you_state(member: Member, device_id: str) -> You:
    return You(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
        exceptions={str(right): given for right, given in member.standing.exceptions.items()},
        device_id=device_id or None,
        is_owner=member.is_owner,
        may_moderate=member.may_moderate,
    )


def host_state(room: Room, host: Member | None) -> HostGrace | None:
    """Return the host's grace period with the next host, or None if none is running."""
    if host is None or room.seat_until_ms is None:
        return None
    candidate = next_host([m for m in room.members.present() if m.pk != host.pk], room.successor_id)
    return HostGrace(
        user_id=host.person.user_id,
        username=host.username,
        until=room.seat_until_ms,
        next=candidate.person.user_id if candidate else None,
        next_username=candidate.username if candidate else None,
    )


def room_state(room: Room, host: Member | None, playback_settings: dict[str, Any]) -> RoomState:
    """Build the room's state; another app stores `playback_settings`."""
    return RoomState(
        room_id=room.room_id,
        title=room.title,
        visibility=room.visibility,
        control_policy=room.control_policy,
        owner_id=room.owner.user_id if room.owner else None,
        host_id=host.person.user_id if host else None,
        seat=host_state(room, host),
        epoch=room.epoch,
        keep_evenings=room.keep_evenings,
        seat_hold_s=room.seat_hold_s,
        capacity=room.capacity,
        knock=room.knock,
        successor_id=room.successor_user_id,
        rights=RoomRights(**room.levels),  # type: ignore[arg-type]  # keys and values are strings
        **playback_settings,
    )

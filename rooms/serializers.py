"""Rooms and members as the wire shows them."""

from __future__ import annotations

from typing import Any

from rooms.host_succession import successor
from rooms.models import Member, Room
from watchium.protocol.types import HostGrace, MemberState, RoomState, You


def member_state(member: Member) -> MemberState:
    return MemberState(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
    )


def present_members(room_ids: list[str]) -> dict[str, list[MemberState]]:
    """By room_id, everybody who is in one of these rooms, longest first; one query."""
    here: dict[str, list[MemberState]] = {}
    for member in Member.objects.present_in(room_ids):
        here.setdefault(member.room.room_id, []).append(member_state(member))
    return here


def you_state(member: Member, device_id: str) -> You:
    return You(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
        device_id=device_id or None,
        is_owner=member.is_owner,
        may_moderate=member.may_moderate,
    )


def host_state(room: Room, host: Member | None) -> HostGrace | None:
    """The held seat, while its host is away and somebody is there to see it."""
    if host is None or room.seat_until_ms is None:
        return None
    following = successor([m for m in room.members.present() if m.pk != host.pk], room.successor_id)
    return HostGrace(
        user_id=host.person.user_id,
        username=host.username,
        until=room.seat_until_ms,
        next=following.person.user_id if following else None,
        next_username=following.username if following else None,
    )


def room_state(room: Room, host: Member | None, choices: dict[str, Any]) -> RoomState:
    """`choices` are the settings about playback, which another floor keeps."""
    return RoomState(
        room_id=room.room_id,
        title=room.title,
        visibility=room.visibility,
        control_policy=room.control_policy,
        owner_id=room.owner.user_id if room.owner else None,
        host_id=host.person.user_id if host else None,
        seat=host_state(room, host),
        epoch=room.epoch,
        **choices,
    )

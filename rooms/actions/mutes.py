"""The mute of a member, as other actions store and end it."""

from __future__ import annotations

from rooms.models import Member, ModerationAct
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.moderation.events import MemberChanged
from watchium.realtime import broadcast


def set_mute(member: Member, until_ms: float | None) -> None:
    """Store a mute or its end, and publish it. The room is locked."""
    member.muted_until_ms = until_ms
    member.save(update_fields=["muted_until_ms"])
    if member.left_at is None:
        event = MemberChanged(
            room_id=member.room.room_id, timestamp=server_clock.now_ms(), payload=member_state(member)
        )
        broadcast.to_room(member.room.room_id, event)


def is_muted_by_staff(member: Member) -> bool:
    """Return whether a mute by staff holds, which nobody in the room ends."""
    until_ms = member.muted_until_ms
    if until_ms is None or not member.muted_for_ms(server_clock.now_ms()):
        return False
    return ModerationAct.objects.staff_muted(member.room, member.person, until_ms)


def end_mute_of_host(host: Member) -> None:
    """End the mute of a member who is host now, whom nobody in the room could unmute. The room is locked."""
    if host.muted_until_ms is not None and not is_muted_by_staff(host):
        set_mute(host, None)

"""The mute of a member, as other actions store and end it."""

from __future__ import annotations

from rooms.models import Member, ModerationAct
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.moderation.events import MemberChanged
from watchium.realtime import broadcast


def set_mute(member: Member, until_ms: float | None, *, quiet: bool = False) -> None:
    """Store a mute or its end, and publish it, unless it is `quiet`. The room is locked.

    It replaces a mute of either kind.
    """
    before = member.muted_until_ms
    member.muted_until_ms = None if quiet else until_ms
    member.quiet_mute_until_ms = until_ms if quiet else None
    member.save(update_fields=["muted_until_ms", "quiet_mute_until_ms"])
    if member.left_at is None and member.muted_until_ms != before:
        event = MemberChanged(
            room_id=member.room.room_id, timestamp=server_clock.now_ms(), payload=member_state(member)
        )
        broadcast.to_room(member.room.room_id, event)


def is_muted_by_staff(member: Member) -> bool:
    """Return whether a mute by staff holds, which no member of the room ends."""
    until_ms = member.muted_until_ms
    if until_ms is None or not member.muted_for_ms(server_clock.now_ms()):
        return False
    return ModerationAct.objects.staff_muted(member.room, member.person, until_ms)


def end_mute_of_host(host: Member) -> None:
    """End the mute of a member who is host now, whom no member could unmute. The room is locked."""
    is_muted = host.muted_until_ms is not None or host.quiet_mute_until_ms is not None
    if is_muted and not is_muted_by_staff(host):
        set_mute(host, None)

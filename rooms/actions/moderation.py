"""Sending somebody away, for a while or longer; every act is one row."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.actions.membership import end_membership
from rooms.models import Ban, Member, ModerationAct, Role, Room
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.errors import CloseCode, NotAllowed, NotFound
from watchium.protocol.events import RoleChanged
from watchium.realtime import broadcast

COOLDOWN_S = 60


def remove(
    room: Room, user_id: str, *, by: Member | None, why: str = "", cooldown_s: int = COOLDOWN_S
) -> ModerationAct:
    """Send a member out; they may come back after the cooldown. `by` None is the operator's staff."""
    return _send_away(room, user_id, by, "remove", why, timedelta(seconds=cooldown_s))


def ban(room: Room, user_id: str, *, by: Member | None, minutes: int, why: str = "") -> ModerationAct:
    """Send a member out and keep them out until the minutes have passed."""
    return _send_away(room, user_id, by, "ban", why, timedelta(minutes=minutes))


@transaction.atomic
def _send_away(
    room: Room, user_id: str, by: Member | None, kind: str, why: str, length: timedelta
) -> ModerationAct:
    by = access.lock(by) if by is not None else None
    room = by.room if by is not None else Room.objects.locked(room.pk)
    target = Member.objects.named(room, user_id)
    if target is None:
        raise NotFound("This person is not in the room.")
    target.room = room
    _check_may(by, target)
    until = timezone.now() + length
    # A removal is about the person; only a ban keeps the whole address out.
    address = target.address_hash if kind == "ban" else ""
    Ban.objects.create(room=room, person=target.person, address_hash=address, until=until)
    act = ModerationAct.objects.create(
        room=room,
        kind=kind,
        by=by.person if by else None,
        target=target.person,
        why=why[:200],
        details={"until": until.isoformat(), "name": target.username},
    )
    end_membership(target, "banned" if kind == "ban" else "removed")
    broadcast.close_member(target.pk, CloseCode.REMOVED)
    return act


@transaction.atomic
def lift_ban(ban: Ban, *, by: Member | None, why: str = "") -> ModerationAct | None:
    """Let somebody come back before their time; None when that was so already. `by` None is the operator's staff."""
    by = access.lock(by) if by is not None else None
    room = by.room if by is not None else Room.objects.locked(ban.room_id)
    if ban.room_id != room.pk:
        raise NotFound("There is no such ban here.")
    if by is not None and not by.may_moderate:
        raise NotAllowed("Only the host and moderators can let somebody come back.")
    now = timezone.now()
    if not Ban.objects.lift(ban, now):
        return None
    ModerationAct.objects.undo_ban(ban, now)
    return ModerationAct.objects.create(
        room=room, kind="lift_ban", by=by.person if by is not None else None, target=ban.person, why=why[:200]
    )


@transaction.atomic
def set_moderator(by: Member, user_id: str, moderator: bool) -> ModerationAct:
    """Trust a member with the room's moderation, or no longer; the host's own seat is not changed by it."""
    by = access.lock(by)
    if not by.is_host:
        raise NotAllowed("Only the host can name moderators.")
    target = Member.objects.named(by.room, user_id)
    if target is None or target.is_host:
        raise NotFound("This person is not in the room.")
    target.room, target.role = by.room, Role.MODERATOR if moderator else Role.MEMBER
    target.save(update_fields=["role"])
    told = RoleChanged(room_id=by.room.room_id, timestamp=server_clock.now_ms(), payload=member_state(target))
    broadcast.to_room(by.room.room_id, told)
    kind = "moderator" if moderator else "no_moderator"
    return ModerationAct.objects.create(room=by.room, kind=kind, by=by.person, target=target.person)


def _check_may(by: Member | None, target: Member) -> None:
    if by is None:
        return
    if not by.may_moderate or by.pk == target.pk or target.is_owner:
        raise NotAllowed("Only the host and moderators can send somebody out.")
    if target.role != Role.MEMBER and not by.is_host:
        raise NotAllowed("A moderator cannot send out the host or another moderator.")

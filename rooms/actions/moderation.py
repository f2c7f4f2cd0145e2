"""Sending somebody away, for a while or longer; every act is one row."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.actions.membership import depart
from rooms.models import Ban, Member, ModerationAct, Role, Room
from watchium.wire import broadcast
from watchium.wire.errors import CloseCode, NotAllowed, NotFound

COOLDOWN_S = 60


def remove(
    room: Room, user_id: str, *, by: Member | None, why: str = "", cooldown_s: int = COOLDOWN_S
) -> None:
    """Send a member out; they may come back after the cooldown. `by` None is the operator's staff."""
    _send_away(room, user_id, by, "remove", why, timedelta(seconds=cooldown_s))


def ban(room: Room, user_id: str, *, by: Member | None, minutes: int, why: str = "") -> None:
    """Send a member out and keep them out until the minutes have passed."""
    _send_away(room, user_id, by, "ban", why, timedelta(minutes=minutes))


@transaction.atomic
def _send_away(room: Room, user_id: str, by: Member | None, kind: str, why: str, length: timedelta) -> None:
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
    ModerationAct.objects.create(
        room=room,
        kind=kind,
        by=by.person if by else None,
        target=target.person,
        why=why[:200],
        details={"until": until.isoformat(), "name": target.username},
    )
    depart(target, "banned" if kind == "ban" else "removed")
    broadcast.close_member(target.pk, CloseCode.REMOVED)


def _check_may(by: Member | None, target: Member) -> None:
    if by is None:
        return
    if not by.may_moderate or by.pk == target.pk or target.is_owner:
        raise NotAllowed("Only the host and moderators can send somebody out.")
    if target.role != Role.MEMBER and not by.is_host:
        raise NotAllowed("A moderator cannot send out the host or another moderator.")

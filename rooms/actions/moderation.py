"""Moderation: remove, ban, lift a ban, appoint moderators. Each act is one row of ModerationAct."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.actions.membership import end_membership
from rooms.domain.rights import Right
from rooms.models import Ban, JoinRequest, Member, ModerationAct, Role, Room
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.errors import CloseCode, NotAllowed, NotFound, RuleRefused
from watchium.protocol.events import RoleChanged
from watchium.realtime import broadcast

COOLDOWN_S = 60


def remove(
    room: Room, user_id: str, *, actor: Member | None, reason: str = "", cooldown_s: int = COOLDOWN_S
) -> ModerationAct:
    """Remove a member, who may rejoin after the cooldown. `actor` is None for staff."""
    return _remove(room, user_id, actor, "remove", reason, timedelta(seconds=cooldown_s))


def ban(room: Room, user_id: str, *, actor: Member | None, minutes: int, reason: str = "") -> ModerationAct:
    """Remove a member and ban the person and the address for `minutes`."""
    return _remove(room, user_id, actor, "ban", reason, timedelta(minutes=minutes))


@transaction.atomic
def _remove(
    room: Room, user_id: str, actor: Member | None, kind: str, reason: str, duration: timedelta
) -> ModerationAct:
    actor = access.lock(actor) if actor is not None else None
    room = actor.room if actor is not None else Room.objects.locked(room.pk)
    target = Member.objects.with_user_id(room, user_id)
    if target is None:
        raise NotFound("This person is not in the room.")
    target.room = room
    _require_authority(actor, target)
    until = timezone.now() + duration
    # A removal is about the person; only a ban covers the whole network.
    address = target.address_hash if kind == "ban" else ""
    Ban.objects.create(room=room, person=target.person, address_hash=address, until=until)
    JoinRequest.objects.forget(room, target.person)
    act = ModerationAct.objects.create(
        room=room,
        kind=kind,
        by=actor.person if actor else None,
        target=target.person,
        why=reason[:200],
        details={"until": until.isoformat(), "name": target.username},
    )
    end_membership(target, "banned" if kind == "ban" else "removed")
    broadcast.close_member(target.pk, CloseCode.REMOVED)
    return act


@transaction.atomic
def lift_ban(ban: Ban, *, actor: Member | None, reason: str = "") -> ModerationAct | None:
    """End a ban early; return None if it has ended already. `actor` is None for staff."""
    actor = access.lock(actor) if actor is not None else None
    room = actor.room if actor is not None else Room.objects.locked(ban.room_id)
    if ban.room_id != room.pk:
        raise NotFound("This ban does not exist.")
    if actor is not None:
        actor.require(Right.REMOVE)
    now = timezone.now()
    if not Ban.objects.lift(ban, now):
        return None
    ModerationAct.objects.undo_ban(ban, now)
    return ModerationAct.objects.create(
        room=room,
        kind="lift_ban",
        by=actor.person if actor is not None else None,
        target=ban.person,
        why=reason[:200],
    )


@transaction.atomic
def set_moderator(actor: Member, user_id: str, moderator: bool) -> ModerationAct:
    """Make a member a moderator, or a plain member again. The host's role is not changed by it."""
    actor = access.lock(actor)
    if not actor.is_host:
        raise NotAllowed("Only the host can appoint moderators.")
    target = Member.objects.with_user_id(actor.room, user_id)
    if target is None or target.is_host:
        raise NotFound("This person is not in the room.")
    target.room, target.role = actor.room, Role.MODERATOR if moderator else Role.MEMBER
    target.save(update_fields=["role"])
    event = RoleChanged(
        room_id=actor.room.room_id, timestamp=server_clock.now_ms(), payload=member_state(target)
    )
    broadcast.to_room(actor.room.room_id, event)
    kind = "moderator" if moderator else "no_moderator"
    return ModerationAct.objects.create(room=actor.room, kind=kind, by=actor.person, target=target.person)


def _require_authority(actor: Member | None, target: Member) -> None:
    if actor is None:
        return
    actor.require(Right.REMOVE)
    if actor.pk == target.pk or target.is_owner:
        raise RuleRefused("Nobody may remove the owner, or themselves.")
    if target.role != Role.MEMBER and not actor.is_host:
        raise RuleRefused("Only the host may remove moderators.")

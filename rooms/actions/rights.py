"""Permissions: give a right to a role or a member, or take it. Each change is one row of ModerationAct."""

from __future__ import annotations

from django.db import transaction

from rooms import access, signals
from rooms.actions.log.acts import record_act
from rooms.domain import rights
from rooms.domain.rights import Level, Right
from rooms.models import Member, ModerationAct, Room
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.errors import NotFound, RuleRefused
from watchium.protocol.events import RoleChanged
from watchium.protocol.people.commands import RightChange
from watchium.realtime import broadcast


def require_authority(actor: Member) -> None:
    """Rights of others are not among the rights: who could give them could take the room."""
    if not (actor.is_host or actor.is_owner):
        raise RuleRefused("Only the host and the owner may change permissions.")
    if actor.room.is_demo:
        raise RuleRefused("The demo room cannot be changed. Create your own room: it takes one click.")


@transaction.atomic
def set_right(actor: Member, change: RightChange) -> ModerationAct:
    """Give or take a right. Raises RuleRefused, also for rights that the host and the owner keep, and NotFound."""
    actor = access.lock(actor)
    require_authority(actor)
    right = Right(change.right)
    target = None
    if change.user_id is not None:
        target = _set_exception(actor.room, change.user_id, right, allowed=change.allowed)
    else:
        _set_role(actor, change.role or "", right, allowed=change.allowed)
    person, details = (target.person, {"name": target.username}) if target else (None, None)
    return record_act(actor.room, "set_right", actor=actor, target=person, details=details)


def _set_exception(room: Room, user_id: str, right: Right, *, allowed: bool) -> Member:
    target = Member.objects.with_user_id(room, user_id)
    if target is None:
        raise NotFound("This person is not in the room.")
    target.room = room
    target.set_exception(right, allowed=allowed)
    if target.may(right) != allowed:
        raise RuleRefused("The host keeps every right, and the owner may always change the settings.")
    target.save(update_fields=["exceptions"])
    event = RoleChanged(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=member_state(target))
    broadcast.to_room(room.room_id, event)
    return target


def _set_role(actor: Member, role: str, right: Right, *, allowed: bool) -> None:
    if role == rights.HOST:
        if not allowed:
            raise RuleRefused("The host keeps every right.")
        return
    levels = rights.with_role(actor.room.levels, right, role, allowed=allowed)
    change_levels(actor.room, levels, actor)


def change_levels(room: Room, levels: rights.Levels, actor: Member | None) -> None:
    """Store who has which right, and announce it. The caller has locked the room."""
    policy = room.control_policy
    if room.levels == levels:
        return
    room.set_levels(levels)
    room.save(update_fields=["control_policy", "rights"])
    changed = ["rights"] if room.control_policy == policy else ["control_policy", "rights"]
    signals.room_changed.send(Room, room=room, actor=actor, changed=changed)


def set_who_adds(actor: Member, level: Level) -> None:
    """Store who may add to the queue, one of the queue's rules. The caller has locked the room. Raises RuleRefused."""
    if actor.room.levels[Right.QUEUE_ADD] != level:
        require_authority(actor)
    change_levels(actor.room, {**actor.room.levels, Right.QUEUE_ADD: level}, actor)

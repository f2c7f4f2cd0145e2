"""Moderation: mute, remove, ban, lift a ban, appoint moderators. Each act is one row of ModerationAct.

`actor` is None for staff.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.actions.log.acts import announce_act, lock_for, record_act
from rooms.actions.membership import end_membership
from rooms.actions.mutes import is_muted_by_staff, set_mute
from rooms.domain.address_hash import network_part, range_part
from rooms.domain.rights import Right
from rooms.models import Ban, JoinRequest, Member, ModerationAct, Role, Room
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.errors import BadMessage, CloseCode, NotAllowed, NotFound, RuleRefused
from watchium.protocol.events import RoleChanged
from watchium.realtime import broadcast

COOLDOWN_S = 60
NOT_HERE = "This person is not in the room."
NOT_ANY_MORE = "This cannot be undone, or not any more."


def remove(
    room: Room, user_id: str, *, actor: Member | None, reason: str = "", cooldown_s: int = COOLDOWN_S
) -> ModerationAct:
    """Remove a member, who may rejoin after the cooldown."""
    return _remove(room, user_id, actor, "remove", reason, timedelta(seconds=cooldown_s))


def ban(
    room: Room,
    user_id: str,
    *,
    actor: Member | None,
    minutes: int,
    reason: str = "",
    person_only: bool = False,
    with_range: bool = False,
) -> ModerationAct:
    """Remove a member and ban the person and, unless `person_only`, the address for `minutes`.

    `with_range`: all addresses around it too, the /24 of an IPv4 address or the /48 of an IPv6 address. Also for a
    person who has left the room. Raises BadMessage for both.
    """
    if person_only and with_range:
        raise BadMessage
    duration = timedelta(minutes=minutes)
    part = _no_address if person_only else range_part if with_range else network_part
    return _remove(room, user_id, actor, "ban", reason, duration, part)


def _no_address(_stored: str) -> str:
    return ""


@transaction.atomic
def _remove(
    room: Room,
    user_id: str,
    actor: Member | None,
    kind: str,
    reason: str,
    duration: timedelta,
    part_of_address: Callable[[str], str] = _no_address,  # a removal is about the person
) -> ModerationAct:
    room, actor = lock_for(room, actor)
    target = target_of_act(room, user_id, actor)
    if kind == "remove" and target.left_at is not None:
        raise NotFound(NOT_HERE)
    until = timezone.now() + duration
    details = {"until": until.isoformat(), "name": target.username}
    act = record_act(room, kind, actor=actor, target=target.person, reason=reason, details=details)
    address = part_of_address(target.address_hash)
    Ban.objects.create(room=room, person=target.person, address_hash=address, until=until, act=act)
    JoinRequest.objects.forget(room, target.person)
    target.drop_given_rights()
    target.save(update_fields=["exceptions"])
    if target.left_at is None:
        end_membership(target, "banned" if kind == "ban" else "removed")
        broadcast.close_member(target.pk, CloseCode.REMOVED)
    return act


def target_of_act(room: Room, user_id: str, actor: Member | None) -> Member:
    """Return the member that an act is about, also one who has left. Raises NotFound, RuleRefused."""
    target = Member.objects.ever_with_user_id(room, user_id)
    if target is None:
        raise NotFound(NOT_HERE)
    target.room = room
    _require_authority(actor, target)
    return target


def _require_authority(actor: Member | None, target: Member) -> None:
    if actor is not None and (why_not := actor.why_not_moderate(target)):
        raise RuleRefused(why_not)


def _require_moderator(actor: Member | None) -> None:
    if actor is not None:
        actor.require(Right.REMOVE)


def require_may_undo(actor: Member, act: ModerationAct) -> None:
    """Raises RuleRefused for acts of staff, acts about the actor and, unless by the host, about moderators."""
    if why_not := actor.why_not_undo(act, Member.objects.leaders(actor.room)):
        raise RuleRefused(why_not)


def _require_no_mute_by_staff(actor: Member | None, target: Member) -> None:
    """A mute by staff is neither ended nor replaced by a shorter one in the room."""
    if actor is not None and is_muted_by_staff(target):
        raise RuleRefused(NOT_ANY_MORE)


@transaction.atomic
def lift_ban(ban: Ban, *, actor: Member | None, reason: str = "") -> ModerationAct | None:
    """End a ban early; return None if it has ended already."""
    room, actor = lock_for(ban.room, actor)
    if ban.room_id != room.pk:
        raise NotFound("This ban does not exist.")
    _require_moderator(actor)
    if actor is not None and ban.act is not None:
        require_may_undo(actor, ban.act)
    now = timezone.now()
    if not Ban.objects.lift(ban, now):
        return None
    ModerationAct.objects.undo_ban(ban, now)
    return record_act(room, "lift_ban", actor=actor, target=ban.person, reason=reason)


# ---------------------------------------------------------------- mutes


@transaction.atomic
def mute(
    room: Room,
    user_id: str,
    *,
    actor: Member | None,
    minutes: int,
    reason: str = "",
    quiet: bool = False,
    now_ms: float | None = None,
) -> ModerationAct:
    """Let a member write and react no more for `minutes`, also one who has left. It ends by itself.

    A `quiet` one does not notice: only they see what they write. Raises RuleRefused for moderators, who would read it.
    """
    room, actor = lock_for(room, actor)
    target = target_of_act(room, user_id, actor)
    _require_no_mute_by_staff(actor, target)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    until_ms = now_ms + minutes * 60_000
    if quiet and target.may_moderate:
        raise RuleRefused("A quiet mute is for members who cannot read the list of acts.")
    set_mute(target, until_ms, quiet=quiet)
    details: dict[str, object] = {"until_ms": until_ms, "name": target.username}
    if quiet:
        details["quiet"] = True
    return record_act(room, "mute", actor=actor, target=target.person, reason=reason, details=details)


@transaction.atomic
def unmute(room: Room, user_id: str, *, actor: Member | None, reason: str = "") -> ModerationAct:
    """End a mute early. Harmless for a member without a mute."""
    room, actor = lock_for(room, actor)
    target = target_of_act(room, user_id, actor)
    _require_no_mute_by_staff(actor, target)
    set_mute(target, None)
    details = {"name": target.username}
    return record_act(room, "unmute", actor=actor, target=target.person, reason=reason, details=details)


# ---------------------------------------------------------------- undo


def undo_removal_or_mute(room: Room, act: ModerationAct) -> None:
    """End the ban or the mute that an act began, if it still holds. The room is locked.

    Raises RuleRefused if the muted person is not known any more.
    """
    if act.kind == "mute":
        member = Member.objects.of_act(room, act)
        if member is None:
            raise RuleRefused(NOT_ANY_MORE)
        if act.details.get("until_ms") in (member.muted_until_ms, member.quiet_mute_until_ms):
            member.room = room
            set_mute(member, None)
    elif (ban := Ban.objects.of_act(act)) is not None:
        Ban.objects.lift(ban, timezone.now())


def mark_undone(room: Room, act: ModerationAct) -> None:
    """Mark an act as undone, and announce it. The room is locked."""
    act.undone_at = timezone.now()
    act.save(update_fields=["undone_at"])
    announce_act(room, act)


@transaction.atomic
def set_moderator(actor: Member, user_id: str, moderator: bool) -> ModerationAct:
    """Make a member a moderator, or a plain member again. The host's role is not changed by it."""
    actor = access.lock(actor)
    if not actor.is_host:
        raise NotAllowed("Only the host can appoint moderators.")
    target = Member.objects.with_user_id(actor.room, user_id)
    if target is None or target.is_host:
        raise NotFound(NOT_HERE)
    target.room, target.role = actor.room, Role.MODERATOR if moderator else Role.MEMBER
    target.save(update_fields=["role"])
    event = RoleChanged(
        room_id=actor.room.room_id, timestamp=server_clock.now_ms(), payload=member_state(target)
    )
    broadcast.to_room(actor.room.room_id, event)
    kind = "moderator" if moderator else "no_moderator"
    return record_act(actor.room, kind, actor=actor, target=target.person)

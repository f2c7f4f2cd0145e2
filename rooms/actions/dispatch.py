"""Idempotent dispatch of commands about members: each runs once per `event_id`, and a repeat gets the same reply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.db import transaction

from rooms import access
from rooms.actions.hosting import claim_host, set_successor, transfer_host
from rooms.actions.knocking import admit
from rooms.actions.log.acts import record_act
from rooms.actions.moderation.chat_rules import set_chat_rules
from rooms.actions.moderation.members import ban, lift_ban, mute, remove, set_moderator, unmute
from rooms.actions.rights import set_right
from rooms.models import Ban, Member, ModerationAct, Room
from rooms.models.moderation import UNCHANGED
from watchium import server_clock
from watchium.protocol.commands import (
    BanMember,
    ClaimHost,
    IdempotentCommand,
    RemoveMember,
    SetModerator,
    TransferHost,
)
from watchium.protocol.errors import EventIdConflict, NotFound
from watchium.protocol.moderation.commands import LiftBan, MuteMember, SetChat, UnmuteMember
from watchium.protocol.people.commands import Admit, SetRight, SetSuccessor
from watchium.protocol.replies import Accepted
from watchium.shared_state import rate_limits

MemberCommand = (
    TransferHost
    | ClaimHost
    | RemoveMember
    | BanMember
    | SetModerator
    | MuteMember
    | UnmuteMember
    | LiftBan
    | SetChat
    | SetRight
    | SetSuccessor
    | Admit
)
MAX_ASKED_BYTES = 1024  # stored as they are
C = TypeVar("C", bound=IdempotentCommand)


def handle_command(actor: Member, command: MemberCommand) -> Accepted:
    """Run the command once. Raises as `run_once`."""
    return run_once(actor, command, _execute)


@transaction.atomic
def run_once(actor: Member, command: C, execute: Callable[[Member, C], ModerationAct | None]) -> Accepted:
    """Run a command that results in an act, or in none, once per `event_id`; a repeat gets the same reply.

    Raises what its action raises, RateLimited, and EventIdConflict for an `event_id` of another command.
    """
    actor = access.lock(actor)
    earlier = ModerationAct.objects.of_command(actor.room, actor.person, command.event_id)
    if earlier is not None:
        return _replay(earlier, command)
    rate_limits.spend("people", actor.person.user_id, server_clock.now_ms())
    act = execute(actor, command)
    if act is None:
        act = ModerationAct(room=actor.room, kind=UNCHANGED, by=actor.person)
    act.event_id, act.at_ms = command.event_id, server_clock.now_ms()
    act.revision = (
        Room.objects.revision_of(actor.room) if isinstance(command, TransferHost | ClaimHost) else None
    )
    act.details = {
        **act.details,
        **_asked(command),
        "command": _kind(command),
    }
    act.save(update_fields=["event_id", "at_ms", "revision", "details"] if act.pk else None)
    return _accepted(act)


def _execute(actor: Member, command: MemberCommand) -> ModerationAct | None:
    match command:
        case RemoveMember(payload=target):
            return remove(actor.room, target.user_id, actor=actor, reason=target.reason or target.why)
        case BanMember(payload=target):
            return ban(
                actor.room,
                target.user_id,
                actor=actor,
                minutes=target.minutes,
                reason=target.reason or target.why,
                person_only=target.person_only,
                with_range=target.range,
            )
        case MuteMember(payload=target):
            return mute(
                actor.room,
                target.user_id,
                actor=actor,
                minutes=target.minutes,
                reason=target.reason,
                quiet=target.quiet,
            )
        case UnmuteMember(payload=target):
            return unmute(actor.room, target.user_id, actor=actor)
        case LiftBan(payload=target):
            return _lift_ban(actor, target.ban_id)
        case SetChat(payload=changes):
            return set_chat_rules(actor.room, changes, actor=actor)
        case SetModerator(payload=choice):
            return set_moderator(actor, choice.user_id, choice.moderator)
        case SetRight(payload=change):
            return set_right(actor, change)
        case Admit(payload=answer):
            return admit(actor, answer.user_id, on=answer.on)
        case SetSuccessor(payload=choice):
            successor = set_successor(actor, choice.user_id)
            return _record(actor, command, successor)
        case TransferHost(payload=target):
            transfer_host(actor, target.user_id)
        case ClaimHost():
            claim_host(actor)
    return _record(actor, command)


def _record(actor: Member, command: IdempotentCommand, target: Member | None = None) -> ModerationAct:
    details = {"name": target.username} if target is not None else None
    person = target.person if target is not None else None
    return record_act(actor.room, _kind(command), actor=actor, target=person, details=details)


def _lift_ban(actor: Member, ban_id: int) -> ModerationAct:
    """Raises NotFound also for a ban that is over: it is not in the list any more."""
    found = Ban.objects.of_room(actor.room, ban_id)
    act = lift_ban(found, actor=actor) if found is not None else None
    if act is None:
        raise NotFound("This ban is over, or it does not exist.")
    return act


def _replay(earlier: ModerationAct, command: IdempotentCommand) -> Accepted:
    if not _is_same(earlier, command) or earlier.details.get("command", _kind(command)) != _kind(command):
        raise EventIdConflict
    return _accepted(earlier)


def _is_same(earlier: ModerationAct, command: IdempotentCommand) -> bool:
    if (digest := earlier.details.get("asked_hash")) is not None:
        return bool(digest == _asked(command).get("asked_hash"))
    payload = _payload(command)
    try:
        # Decoded, because an earlier version stored fewer fields.
        return bool(msgspec.convert(earlier.details.get("asked"), type(payload)) == payload)
    except msgspec.ValidationError:
        return False


def _asked(command: IdempotentCommand) -> dict[str, Any]:
    """What the command asked for, or a hash of it: a word filter has up to 48 KB."""
    asked = msgspec.json.encode(_payload(command))
    if len(asked) > MAX_ASKED_BYTES:
        return {"asked_hash": hashlib.sha256(asked).hexdigest()}
    return {"asked": msgspec.json.decode(asked)}


def _payload(command: IdempotentCommand) -> Any:
    return command.payload  # type: ignore[attr-defined]


def _accepted(act: ModerationAct) -> Accepted:
    return Accepted(event_id=act.event_id or "", revision=act.revision, timestamp=act.at_ms or 0.0)


def _kind(command: IdempotentCommand) -> str:
    return str(command.__struct_config__.tag)

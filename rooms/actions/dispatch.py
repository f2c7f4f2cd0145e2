"""Idempotent dispatch of commands about members: each runs once per `event_id`, and a repeat gets the same reply."""

from __future__ import annotations

import msgspec
from django.db import transaction

from rooms import access
from rooms.actions.hosting import claim_host, set_successor, transfer_host
from rooms.actions.knocking import admit
from rooms.actions.moderation import ban, remove, set_moderator
from rooms.actions.rights import set_right
from rooms.models import Member, ModerationAct, Room
from watchium import server_clock
from watchium.protocol.commands import BanMember, ClaimHost, RemoveMember, SetModerator, TransferHost
from watchium.protocol.errors import EventIdConflict
from watchium.protocol.people.commands import Admit, SetRight, SetSuccessor
from watchium.protocol.replies import Accepted
from watchium.shared_state import rate_limits

MemberCommand = (
    TransferHost | ClaimHost | RemoveMember | BanMember | SetModerator | SetRight | SetSuccessor | Admit
)


@transaction.atomic
def handle_command(actor: Member, command: MemberCommand) -> Accepted:
    """Run the command once. Raises what its action raises, RateLimited, and EventIdConflict for a reused `event_id`."""
    actor = access.lock(actor)
    earlier = ModerationAct.objects.of_command(actor.room, actor.person, command.event_id)
    if earlier is not None:
        return _replay(earlier, command)
    rate_limits.spend("people", actor.person.user_id, server_clock.now_ms())
    act = _execute(actor, command)
    act.event_id, act.at_ms = command.event_id, server_clock.now_ms()
    act.revision = (
        Room.objects.revision_of(actor.room) if isinstance(command, TransferHost | ClaimHost) else None
    )
    act.details = {**act.details, "asked": msgspec.to_builtins(command.payload)}
    act.save(update_fields=["event_id", "at_ms", "revision", "details"])
    return _accepted(act)


def _execute(actor: Member, command: MemberCommand) -> ModerationAct:
    match command:
        case RemoveMember(payload=target):
            return remove(actor.room, target.user_id, actor=actor, reason=target.why)
        case BanMember(payload=target):
            return ban(actor.room, target.user_id, actor=actor, minutes=target.minutes, reason=target.why)
        case SetModerator(payload=choice):
            return set_moderator(actor, choice.user_id, choice.moderator)
        case SetRight(payload=change):
            return set_right(actor, change)
        case Admit(payload=answer):
            return admit(actor, answer.user_id, on=answer.on)
        case SetSuccessor(payload=choice):
            successor = set_successor(actor, choice.user_id)
            return ModerationAct.objects.create(
                room=actor.room,
                kind=_kind(command),
                by=actor.person,
                target=successor.person if successor else None,
            )
        case TransferHost(payload=target):
            transfer_host(actor, target.user_id)
        case ClaimHost():
            claim_host(actor)
    return ModerationAct.objects.create(room=actor.room, kind=_kind(command), by=actor.person)


def _replay(earlier: ModerationAct, command: MemberCommand) -> Accepted:
    if earlier.details.get("asked") != msgspec.to_builtins(command.payload):
        raise EventIdConflict
    return _accepted(earlier)


def _accepted(act: ModerationAct) -> Accepted:
    return Accepted(event_id=act.event_id or "", revision=act.revision, timestamp=act.at_ms or 0.0)


def _kind(command: MemberCommand) -> str:
    return str(command.__struct_config__.tag)

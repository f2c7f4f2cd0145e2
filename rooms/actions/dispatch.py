"""What a member commands about people over the wire: each done once per `event_id`, and answered as often as asked."""

from __future__ import annotations

import msgspec
from django.db import transaction

from rooms import access
from rooms.actions.hosting import claim_host, transfer_host
from rooms.actions.moderation import ban, remove, set_moderator
from rooms.models import Member, ModerationAct, Room
from watchium import server_clock
from watchium.protocol.commands import BanMember, ClaimHost, RemoveMember, SetModerator, TransferHost
from watchium.protocol.errors import EventIdConflict
from watchium.protocol.events import Accepted
from watchium.shared_state import rate_limits

PeopleCommand = TransferHost | ClaimHost | RemoveMember | BanMember | SetModerator


@transaction.atomic
def command(by: Member, said: PeopleCommand) -> Accepted:
    """Raises what the action raises, RateLimited, or EventIdConflict for an `event_id` that was something else."""
    by = access.lock(by)
    answered = ModerationAct.objects.answered(by.room, by.person, said.event_id)
    if answered is not None:
        return _answer_again(answered, said)
    rate_limits.spend("people", by.person.user_id, server_clock.now_ms())
    act = _done(by, said)
    act.event_id, act.at_ms = said.event_id, server_clock.now_ms()
    act.revision = Room.objects.revision_of(by.room) if isinstance(said, TransferHost | ClaimHost) else None
    act.details = {**act.details, "asked": msgspec.to_builtins(said.payload)}
    act.save(update_fields=["event_id", "at_ms", "revision", "details"])
    return _accepted(act)


def _done(by: Member, said: PeopleCommand) -> ModerationAct:
    match said:
        case RemoveMember(payload=whom):
            return remove(by.room, whom.user_id, by=by, why=whom.why)
        case BanMember(payload=whom):
            return ban(by.room, whom.user_id, by=by, minutes=whom.minutes, why=whom.why)
        case SetModerator(payload=trust):
            return set_moderator(by, trust.user_id, trust.moderator)
        case TransferHost(payload=whom):
            transfer_host(by, whom.user_id)
        case ClaimHost():
            claim_host(by)
    return ModerationAct.objects.create(room=by.room, kind=_kind(said), by=by.person)


def _answer_again(answered: ModerationAct, said: PeopleCommand) -> Accepted:
    if answered.details.get("asked") != msgspec.to_builtins(said.payload):
        raise EventIdConflict
    return _accepted(answered)


def _accepted(act: ModerationAct) -> Accepted:
    return Accepted(event_id=act.event_id or "", revision=act.revision, timestamp=act.at_ms or 0.0)


def _kind(said: PeopleCommand) -> str:
    return str(said.__struct_config__.tag)

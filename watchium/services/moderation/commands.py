"""Dispatches the commands of moderation to their actions."""

from __future__ import annotations

from django.utils import timezone

import chat.moderation
import rooms.actions
from rooms.models import Member, ModerationAct
from watchium.protocol.moderation.commands import (
    DeleteAllComments,
    LiftBan,
    ModerationCommand,
    MuteMember,
    ReportMember,
    SetChat,
    UndoAct,
    UnmuteMember,
)
from watchium.protocol.replies import Accepted
from watchium.services.moderation.undo import undo_act


def handle_command(actor: Member, command: ModerationCommand) -> Accepted:
    """Run the command once per `event_id`. Raises what its action raises, RateLimited and EventIdConflict."""
    if isinstance(command, MuteMember | UnmuteMember | LiftBan | SetChat):
        return rooms.actions.handle_command(actor, command)
    return rooms.actions.run_once(actor, command, _execute)


def _execute(actor: Member, command: DeleteAllComments | UndoAct | ReportMember) -> ModerationAct:
    match command:
        case DeleteAllComments(payload=target):
            return chat.moderation.delete_all(actor.room, target.user_id, actor=actor)
        case ReportMember(payload=request):
            return chat.moderation.report(actor, request)
        case UndoAct(payload=target):
            return undo_act(actor.room, target.act_id, actor=actor, now=timezone.now())

"""Undo of an act of moderation, whatever app it is about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

import chat.moderation
import rooms.actions
from rooms.domain.rights import Right
from rooms.models import Member, ModerationAct, Room
from watchium.protocol.errors import NotFound, RuleRefused


@transaction.atomic
def undo_act(
    room: Room, act_id: int, *, actor: Member | None, now: datetime, reason: str = ""
) -> ModerationAct:
    """Undo an act and return the act of undoing. Harmless if it was undone before. `actor` is None for staff.

    Raises NotFound for an act of another room, RuleRefused for one that cannot be undone, or not any more, or not by
    the actor.
    """
    room, actor = rooms.actions.lock_for(room, actor)
    if actor is not None:
        actor.require(Right.REMOVE)
    act = ModerationAct.objects.of_room(room, act_id)
    if act is None:
        raise NotFound("This act does not exist.")
    if actor is not None:
        rooms.actions.require_may_undo(actor, act)
    if act.undone_at is None:
        if act.undo_until is None or now > act.undo_until:
            raise RuleRefused("This cannot be undone, or not any more.")
        _undo(room, act, actor)
        rooms.actions.mark_undone(room, act)
    return ModerationAct.objects.create(
        room=room,
        kind="undo",
        by=actor.person if actor is not None else None,
        target=act.target,
        why=rooms.actions.clean_reason(reason),
        details={"act": act.pk},
    )


def _undo(room: Room, act: ModerationAct, actor: Member | None) -> None:
    match act.kind:
        case "mute" | "ban" | "remove":
            rooms.actions.undo_removal_or_mute(room, act)
        case "set_chat":
            rooms.actions.restore_chat_rules(room, act, actor=actor)
        case "delete_comment" | "delete_all_comments":
            chat.moderation.restore_comments(room, act)

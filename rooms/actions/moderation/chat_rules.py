"""The rules of a room's chat: slow mode, chat off, links off, word filter, and how long newcomers wait.

`actor` is None for staff. What the rules forbid is decided in `chat.rules`.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from rooms import signals
from rooms.actions.log.acts import lock_for, record_act
from rooms.domain.rights import Right
from rooms.models import Member, ModerationAct, Room
from watchium import server_clock
from watchium.protocol.errors import RuleRefused
from watchium.protocol.moderation.commands import ChatChanges
from watchium.shared_state import rate_limits
from watchium.word_filter import clean_filter

# The columns of a room by the fields of `ChatChanges`.
CHAT_RULES = {
    "slow_mode_s": "slow_mode_s",
    "enabled": "chat_enabled",
    "links": "chat_links",
    "filter": "chat_filter",
    "newcomer_wait_s": "newcomer_wait_s",
}


@transaction.atomic
def set_chat_rules(
    room: Room, changes: ChatChanges, *, actor: Member | None, reason: str = ""
) -> ModerationAct | None:
    """Change the rules of the chat; return None if they are so already. Raises RuleRefused, BadMessage, RateLimited."""
    room, actor = lock_for(room, actor)
    if actor is not None:
        actor.require(Right.REMOVE)
    if actor is not None and room.is_demo:  # the next visitor finds it unchanged
        raise RuleRefused("The demo room cannot be changed. Create your own room: it takes one click.")
    values = {
        CHAT_RULES[name]: "\n".join(clean_filter(value)) if name == "filter" else value
        for name, value in _given(changes).items()
    }
    before = _store(room, values)
    if not before:
        return None
    if actor is not None:
        rate_limits.spend("chat_rules", actor.person.user_id, server_clock.now_ms())
    _publish(room, actor, before)
    return record_act(room, "set_chat", actor=actor, reason=reason, before=before)


def restore_chat_rules(room: Room, act: ModerationAct, *, actor: Member | None) -> None:
    """Set the rules that an act changed as they were before it. The room is locked."""
    before = act.before or act.details.get("before", {})  # where it was at first
    values = {name: value for name, value in before.items() if name in CHAT_RULES.values()}
    _publish(room, actor, _store(room, values))


def _given(changes: ChatChanges) -> dict[str, Any]:
    values = {name: getattr(changes, name) for name in changes.__struct_fields__}
    return {name: value for name, value in values.items() if value is not None}


def _store(room: Room, values: dict[str, Any]) -> dict[str, Any]:
    """Store rules and return what changed, with the values before."""
    before = {name: getattr(room, name) for name, value in values.items() if getattr(room, name) != value}
    for name in before:
        setattr(room, name, values[name])
    if before:
        room.save(update_fields=sorted(before))
    return before


def _publish(room: Room, actor: Member | None, changed: dict[str, Any]) -> None:
    if changed:
        signals.room_changed.send(Room, room=room, actor=actor, changed=sorted(changed))

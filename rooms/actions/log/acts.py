"""The log of acts of moderation: each is one row, and the present members who may moderate get it as an event."""

from __future__ import annotations

from typing import Any

from rooms import access
from rooms.models import Member, ModerationAct, Person, Room
from rooms.serializers import act_state
from watchium import server_clock
from watchium.protocol.moderation.events import Moderated
from watchium.realtime import broadcast
from watchium.text import clean

MAX_REASON = 200


def lock_for(room: Room, actor: Member | None) -> tuple[Room, Member | None]:
    """Lock the room, and read the actor again behind the lock. `actor` is None for staff."""
    if actor is None:
        return Room.objects.locked(room.pk), None
    actor = access.lock(actor)
    return actor.room, actor


def record_act(
    room: Room,
    kind: str,
    *,
    actor: Member | None,
    target: Person | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> ModerationAct:
    """Store an act and announce it. `actor` is None for staff. `before`: what it changed, for its undoing."""
    act = ModerationAct.objects.create(
        room=room,
        kind=kind,
        by=actor.person if actor is not None else None,
        target=target,
        why=clean_reason(reason),
        before=before,
        # A null `by` may also be a person who was deleted since.
        details={"staff": True, **(details or {})} if actor is None else details or {},
    )
    announce_act(room, act)
    return act


def clean_reason(reason: str) -> str:
    """Return the reason as stored and shown: on one line, without control and bidi characters."""
    return clean(reason)[:MAX_REASON]


def announce_act(room: Room, act: ModerationAct) -> None:
    """Send the act to the present members who may moderate; a report or a quiet mute not to whom it is about."""
    leaders = Member.objects.leaders(room)
    for reader in Member.objects.moderators(room):
        if (act.kind == "report" or act.is_quiet) and act.target_id == reader.person_id:
            continue
        state = act_state(act, reader, leaders)
        event = Moderated(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=state)
        broadcast.to_member(reader.pk, event)

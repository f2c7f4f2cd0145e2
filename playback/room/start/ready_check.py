"""Ready checks: a member asks, the others mark themselves, and playback starts once all are ready."""

from __future__ import annotations

from django.db import transaction
from msgspec.structs import replace

from playback.domain.start import ready_check
from playback.domain.start.state import StartState
from playback.domain.timeline import Timeline
from playback.models import Playback
from playback.room.command import CommandContext, handle
from playback.room.start.changes import apply, record_change, start_playback
from rooms.domain.rights import Right
from rooms.models import Member, Room
from watchium.protocol.errors import RuleRefused
from watchium.protocol.replies import Accepted
from watchium.protocol.start.commands import CheckReady, MarkReady
from watchium.protocol.types import ReadyCheck


@transaction.atomic
def check_ready(by: Member, command: CheckReady, *, now_ms: float | None = None) -> Accepted:
    """Open a ready check in which the member is ready, or end the open one.

    Another one keeps the marks, and starts playback if all are ready. A new one waits for the first mark: a member who
    is alone waits for others.

    Raises RuleRefused.
    """
    request = command.payload
    complete: list[CommandContext] = []

    def opened(context: CommandContext) -> Timeline | None:
        state = context.playback.start_state
        if not request.on:
            return apply(context, replace(state, ready_check=None))
        asked_by = (context.by.person.user_id, context.by.username)
        check = ready_check.opened(
            asked_by,
            context.now_ms,
            starts=request.start,
            deadline_s=request.deadline_s,
            former=state.ready_check,
        )
        if state.ready_check is not None and _starts(check, context.by.room):
            complete.append(context)
            return apply(context, state.started(context.now_ms))
        return apply(context, replace(state, ready_check=check))

    accepted = handle(by, command, opened, now_ms, require=_require_control)
    _start_complete(complete)
    return accepted


def _require_control(by: Member) -> None:
    if not by.may(Right.CONTROL):
        raise RuleRefused("Only members who may control playback ask whether everyone is ready.")


@transaction.atomic
def mark_ready(by: Member, command: MarkReady, *, now_ms: float | None = None) -> Accepted:
    """Mark the member ready or not; the last one who becomes ready starts playback."""
    complete: list[CommandContext] = []

    def marked(context: CommandContext) -> Timeline | None:
        state = context.playback.start_state
        if state.ready_check is None:
            return None
        check = ready_check.marked(state.ready_check, context.by.person.user_id, on=command.payload.on)
        if check != state.ready_check and _starts(check, context.by.room):
            complete.append(context)
            return apply(context, state.started(context.now_ms))
        return apply(context, replace(state, ready_check=check))

    accepted = handle(by, command, marked, now_ms, require=lambda _by: None)
    _start_complete(complete)
    return accepted


def _start_complete(contexts: list[CommandContext]) -> None:
    for context in contexts:
        start_playback(context.playback, "ready", context.now_ms)


def withdraw(member: Member, now_ms: float) -> None:
    """Take away the mark of a member who left. The others may all be ready now. The room is locked."""
    if not Playback.objects.with_start().has(member.room):
        return
    playback = Playback.objects.of(member.room)
    state = playback.start_state
    if state.ready_check is None:
        return
    present = member.room.members.present_user_ids()
    check = ready_check.among(state.ready_check, present)
    if state.ready_check.starts and ready_check.is_complete(check, present):
        _start(playback, state, "ready", now_ms)
    elif check != state.ready_check or not present:
        record_change(playback, replace(state, ready_check=check if present else None), "leave", now_ms)


def start_at_deadline(playback: Playback, now_ms: float) -> None:
    """Start without those who are missing."""
    _start(playback, playback.start_state, "deadline", now_ms)


def _start(playback: Playback, state: StartState, cause: str, now_ms: float) -> None:
    record_change(playback, state.started(now_ms), cause, now_ms)
    start_playback(playback, cause, now_ms)


def _starts(check: ReadyCheck, room: Room) -> bool:
    return check.starts and ready_check.is_complete(check, room.members.present_user_ids())

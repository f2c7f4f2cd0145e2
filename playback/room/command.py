"""The checks that every command passes before it changes a room, and its reply.

The order is the same for all commands: membership, idempotent replay, rate limit, authority, change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from playback import signals
from playback.domain.idempotency import AcceptedCommand, hash_content
from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent
from playback.room.event_log import Reason, record
from playback.room.status_reports import LAST_REPORTS
from rooms import access
from rooms.domain.rights import Right
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.commands import (
    BufferEnd,
    BufferStart,
    ContinueWithout,
    Load,
    Pause,
    Play,
    PlayerReport,
    Seek,
    SetChapters,
    SetRate,
    ShiftCaptions,
    SyncRequest,
)
from watchium.protocol.queue import QueueCommand
from watchium.protocol.replies import Accepted
from watchium.protocol.start.commands import StartCommand
from watchium.shared_state import rate_limits

# Fields that older servers did not have: left out while they are empty, so that a command sent again after an upgrade
# has the hash that the older server stored.
_LATER_FIELDS = ("mime", "item_id", "own", "queue_revision", "skip_missing")
EARLIEST_MS = 1000.0  # how far back a gesture may have happened

IdempotentCommand = (
    Play | Pause | Seek | SetRate | Load | ShiftCaptions | SetChapters | ContinueWithout | StartCommand
)
EVENT_TYPES = {
    "continue_without": "timeline",
    "shift_captions": "room_changed",
    "set_chapters": "room_changed",
    "ready_check": "room_changed",
    "ready": "room_changed",
    "open_poll": "room_changed",
    "vote_poll": "room_changed",
    "close_poll": "room_changed",
}
Notice = BufferStart | BufferEnd | SyncRequest


@dataclass
class CommandContext:
    """A command being handled: the room is locked, and `now_ms` was read inside the lock."""

    by: Member
    playback: Playback
    before: Timeline
    now_ms: float
    metadata: dict[str, Any] = field(default_factory=dict)
    cause: str | None = None
    returned: bool = False  # to media whose end was announced

    def gesture_ms(self, at: float | None) -> float:
        """When the gesture happened: not before the last change, at most a second ago, never in the future."""
        gesture_ms = _bounded_ms(at, self.now_ms)
        return max(gesture_ms, self.before.at_ms) if self.before.at_ms <= self.now_ms else gesture_ms

    @property
    def moving(self) -> bool:
        """Playing, and not at the end."""
        return self.before.playing and self.before.position_at(self.now_ms) < self.before.limit_s

    @property
    def reports(self) -> list[PlayerReport]:
        return LAST_REPORTS.fresh(self.by.room.room_id, self.now_ms)


def require_control(by: Member) -> None:
    by.require(Right.CONTROL)


def require_media(by: Member) -> None:
    by.require(Right.MEDIA)


def handle(
    by: Member,
    command: IdempotentCommand,
    change: Callable[[CommandContext], Timeline | None],
    now_ms: float | None,
    return_to_ending: Callable[[Playback, float, float], bool] = lambda *_: False,
    *,
    require: Callable[[Member], None] = require_control,
) -> Accepted:
    """Apply `change`, which returns the next timeline, or None if there is nothing to change.

    `return_to_ending` brings back what plays until an announced start. `require` raises a refusal if the member may
    not.
    """
    by, (accepted, playbacks) = access.lock_and_query(
        by, PlaybackEvent.to_replay(by, command.event_id), Playback.to_read(by.room_id)
    )
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    content_hash = content_hash_of(command)
    if accepted:
        return AcceptedCommand(*accepted[0]).replay(command.event_id, content_hash)
    spend(by, command_type(command), now_ms)
    require(by)
    playback = Playback.from_rows(playbacks, by.room)
    client_ms = getattr(command.payload, "at", None)
    returned = (
        playback.ending is not None
        and _may_be_about_ending(command)
        and return_to_ending(playback, _bounded_ms(client_ms, now_ms), now_ms)
    )
    context = CommandContext(by, playback, playback.timeline, now_ms, returned=returned)
    timeline = change(context)
    if timeline is None and not returned:
        return Accepted(event_id=command.event_id, revision=None, timestamp=now_ms)
    reason = Reason(by, command.event_id, content_hash, client_ms, context.cause, context.metadata)
    kind = EVENT_TYPES.get(command_type(command), command_type(command))
    if timeline is None:
        kind, timeline = "timeline", playback.timeline.unmoved()
    row = record(playback, kind, timeline, reason, now_ms)
    if playback.notices_in_chat and not timeline.is_same_motion(context.before):
        signals.controlled.send(
            sender=Playback, room=by.room, by=by, kind=kind, timeline=timeline, now_ms=now_ms
        )
    return Accepted(event_id=command.event_id, revision=row.revision, timestamp=row.at_ms)


def _may_be_about_ending(command: IdempotentCommand) -> bool:
    goes_on = isinstance(command, Play) and command.payload.current_time is None
    return not goes_on and not isinstance(command, ContinueWithout)


def _bounded_ms(at: float | None, now_ms: float) -> float:
    return now_ms if at is None else min(max(at, now_ms - EARLIEST_MS), now_ms)


def spend(by: Member, kind: str, now_ms: float) -> None:
    """Charge the rate limit. Raises RateLimited."""
    rate_limits.spend("playback", f"{by.person.user_id}:{kind}", now_ms)


def command_type(command: IdempotentCommand | Notice | QueueCommand) -> str:
    return str(command.__struct_config__.tag)


def content_hash_of(command: IdempotentCommand | Notice | QueueCommand) -> str:
    """Hash the command without the time of its gesture, which differs when it is sent again."""
    payload = msgspec.to_builtins(command.payload)
    payload.pop("at", None)
    for name in _LATER_FIELDS:
        value = payload.get(name)
        if value is None or value is False:  # not 0, which is a content
            payload.pop(name, None)
    return hash_content(command_type(command), payload)

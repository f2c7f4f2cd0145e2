"""The way every command goes before it changes a room, and how it is answered.

The order of checks is the same for all: membership, an event_id already answered, the throttle, authority.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec

from playback.domain.timeline import Timeline
from playback.models import Answered, Playback, PlaybackEvent
from playback.room.event_log import Reason, record
from playback.room.status_reports import LAST
from rooms import access
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
    SetRate,
    SyncRequest,
)
from watchium.protocol.errors import EventIdConflict, NotHost
from watchium.protocol.events import Accepted
from watchium.shared_state import rate_limits

EARLIEST_MS = 1000.0  # how far back a gesture may have happened

IdempotentCommand = Play | Pause | Seek | SetRate | Load | ContinueWithout
TOLD_AS = {"continue_without": "timeline"}
Notice = BufferStart | BufferEnd | SyncRequest


@dataclass
class Scene:
    """A deed under way: the room is locked and `now_ms` was read inside the lock."""

    by: Member
    playback: Playback
    before: Timeline
    now_ms: float
    metadata: dict[str, Any] = field(default_factory=dict)
    cause: str | None = None

    def received_at(self, at: float | None) -> float:
        """When a gesture happened: not before the last change, at most a second ago, never ahead."""
        if at is None:
            return self.now_ms
        earliest = self.now_ms - EARLIEST_MS
        if self.before.at_ms <= self.now_ms:
            earliest = max(earliest, self.before.at_ms)
        return min(max(at, earliest), self.now_ms)

    @property
    def moving(self) -> bool:
        """Playing, and not over."""
        return self.before.playing and self.before.position_at(self.now_ms) < self.before.limit_s

    @property
    def reports(self) -> list[PlayerReport]:
        return LAST.fresh(self.by.room.room_id, self.now_ms)


def accept(
    by: Member, command: IdempotentCommand, change: Callable[[Scene], Timeline | None], now_ms: float | None
) -> Accepted:
    """`change` gives the timeline that follows, or None where there is nothing to do."""
    by, (answered, playbacks) = access.lock_and_ask(
        by, PlaybackEvent.to_answer_again(by, command.event_id), Playback.to_read(by.room_id)
    )
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    content_hash = hash_of(command)
    if answered:
        return _answer_again(command.event_id, Answered(*answered[0]), content_hash)
    spend(by, kind_of(command), now_ms)
    if not by.may_control:
        raise NotHost
    playback = Playback.made_of(playbacks, by.room)
    scene = Scene(by, playback, playback.timeline, now_ms)
    timeline = change(scene)
    if timeline is None:
        return Accepted(event_id=command.event_id, revision=None, timestamp=now_ms)
    client_ms = getattr(command.payload, "at", None)
    why = Reason(by, command.event_id, content_hash, client_ms, metadata=scene.metadata)
    why = replace(why, cause=scene.cause)
    kind = TOLD_AS.get(kind_of(command), kind_of(command))
    row = record(playback, kind, timeline, why, now_ms)
    return Accepted(event_id=command.event_id, revision=row.revision, timestamp=row.at_ms)


def _answer_again(event_id: str, answered: Answered, content_hash: str) -> Accepted:
    if answered.content_hash != content_hash:
        raise EventIdConflict
    return Accepted(event_id=event_id, revision=answered.revision, timestamp=answered.at_ms)


def spend(by: Member, kind: str, now_ms: float) -> None:
    rate_limits.spend("playback", f"{by.person.user_id}:{kind}", now_ms)


def kind_of(command: IdempotentCommand | Notice) -> str:
    return str(command.__struct_config__.tag)


def hash_of(command: IdempotentCommand | Notice) -> str:
    """Of what is asked for, not of when: the same command sent again is the same."""
    asked = msgspec.to_builtins(command.payload)
    asked.pop("at", None)
    return sha256(msgspec.json.encode([kind_of(command), asked], order="sorted")).hexdigest()

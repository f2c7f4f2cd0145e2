"""A room's state, followed from what its socket says: every change once and in order, whatever got lost. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from watchium.wire import messages
from watchium.wire.messages import Custom, Event, TimelineState, WelcomeState

KINDS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in messages.ROOM_EVENTS}
CHANGES = tuple(messages.CHANGES.values())
Heard = Event | Custom


class Resume(NamedTuple):
    """What was applied last, for coming back without a snapshot."""

    revision: int = 0
    event_id: str = ""
    comment_seq: int = 0


class _Tagged(msgspec.Struct):
    type: str


def decode(frame: str | bytes) -> Heard:
    """An event; one whose type is no word of the protocol is somebody's own."""
    tag = msgspec.json.decode(frame, type=_Tagged).type
    kind: type[Heard] = KINDS.get(tag, Custom)
    return msgspec.json.decode(frame, type=kind)


def type_of(event: Heard) -> str:
    return event.type if isinstance(event, Custom) else str(event.__struct_config__.tag)


class Followed:
    """`timeline` is None until something said it: a welcome, or after a resumption the first change."""

    def __init__(self, applied: Resume) -> None:
        self.revision, self.event_id, self.comment_seq = applied
        self.timeline: TimelineState | None = None
        self._early: dict[int, Heard] = {}

    @property
    def has_gap(self) -> bool:
        """Whether a later change is known and the next one is not: time to ask for what was missed."""
        return bool(self._early)

    def welcome(self, state: WelcomeState) -> None:
        if not state.resumed:
            self.revision, self.event_id = state.revision, state.event_id
            self.comment_seq, self.timeline = state.comment_seq, state.timeline

    def take(self, event: Heard) -> list[Heard]:
        """What is to be heard now, in order: nothing for a stale or an early change."""
        match event:
            case messages.Events(payload=missed):
                self.comment_seq = max(self.comment_seq, missed.comment_seq)
                told = [heard for frame in missed.events for heard in self.take(decode(bytes(frame)))]
                return [event, *told]
            case messages.NewComment(payload=said):
                self.comment_seq = max(self.comment_seq, said.seq)
            case messages.CommentDeleted(payload=gone):
                self.comment_seq = max(self.comment_seq, gone.seq)
            case _ if isinstance(event, CHANGES):
                return self._take_change(event)
        return [event]

    def _take_change(self, event: Any) -> list[Heard]:
        if event.revision > self.revision:
            self._early[event.revision] = event
        told: list[Heard] = []
        while following := self._early.pop(self.revision + 1, None):
            self._apply(following)
            told.append(following)
        return told

    def _apply(self, event: Any) -> None:
        change = event.payload
        self.revision, self.event_id = event.revision, change.event_id or ""
        self.timeline = TimelineState(
            revision=event.revision,
            timestamp=event.timestamp,
            current_time=change.current_time,
            is_playing=change.is_playing,
            rate=change.rate,
            phase=change.phase,
            duration=change.duration,
            media=change.media,
            hold=change.hold,
        )

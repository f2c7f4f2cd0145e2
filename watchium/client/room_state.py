"""A room's state, followed from what its socket says: every change once and in order, whatever got lost. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from watchium.protocol import events
from watchium.protocol.events import Custom, Event, WelcomeState
from watchium.protocol.types import TimelineState

KINDS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in events.ROOM_EVENTS}
CHANGES = tuple(events.CHANGES.values())
Heard = Event | Custom


class Resume(NamedTuple):
    """What was applied last, and of which log, for coming back without a snapshot."""

    revision: int = 0
    event_id: str = ""
    comment_seq: int = 0
    epoch: str = ""


class _Tagged(msgspec.Struct):
    type: str


def decode(frame: str | bytes) -> Heard:
    """An event; one whose type is no word of the protocol is somebody's own."""
    tag = msgspec.json.decode(frame, type=_Tagged).type
    kind: type[Heard] = KINDS.get(tag, Custom)
    return msgspec.json.decode(frame, type=kind)


def type_of(event: Heard) -> str:
    return event.type if isinstance(event, Custom) else str(event.__struct_config__.tag)


class Numbered:
    """Taken in order and once: what comes early waits for what is missing, what comes again is dropped."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.head = last  # how far the server is known to be
        self._early: dict[int, Any] = {}

    def take(self, number: int, item: Any) -> list[Any]:
        """What can be applied now, oldest first."""
        self.head = max(self.head, number)
        if number > self.last:
            self._early[number] = item
        return self.ready()

    def ready(self) -> list[Any]:
        following = []
        while (item := self._early.pop(self.last + 1, None)) is not None:
            self.last += 1
            following.append(item)
        return following

    def reset(self, last: int) -> None:
        """A snapshot or an answer says that everything up to here is known."""
        self.last = last
        self.head = max(self.head, last)
        self._early = {number: item for number, item in self._early.items() if number > last}


class Followed:
    """`timeline` is None until something said it: a welcome, or after a resumption the first change.

    `outdated`: the server's state was rebuilt, and only a fresh connection tells what it is now.
    """

    def __init__(self, applied: Resume) -> None:
        self.changes, self.talk = Numbered(applied.revision), Numbered(applied.comment_seq)
        self.event_id, self.epoch = applied.event_id, applied.epoch
        self.timeline: TimelineState | None = None
        self.outdated = False

    @property
    def revision(self) -> int:
        return self.changes.last

    @property
    def comment_seq(self) -> int:
        return self.talk.last

    @property
    def has_gap(self) -> bool:
        """Whether more is known to have happened than was heard: time to ask for what was missed."""
        return self.changes.head > self.changes.last or self.talk.head > self.talk.last

    def welcome(self, state: WelcomeState) -> None:
        self.epoch, self.outdated = state.room.epoch, False
        if not state.resumed:
            self.changes, self.talk = Numbered(state.revision), Numbered(state.comment_seq)
            self.event_id, self.timeline = state.event_id, state.timeline

    def take(self, event: Heard) -> list[Heard]:
        """What is to be heard now, in order: nothing for a stale or an early one."""
        match event:
            case events.Events():
                return self._missed(event)
            case events.Welcome(payload=whole):  # the answer where the log does not reach back
                self.welcome(whole)
            case events.Head(payload=head):
                self.outdated = self.outdated or self.epoch not in ("", head.epoch)
                self.changes.head = max(self.changes.head, head.revision)
                self.talk.head = max(self.talk.head, head.comment_seq)
            case events.NewComment(payload=spoken) | events.CommentDeleted(payload=spoken):
                return self.talk.take(spoken.seq, event)
            case _ if isinstance(event, CHANGES):
                return self._take_change(event)
        return [event]

    def _missed(self, event: events.Events) -> list[Heard]:
        missed = event.payload
        self.talk.reset(max(self.talk.last, missed.comment_seq))
        told = [heard for frame in missed.events for heard in self._take_change(decode(bytes(frame)))]
        return [event, *told, *self.talk.ready()]

    def _take_change(self, event: Any) -> list[Heard]:
        told = self.changes.take(event.revision, event)
        for change in told:
            self._apply(change)
        return told

    def _apply(self, event: Any) -> None:
        change = event.payload
        self.event_id = change.event_id or ""
        self.timeline = TimelineState(
            revision=event.revision,
            timestamp=event.timestamp,
            current_time=change.current_time,
            is_playing=change.is_playing,
            rate=change.rate,
            phase=change.phase,
            duration=change.duration,
            duration_source=change.duration_source,
            media=change.media,
            hold=change.hold,
        )

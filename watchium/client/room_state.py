"""A local copy of a room's state that follows the events of its socket: each change once and in order. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from watchium.client.room_queue import NO_QUEUE, changed
from watchium.protocol import events, replies
from watchium.protocol.codec import ROOM_EVENTS
from watchium.protocol.events import CustomEvent, Event, WelcomeState
from watchium.protocol.moderation.events import CommentsDeleted
from watchium.protocol.queue import QueueState
from watchium.protocol.types import RoomState, TimelineState

KINDS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in ROOM_EVENTS}
CHANGES = tuple(events.CHANGES.values())
AnyEvent = Event | CustomEvent


class Resume(NamedTuple):
    """The last applied revision, command and comment, and their log, to reconnect without a snapshot.

    `queue_revision` is 0 unless the caller keeps the queue too: the welcome has the whole queue if it is another one.
    """

    revision: int = 0
    event_id: str = ""
    comment_seq: int = 0
    epoch: str = ""
    queue_revision: int = 0


class _Tagged(msgspec.Struct):
    type: str


def decode(frame: str | bytes) -> AnyEvent:
    """Decode an event; a type outside the protocol is a custom event."""
    tag = msgspec.json.decode(frame, type=_Tagged).type
    kind: type[AnyEvent] = KINDS.get(tag, CustomEvent)
    return msgspec.json.decode(frame, type=kind)


def type_of(event: AnyEvent) -> str:
    return event.type if isinstance(event, CustomEvent) else str(event.__struct_config__.tag)


class OrderedEvents:
    """Puts numbered events in order: early ones wait for the missing ones, repeated ones are dropped."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.head = last  # the server's latest known number
        self._early: dict[int, Any] = {}

    def take(self, number: int, item: Any) -> list[Any]:
        """Add an event; return those that can be applied now, oldest first."""
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
        """A snapshot or a response includes everything up to `last`."""
        self.last = last
        self.head = max(self.head, last)
        self._early = {number: item for number, item in self._early.items() if number > last}


class RoomReplica:
    """`timeline` is None until an event brings it: a welcome, or the first change after a resume.

    `outdated`: the server's state was rebuilt, and only a new connection brings the current one.
    """

    def __init__(self, applied: Resume) -> None:
        self.changes, self.comments = OrderedEvents(applied.revision), OrderedEvents(applied.comment_seq)
        self.queue_changes, self.queue = OrderedEvents(0), NO_QUEUE
        self.event_id, self.epoch = applied.event_id, applied.epoch
        self.timeline: TimelineState | None = None
        self.room: RoomState | None = None
        self.outdated = False

    @property
    def revision(self) -> int:
        return self.changes.last

    @property
    def comment_seq(self) -> int:
        return self.comments.last

    @property
    def has_gap(self) -> bool:
        """Whether the server is known to have newer changes or comments, which should be requested."""
        return any(each.head > each.last for each in (self.changes, self.comments, self.queue_changes))

    def apply_snapshot(self, state: WelcomeState) -> None:
        self.epoch, self.outdated = state.room.epoch, False
        self.room = state.room
        if not state.resumed:
            self.changes, self.comments = OrderedEvents(state.revision), OrderedEvents(state.comment_seq)
            self.event_id, self.timeline = state.event_id, state.timeline
            self.queue_changes, self.queue = OrderedEvents(0), NO_QUEUE
        if state.queue is not None:
            self._set_queue(state.queue)
        self.queue_changes.head = max(self.queue_changes.head, state.queue_revision)

    def apply(self, event: AnyEvent) -> list[AnyEvent]:
        """Apply an event; return the events that became current, in order: none for a stale or an early one."""
        match event:
            case replies.Events():
                return self._apply_missed(event)
            case events.Welcome(payload=snapshot):  # the response if the log does not reach back far enough
                self.apply_snapshot(snapshot)
            case replies.Head(payload=head):
                self.outdated = self.outdated or self.epoch not in ("", head.epoch)
                self.changes.head = max(self.changes.head, head.revision)
                self.comments.head = max(self.comments.head, head.comment_seq)
                self.queue_changes.head = max(self.queue_changes.head, head.queue_revision)
            case events.QueueChanged(payload=change):
                return self._change_queue(self.queue_changes.take(change.revision, event))
            case (
                events.NewComment(payload=comment)
                | events.CommentDeleted(payload=comment)
                | events.CommentChanged(payload=comment)
            ):
                return self.comments.take(comment.seq, event)
            case CommentsDeleted(payload=several):
                return [
                    deleted
                    for seq, pk in enumerate(several.ids, several.seq)
                    for deleted in self.comments.take(seq, _deletion(event, pk, seq))
                ]
            case _ if isinstance(event, CHANGES):
                return self._apply_change(event)
        return [event]

    def _apply_missed(self, event: replies.Events) -> list[AnyEvent]:
        missed = event.payload
        self.comments.reset(max(self.comments.last, missed.comment_seq))
        applied = [change for frame in missed.events for change in self._apply_change(decode(bytes(frame)))]
        queued = [] if missed.queue is None else self._set_queue(missed.queue)
        return [event, *applied, *self.comments.ready(), *queued]

    def _set_queue(self, queue: QueueState) -> list[AnyEvent]:
        """A whole queue, perhaps older than the changes since; return those that follow it."""
        if queue.revision <= self.queue.revision:
            return []
        self.queue = queue
        self.queue_changes.reset(queue.revision)
        return self._change_queue(self.queue_changes.ready())

    def _change_queue(self, ready: list[Any]) -> list[AnyEvent]:
        for event in ready:
            self.queue = changed(self.queue, event.payload)
        return ready

    def _apply_change(self, event: Any) -> list[AnyEvent]:
        ready = self.changes.take(event.revision, event)
        for change in ready:
            self._set_timeline(change)
        return ready

    def _set_timeline(self, event: Any) -> None:
        change = event.payload
        if isinstance(change, events.RoomChange):
            self.room = change.room
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


def _deletion(event: CommentsDeleted, pk: int, seq: int) -> events.CommentDeleted:
    payload = events.DeletedComment(id=pk, seq=seq)
    return events.CommentDeleted(room_id=event.room_id, timestamp=event.timestamp, payload=payload)

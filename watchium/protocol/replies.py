"""Replies: events for one socket only, which answer a command or describe the connection."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from watchium.protocol.events import Event
from watchium.protocol.queue import QueueState
from watchium.protocol.types import CommentState


class PongTimes(Struct, frozen=True, kw_only=True):
    t0: float
    t1: float
    t2: float
    clock_id: str


class Pong(Event, tag="pong", frozen=True, kw_only=True):
    """The reply to `ping`."""

    payload: PongTimes


class Accepted(Struct, frozen=True, kw_only=True):
    """The acknowledgement of a command, over socket and HTTP alike. `timestamp`: when the change takes effect.

    `revision`: of the room's timeline, or of the queue if the command is about it. Null: there was nothing to change.
    """

    event_id: str
    revision: int | None
    timestamp: float


class Ack(Event, tag="ack", frozen=True, kw_only=True):
    """The command was accepted."""

    payload: Accepted


class HeadState(Struct, frozen=True, kw_only=True):
    revision: int
    comment_seq: int
    epoch: str
    queue_revision: int = 0


class Head(Event, tag="head", frozen=True, kw_only=True):
    """The latest revisions and comment of the room, in reply to a heartbeat or after lost events."""

    payload: HeadState


class MissedEvents(Struct, frozen=True, kw_only=True):
    """The events since the requested revision, oldest first.

    `more`: repeat the request from this `revision` and `comment_seq`. `queue`: the whole queue, if the request named
    another revision of it. `changed`: earlier comments as they are now, if they were edited or reacted to.
    """

    events: list[msgspec.Raw]
    comments: list[CommentState]
    deleted: list[int]
    revision: int
    comment_seq: int
    more: bool
    queue: QueueState | None = None
    changed: list[CommentState] = []


class Events(Event, tag="events", frozen=True, kw_only=True):
    """The missed events, in reply to `sync_request` or after a resumed `welcome`."""

    payload: MissedEvents


class Problem(Struct, frozen=True, kw_only=True):
    """`code` is for programs, `message` for users; error responses over HTTP have the same object as their body.

    `detail`: the invalid part of a message, for developers.
    """

    code: str
    message: str
    event_id: str | None = None
    retry_after_ms: int | None = None
    detail: str | None = None


class Error(Event, tag="error", frozen=True, kw_only=True):
    """The command was rejected; without an `event_id`, the connection."""

    payload: Problem


class Health(Struct, frozen=True, kw_only=True):
    degraded: bool


class Status(Event, tag="status", frozen=True, kw_only=True):
    """Whether events of other server processes arrive late."""

    payload: Health


class ClosingNotice(Struct, frozen=True, kw_only=True):
    code: int
    retry_after_ms: int | None = None


class Closing(Event, tag="closing", frozen=True, kw_only=True):
    """The server stops and is about to close the socket."""

    payload: ClosingNotice

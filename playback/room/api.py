"""A room's playback over HTTP: its event log, and one endpoint for the commands."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.request import Request

from playback.room import actions, queries
from rooms.api_view import RoomAPIView, json_response
from rooms.models import Member
from watchium.protocol.commands import (
    CaptionShift,
    ChapterList,
    ContinueWithout,
    Load,
    MediaRequest,
    OptionalPosition,
    Pause,
    Play,
    RateChange,
    Seek,
    SeekTarget,
    SetChapters,
    SetRate,
    ShiftCaptions,
)
from watchium.protocol.errors import BadMessage, Stale, gettext_noop
from watchium.protocol.replies import Accepted, Problem
from watchium.protocol.types import (
    EventId,
    ItemId,
    Milliseconds,
    MimeType,
    OwnCopy,
    Rate,
    Seconds,
    TypedChapter,
    Url,
)


class Control(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`seek` needs `current_time`, `set_rate` needs `rate`, `shift_captions` `ms`, `set_chapters` `chapters`, `load` a
    `media_url`, `item_id` or `own`."""

    action: Literal[
        "play", "pause", "seek", "set_rate", "load", "shift_captions", "set_chapters", "continue_without"
    ]
    event_id: EventId
    current_time: Seconds | None = None
    at: Milliseconds | None = None
    rate: Rate | None = None
    media_url: Url | None = None
    item_id: ItemId | None = None
    own: OwnCopy | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None
    mime: MimeType | None = None
    ms: Annotated[int, Meta(ge=-600_000, le=600_000)] | None = None
    chapters: Annotated[list[TypedChapter], Meta(max_length=100)] | None = None


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """The envelopes that were sent to sockets, oldest first. `more`: request the next from this `revision`."""

    events: list[msgspec.Raw]
    revision: int
    more: bool


class Trimmed(Stale):
    """The log does not reach back to that revision, or was restored from a backup: events would be missing."""

    message = gettext_noop("The events since then are no longer available. Read the state again.")


class RoomControl(RoomAPIView):
    @extend_schema(
        operation_id="control",
        request=Control,
        responses={200: Accepted, "4XX": Problem},
        description="Play, pause, seek, change the rate or load media: the same actions as over the socket.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        control = self.body(Control)
        return json_response(dispatch(self.member(room_id), control))


def dispatch(member: Member, control: Control) -> Accepted:
    """Run the same command as over the socket, so that one event_id is one command over both."""
    where = OptionalPosition(current_time=control.current_time, at=control.at)
    match control:
        case Control(action="play"):
            return actions.play(member, Play(event_id=control.event_id, payload=where))
        case Control(action="pause"):
            return actions.pause(member, Pause(event_id=control.event_id, payload=where))
        case Control(action="seek", current_time=float() | int() as current_time):
            target = SeekTarget(current_time=current_time, at=control.at)
            return actions.seek(member, Seek(event_id=control.event_id, payload=target))
        case Control(action="set_rate", rate=float() | int() as rate):
            change = RateChange(rate=rate, at=control.at)
            return actions.set_rate(member, SetRate(event_id=control.event_id, payload=change))
        case Control(action="continue_without"):
            return actions.continue_without(member, ContinueWithout(event_id=control.event_id))
        case Control(action="shift_captions", ms=int() as ms):
            shift = ShiftCaptions(event_id=control.event_id, payload=CaptionShift(ms=ms))
            return actions.shift_captions(member, shift)
        case Control(action="set_chapters", chapters=list() as typed):
            listed = SetChapters(event_id=control.event_id, payload=ChapterList(chapters=typed))
            return actions.set_chapters(member, listed)
        case Control(action="load"):
            return actions.load(member, Load(event_id=control.event_id, payload=_media_request(control)))
    needed = {"seek": "current_time", "set_rate": "rate", "shift_captions": "ms", "set_chapters": "chapters"}[
        control.action
    ]
    raise BadMessage(detail=f"Object missing required field `{needed}`")


def _media_request(control: Control) -> MediaRequest:
    try:
        return MediaRequest(
            media_url=control.media_url,
            item_id=control.item_id,
            own=control.own,
            title=control.title,
            mime=control.mime,
        )
    except ValueError as error:
        raise BadMessage(detail=str(error)) from None


class EventLog(RoomAPIView):
    @extend_schema(
        operation_id="events",
        parameters=[OpenApiParameter("since", int, description="The last revision you applied.")],
        responses={200: Since, "4XX": Problem},
        description="Every change after a revision, at most 500 at once. Refused as `stale` where the log does "
        "not reach back that far: then read the state.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        since = self.query_integer("since", 0)
        room = self.member(room_id).room
        events = queries.missed(room, since)
        last = since + len(events)
        if last != (_revision(events[-1]) if events else room.revision):
            raise Trimmed
        return json_response(Since(events=events, revision=last, more=len(events) == queries.MAX_EVENTS))


class _Numbered(msgspec.Struct):
    revision: int


def _revision(event: msgspec.Raw) -> int:
    return msgspec.json.decode(event, type=_Numbered).revision

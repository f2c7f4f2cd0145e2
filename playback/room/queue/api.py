"""The queue over HTTP: the same actions as over the socket. All other commands go to `.../commands/`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import UNSET, UnsetType
from rest_framework.request import Request

from playback.domain.room_queue.state import RoomQueue
from playback.room.queue.actions import change_queue
from playback.room.queue.storage import encoded_queue
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.errors import BadMessage
from watchium.protocol.player_commands import EntryMove, EntryRef
from watchium.protocol.player_types import EntryId
from watchium.protocol.queue import (
    AddToQueue,
    EntriesToRemove,
    EntryVote,
    MediaToQueue,
    MoveInQueue,
    PlayFromQueue,
    QueueCommand,
    QueueState,
    RemoveFromQueue,
    VoteForEntry,
)
from watchium.protocol.replies import Accepted, Problem
from watchium.protocol.types import EventId
from watchium.protocol.validation import validation_error


class NewEntries(MediaToQueue, forbid_unknown_fields=True, frozen=True, kw_only=True):
    event_id: EventId


class EntryChange(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One of three: `before`, the entry to move it in front of, null for the end; `play`, to play it now; `vote`, to
    give or take back a vote."""

    event_id: EventId
    before: EntryId | UnsetType | None = UNSET
    play: bool | UnsetType = UNSET
    vote: bool | UnsetType = UNSET


class RoomQueueEntries(RoomAPIView):
    @extend_schema(
        operation_id="queue",
        responses={200: QueueState, "4XX": Problem},
        description="The room's queue.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        _, encoded = encoded_queue(self.member(room_id).room)
        return json_response(RoomQueue().to_protocol() if encoded is None else encoded)

    @extend_schema(
        operation_id="queue_add",
        request=NewEntries,
        responses={200: Accepted, "4XX": Problem},
        description="Add up to 100 media to the queue, all or none.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        body = self.body(NewEntries)
        added = MediaToQueue(items=body.items, next=body.next, skip_missing=body.skip_missing)
        command = AddToQueue(event_id=body.event_id, payload=added)
        return json_response(change_queue(self.member(room_id), command))


class OneQueueEntry(RoomAPIView):
    @extend_schema(
        operation_id="queue_entry_change",
        request=EntryChange,
        responses={200: Accepted, "4XX": Problem},
        description="Move an entry, play it now, or vote for it.",
    )
    def patch(self, request: Request, room_id: str, entry_id: str) -> HttpResponse:
        command = _command(self.body(EntryChange), _checked(entry_id, EntryId))
        return json_response(change_queue(self.member(room_id), command))

    @extend_schema(
        operation_id="queue_entry_remove",
        parameters=[OpenApiParameter("event_id", str, description="Chosen by the client, as in commands.")],
        responses={200: Accepted, "4XX": Problem},
        description="Remove an entry; to remove the current one is to skip it.",
    )
    def delete(self, request: Request, room_id: str, entry_id: str) -> HttpResponse:
        removed = EntriesToRemove(entry_ids=[_checked(entry_id, EntryId)])
        event_id = _checked(request.query_params.get("event_id") or uuid4().hex, EventId)
        command = RemoveFromQueue(event_id=event_id, payload=removed)
        return json_response(change_queue(self.member(room_id), command))


def _command(change: EntryChange, entry_id: str) -> QueueCommand:
    match change:
        case EntryChange(before=UnsetType(), play=True, vote=UnsetType()):
            return PlayFromQueue(event_id=change.event_id, payload=EntryRef(entry_id=entry_id))
        case EntryChange(before=UnsetType(), play=UnsetType(), vote=bool(on)):
            return VoteForEntry(event_id=change.event_id, payload=EntryVote(entry_id=entry_id, on=on))
        case EntryChange(before=None | str() as before, play=UnsetType(), vote=UnsetType()):
            move = EntryMove(entry_id=entry_id, before=before)
            return MoveInQueue(event_id=change.event_id, payload=move)
    raise BadMessage(detail="Object needs one of `before`, `play` (true) and `vote`")


def _checked(value: str, kind: Any) -> str:
    """Raises BadMessage."""
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError as error:
        raise validation_error(error) from None

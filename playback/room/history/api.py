"""The history of a room over HTTP: what it played, and where it left each."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from playback.models import PlayedMedia
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.replies import Problem
from watchium.protocol.types import Media

PAGE_SIZE = 30
MAX_ID = 2**53


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """Media that the room left at `position` (seconds) at `left_at`.

    `continue_at`: where to continue; null if the media had barely begun, or were nearly over. `user_id`, `username`:
    the member who put them on; they and `started_at` are null if that is not known any more.
    """

    id: int
    media: Media
    position: float
    duration: float | None
    continue_at: float | None
    started_at: float | None
    left_at: float
    user_id: str | None
    username: str | None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Latest first. If `more` is set, there is earlier history before the `id` of the last."""

    played: list[Played]
    more: bool


class RoomHistory(RoomAPIView):
    @extend_schema(
        operation_id="history",
        parameters=[
            OpenApiParameter("before", int, description="The `id` of the earliest that you have."),
            OpenApiParameter("limit", int, description="At most 30, which is also the default."),
        ],
        responses={200: History, "4XX": Problem},
        description="What the room played before, and where it left each. The last 300 are kept.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        before = self.query_integer("before", MAX_ID)
        limit = self.query_integer("limit", PAGE_SIZE, maximum=PAGE_SIZE)
        rows = PlayedMedia.objects.before(self.readable_room(room_id), before, limit + 1)
        return json_response(History(played=list(map(_played, rows[:limit])), more=len(rows) > limit))


def _played(row: PlayedMedia) -> Played:
    return Played(
        id=row.pk,
        media=row.played_media,
        position=row.position,
        duration=row.duration,
        continue_at=row.continue_at,
        started_at=row.started_ms,
        left_at=row.left_ms,
        user_id=row.person.user_id if row.person else None,
        username=row.name if row.person else None,
    )

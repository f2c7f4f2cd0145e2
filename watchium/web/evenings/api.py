"""The evenings of a room over the API; one of them also as a file."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rooms.api_view import RoomAPIView, json_response
from watchium import server_clock
from watchium.protocol.replies import Problem
from watchium.services.evening.evenings import (
    Evenings,
    EveningState,
    delete_evening,
    keep_evening,
    list_evenings,
    read_evening,
)


class EveningToKeep(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    id: int


class RoomEvenings(RoomAPIView):
    @extend_schema(
        operation_id="evenings",
        responses={200: Evenings, "4XX": Problem},
        description="The evenings that the room keeps, and those of the last seven days. For members.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        return json_response(list_evenings(self.member(room_id), server_clock.now_ms()))

    @extend_schema(
        operation_id="evening_keep",
        request=EveningToKeep,
        responses={200: Evenings, "4XX": Problem},
        description="Keep an evening of the last seven days. For the host and the owner. Idempotent.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        number, member = self.body(EveningToKeep).id, self.member(room_id)
        return json_response(keep_evening(member, number, server_clock.now_ms()))


class OneEvening(RoomAPIView):
    @extend_schema(
        operation_id="evening",
        responses={200: EveningState, "4XX": Problem},
        description="An evening without its pauses: media, comments and reactions at their moments, who was there.",
    )
    def get(self, request: Request, room_id: str, number: int) -> HttpResponse:
        evening = read_evening(self.member(room_id), number, server_clock.now_ms())
        response = json_response(evening)
        if "download" in request.query_params:
            response["Content-Disposition"] = attachment(evening, "json")
        return response

    @extend_schema(
        operation_id="evening_delete",
        responses={204: None, "4XX": Problem},
        description="Delete an evening and its reactions. The comments stay in the chat.",
    )
    def delete(self, request: Request, room_id: str, number: int) -> HttpResponse:
        delete_evening(self.member(room_id), number, server_clock.now_ms())
        return HttpResponse(status=204)


def attachment(evening: EveningState, ending: str) -> str:
    day = datetime.fromtimestamp(evening.started_at / 1000, UTC).date()
    return f'attachment; filename="evening-{day.isoformat()}.{ending}"'

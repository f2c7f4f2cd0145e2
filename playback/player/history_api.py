"""My history over HTTP: what a person watched and heard, in rooms and alone."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from playback.models import HistoryOff, WatchedMedia
from rooms.api_view import RoomAPIView, json_response
from rooms.models import Member, Person
from watchium.protocol.errors import NotMember
from watchium.protocol.replies import Problem
from watchium.protocol.types import Media

PAGE_SIZE = 30
MAX_MS = 2**53


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Media that you left at `position` (seconds) at `at`; `continue_at` is null if there is nothing to continue.

    `room_id`, `room_title`: where, if you are still a member of that room.
    """

    id: int
    media: Media
    position: float
    duration: float | None
    continue_at: float | None
    at: float
    room_id: str | None
    room_title: str | None


class MyHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Latest first. `on`: whether it is recorded. `known`: false for a visitor who is neither guest nor account yet."""

    watched: list[Watched]
    more: bool
    on: bool
    known: bool


class HistorySwitch(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    on: bool


class PlayerHistoryView(RoomAPIView):
    @extend_schema(
        operation_id="player_history",
        parameters=[
            OpenApiParameter(
                "before", int, description="The `at` of the earliest that you have, rounded up."
            ),
            OpenApiParameter("limit", int, description="At most 30, which is also the default."),
        ],
        responses={200: MyHistory, "4XX": Problem},
        description="What you watched and heard, in rooms and alone. The last 300 are kept.",
    )
    def get(self, request: Request) -> HttpResponse:
        before = self.query_integer("before", MAX_MS)
        limit = self.query_integer("limit", PAGE_SIZE, maximum=PAGE_SIZE)
        return json_response(_history(self.identity.person, before, limit))

    @extend_schema(
        operation_id="player_history_switch",
        request=HistorySwitch,
        responses={200: MyHistory, "4XX": Problem},
        description="Switch the recording of your history off or on. What it has stays until you clear it.",
    )
    def patch(self, request: Request) -> HttpResponse:
        switch, person = self.body(HistorySwitch), self._person()
        HistoryOff.objects.switch(person, on=switch.on)
        return json_response(_history(person, MAX_MS, PAGE_SIZE))

    @extend_schema(
        operation_id="player_history_clear",
        responses={204: None, "4XX": Problem},
        description="Delete your history.",
    )
    def delete(self, request: Request) -> HttpResponse:
        WatchedMedia.objects.clear(self._person())
        return HttpResponse(status=204)

    def _person(self) -> Person:
        person = self.identity.person
        if person is None:
            raise NotMember("There is no history yet: join a room or sign in first.")
        self.limit_commands(person.user_id)
        return person


def _history(person: Person | None, before: float, limit: int) -> MyHistory:
    if person is None:
        return MyHistory(watched=[], more=False, on=True, known=False)
    rows = WatchedMedia.objects.before(person, before, limit + 1)
    rooms = Member.objects.rooms_of(person, [row.room_id for row in rows if row.room_id is not None])
    return MyHistory(
        watched=[_watched(row, row.room_id in rooms) for row in rows[:limit]],
        more=len(rows) > limit,
        on=not HistoryOff.objects.has(person),
        known=True,
    )


def _watched(row: WatchedMedia, is_member: bool) -> Watched:
    room = row.room if is_member else None
    return Watched(
        id=row.pk,
        media=row.watched_media,
        position=row.position,
        duration=row.duration,
        continue_at=row.continue_at,
        at=row.at_ms,
        room_id=room.room_id if room else None,
        room_title=room.title if room else None,
    )

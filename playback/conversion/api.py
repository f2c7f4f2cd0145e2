"""Preparation over HTTP: start, watch and cancel it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.request import Request

from playback.conversion import actions, play_when_ready
from playback.library.api import LibraryAccessDenied
from playback.library.serializers import library_item, library_items, shown
from playback.library.views import may_read
from playback.models import Conversion, MediaItem, PlayWhenReady
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from rooms.models import Member, Person
from watchium.protocol.errors import BadMessage, NotAllowed, NotFound, gettext_noop
from watchium.protocol.player_types import LibraryItem
from watchium.protocol.replies import Problem

SHOWN = timedelta(minutes=10)  # how long a finished conversion stays in the list


class PrepareRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`room_id`: a room whose media the person may change; staff need none. `play`: play it there when it is ready."""

    room_id: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    play: bool = False


class Conversions(msgspec.Struct, frozen=True, kw_only=True):
    """Items whose conversion is queued, running, or ended in the last ten minutes, the newest first.

    `unavailable`: why this server cannot prepare anything; null if it can. `play_next`: the id of the item that the
    given room plays when it is ready.
    """

    items: list[LibraryItem]
    unavailable: str | None
    play_next: int | None


class NoRight(NotAllowed):
    message = gettext_noop("Only staff, and those who may change the media of a room, can prepare files.")


class NoSuchItem(NotFound):
    message = gettext_noop("There is no such file in the library.")


class Prepare(RoomAPIView):
    @extend_schema(
        operation_id="prepare",
        request=PrepareRequest,
        responses={200: LibraryItem, "4XX": Problem},
        description="Convert an item so that every browser plays it. Does nothing if it is being converted or was.",
    )
    def post(self, request: Request, item_id: int) -> HttpResponse:
        asked = self.body(PrepareRequest)
        person, limited = self._authorized(asked)
        item = self._item(item_id)
        conversion = actions.prepare(
            item, person, limited=limited, address=self.identity.address, room_id=asked.room_id or ""
        )
        if asked.play:
            play_when_ready.request(self._controlling_member(asked.room_id), conversion)
        return self._respond(item_id)

    @extend_schema(
        operation_id="cancel_preparation",
        request=PrepareRequest,
        responses={200: LibraryItem, "4XX": Problem},
        parameters=[OpenApiParameter("room_id", str, description="Instead of `room_id` in the body.")],
        description="Cancel the conversion of an item. Staff may cancel all, others those that they asked for.",
    )
    def delete(self, request: Request, item_id: int) -> HttpResponse:
        asked = self.body(PrepareRequest)
        room_id = asked.room_id or request.query_params.get(
            "room_id"
        )  # some clients send no body with DELETE
        person, limited = self._authorized(PrepareRequest(room_id=room_id))
        item = self._item(item_id)
        active = Conversion.objects.active_of(item)
        if limited and active is not None and (person is None or active.asked_by_id != person.pk):
            raise NotAllowed("Another person asked for this preparation.")
        actions.cancel(item)
        return self._respond(item_id)

    def _authorized(self, asked: PrepareRequest) -> tuple[Person | None, bool]:
        """Return the person, and whether limits apply to it. Raises NoRight, NotHost, NotMember."""
        person = self.identity.person
        if is_staff(person):
            self.limit_commands(person.user_id if person else "")
            return person, False
        if asked.room_id is None:
            raise NoRight
        return self._controlling_member(asked.room_id).person, True

    def _controlling_member(self, room_id: str | None) -> Member:
        if room_id is None:
            raise BadMessage(detail="Object missing required field `room_id`")
        member = self.member(room_id)
        member.require(Right.MEDIA)
        return member

    def _item(self, item_id: int) -> MediaItem:
        item = MediaItem.objects.whole_rows([item_id]).get(item_id)
        if item is None or item.missing:
            raise NoSuchItem
        return item

    def _respond(self, item_id: int) -> HttpResponse:
        return json_response(library_items([self._item(item_id)])[0])


class ConversionList(RoomAPIView):
    @extend_schema(
        operation_id="conversions",
        parameters=[OpenApiParameter("room_id", str, description="For `play_next`; for members.")],
        responses={200: Conversions, "4XX": Problem},
        description="What is being prepared: for pages that show the progress.",
    )
    def get(self, request: Request) -> HttpResponse:
        if not may_read(self.identity):
            raise LibraryAccessDenied
        rows = Conversion.objects.recent(timezone.now() - SHOWN)
        latest = {row.item_id: row for row in reversed(rows)}
        items = [library_item(row.item, row) for row in latest.values() if row.item is not None]
        unavailable = shown(actions.unavailable_reason()) or None
        return json_response(Conversions(items=items, unavailable=unavailable, play_next=self._play_next()))

    def _play_next(self) -> int | None:
        room_id = self.request.query_params.get("room_id")
        waiting = PlayWhenReady.objects.of_room(self.member(room_id).room) if room_id else None
        return waiting.conversion.item_id if waiting else None


def is_staff(person: Person | None) -> bool:
    account = person.account if person is not None else None
    return bool(account is not None and account.is_active and account.is_staff)

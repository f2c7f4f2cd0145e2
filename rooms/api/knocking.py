"""Asking to join a room, and who waits."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rooms import actions
from rooms.actions.admission import WaitingGuest
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from rooms.models import JoinRequest, Token
from watchium.protocol.errors import NotMember
from watchium.protocol.events import WaitingList
from watchium.protocol.replies import Problem


class JoinAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`answer`: none yet, admitted (join now), declined or lapsed (ask again)."""

    answer: str


class OwnKnock(RoomAPIView):
    @extend_schema(
        operation_id="knock",
        responses={200: JoinAnswer, "4XX": Problem},
        description="The answer to your request to join a room that asks its host first.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        person = self.identity.person
        found = JoinRequest.objects.of_person(room_id, person) if person else None
        if found is None:
            raise NotMember
        return json_response(JoinAnswer(answer=found.answer_at(timezone.now())))


class Knocks(RoomAPIView):
    @extend_schema(
        operation_id="knocks",
        responses={200: WaitingList, "4XX": Problem},
        description="Who waits to join, for members who may let them in (`admit`).",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        member.require(Right.REMOVE)
        return json_response(actions.waiting_list(member.room, timezone.now()))


class Knocking(msgspec.Struct, frozen=True, kw_only=True):
    """The host is asked. `token`: of the guest that an anonymous client became, to ask again with."""

    code: str
    message: str
    retry_after_ms: int | None
    token: str | None = None


def waiting_guest(waiting: WaitingGuest) -> Knocking:
    return Knocking(
        code=waiting.code,
        message=str(waiting),
        retry_after_ms=waiting.retry_after_ms,
        token=Token.objects.issue(waiting.person),
    )

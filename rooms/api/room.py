"""A room: membership, description, favourites, members, the lists of moderation, leaving and closing."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rooms import actions
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from rooms.models import Member, Room, Token
from rooms.serializers import moderation_state
from rooms.urls import room_url
from watchium import server_clock
from watchium.protocol.errors import NotMember
from watchium.protocol.moderation.events import ModerationState
from watchium.protocol.replies import Problem
from watchium.shared_state import rate_limits


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """Your membership. `token` is set if the request was anonymous: send it as a bearer token from now on."""

    room_id: str
    url: str
    user_id: str
    username: str
    role: str
    token: str | None = None


def membership(request: Request, member: Member) -> Membership:
    """Build the response to creating or joining a room. An anonymous client also gets a token, and no cookie."""
    was_anonymous = request.user is None
    return Membership(
        room_id=member.room.room_id,
        url=room_url(request._request, member.room.room_id),
        user_id=member.person.user_id,
        username=member.username,
        role=member.role,
        token=Token.objects.issue(member.person) if was_anonymous else None,
    )


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What few pages need: the `description`, the address of its `cover`, its own address (`slug`, below /r/)."""

    description: str
    cover: str | None
    slug: str | None
    may_have_slug: bool
    favourite: bool


class AboutRoom(RoomAPIView):
    @extend_schema(
        operation_id="room_about",
        responses={200: About, "4XX": Problem},
        description="The description of the room and its own address, for members. PATCH the room to change them.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        room = Room.objects.with_cover().select_related("owner").get(pk=member.room_id)
        may_have_slug = bool(room.owner and room.owner.account_id)
        return json_response(
            About(
                description=room.description,
                cover=room.cover,
                slug=room.slug,
                may_have_slug=may_have_slug,
                favourite=Member.objects.is_favourite(member),
            )
        )


class Ownership(RoomAPIView):
    @extend_schema(
        operation_id="room_claim",
        request=None,
        responses={204: None, "4XX": Problem},
        description="Become the owner of a room whose owner is gone, as its host and with an account.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        actions.claim_room(self.member(room_id))
        return HttpResponse(status=204)


class FavouriteChoice(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    on: bool


class Favourite(RoomAPIView):
    @extend_schema(
        operation_id="favourite",
        request=FavouriteChoice,
        responses={204: None, "4XX": Problem},
        description="Put the room first in your list of rooms, or not any more.",
    )
    def put(self, request: Request, room_id: str) -> HttpResponse:
        Member.objects.set_favourite(self.member(room_id), on=self.body(FavouriteChoice).on)
        return HttpResponse(status=204)


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    role: str
    present: bool
    joined_at: float


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    members: list[MemberRow]


class Members(RoomAPIView):
    @extend_schema(
        operation_id="members",
        responses={200: MemberList, "4XX": Problem},
        description="All members, present or absent, latest to join first, at most 500. For moderators.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        member.require(Right.REMOVE)
        rows = Member.objects.newest(member.room)
        return json_response(MemberList(members=[_row(row) for row in rows]))


class Moderation(RoomAPIView):
    @extend_schema(
        operation_id="moderation",
        responses={200: ModerationState, "4XX": Problem},
        description="Mutes and bans in force, the latest acts, and the words of the filter. For moderators.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        member.require(Right.REMOVE)
        rate_limits.spend("moderation", member.person.user_id, server_clock.now_ms())
        state = moderation_state(member, now_ms=server_clock.now_ms(), now=timezone.now())
        return json_response(state)


def _row(member: Member) -> MemberRow:
    return MemberRow(
        user_id=member.person.user_id,
        username=member.username,
        role=member.role,
        present=member.present,
        joined_at=member.joined_at.timestamp() * 1000,
    )


class Leaving(RoomAPIView):
    @extend_schema(
        operation_id="room_leave",
        request=None,
        responses={204: None, "4XX": Problem},
        description="Leave the room. Idempotent.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        try:
            actions.leave(self.member(room_id))
        except NotMember:
            if self.identity.person is None:
                raise
        return HttpResponse(status=204)


class OneRoom(RoomAPIView):
    """Close a room. Subclassed above `rooms`, because reading and changing one need playback as well."""

    @extend_schema(
        operation_id="room_close",
        responses={204: None, "4XX": Problem},
        description="Close the room for good. For the host and the owner.",
    )
    def delete(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        actions.close_room(member.room, actor=member)
        self.after_close(member.room)
        return HttpResponse(status=204)

    def after_close(self, room: Room) -> None:
        """Overridden by the class that knows the other apps."""

"""HTTP API of rooms, as far as it needs no other app."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rooms import actions
from rooms.actions.admission import WaitingGuest, room_code
from rooms.api_view import RoomAPIView, json_response
from rooms.auth.companions import account_hash, record_issued, record_issued_code
from rooms.domain.rights import Right
from rooms.models import Companion, JoinRequest, Member, Person, PlayerCode, Room, Token
from rooms.models.companion import TICKET_LASTS
from rooms.serializers import moderation_state
from rooms.urls import player_server, room_url
from watchium import server_clock
from watchium.protocol.errors import NotFound, NotMember, RuleRefused
from watchium.protocol.events import WaitingList
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


class CompanionTicket(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: to open on your second screen until `expires_at` (server time), once."""

    url: str
    expires_at: float


class Companions(RoomAPIView):
    @extend_schema(
        operation_id="companion",
        request=None,
        responses={201: CompanionTicket, "4XX": Problem},
        description="A ticket with which one other browser, such as that of your phone, is you in this room: "
        "chat, queue, reactions and controls. It can be used once, within two minutes; an earlier one ends. "
        "Second screens get none.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        if self.identity.is_companion:
            raise RuleRefused  # it would renew itself
        now_ms = server_clock.now_ms()
        rate_limits.spend("companion", member.person.user_id, now_ms)
        person = Person.objects.with_account(member.person_id) or member.person
        with transaction.atomic():
            issue = Companion.objects.issue
            companion, ticket = issue(member.room, person, account_hash(person), timezone.now())
        if not isinstance(request.auth, Token):
            record_issued(request.session, companion)
        url = f"{room_url(request._request, room_id)}companion/{ticket}/"
        expires_at = now_ms + TICKET_LASTS.total_seconds() * 1000
        return json_response(CompanionTicket(url=url, expires_at=expires_at), 201)


class NativePlayer(msgspec.Struct, frozen=True, kw_only=True):
    """What you type into Syncplay: server, room and password. With this password its player is you in the room."""

    server: str
    room: str
    password: str


class PlayerCodes(RoomAPIView):
    @extend_schema(
        operation_id="player_code",
        request=None,
        responses={201: NativePlayer, "4XX": Problem},
        description="A password with which Syncplay, and so mpv or VLC, is you in this room. It is shown once; an "
        "earlier one ends. It lasts as long as you are a member, thirty days without use, and ends with the session "
        "or token that made it.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        member = self._member(room_id)
        rate_limits.spend("companion", member.person.user_id, server_clock.now_ms())
        person = Person.objects.with_account(member.person_id) or member.person
        with transaction.atomic():
            issue = PlayerCode.objects.issue
            issued, code = issue(member.room, person, account_hash(person), timezone.now())
        if not isinstance(request.auth, Token):
            record_issued_code(request.session, issued)
        server = player_server(request._request)
        return json_response(NativePlayer(server=server, room=room_id, password=code), 201)

    @extend_schema(
        operation_id="player_code_end",
        responses={204: None, "4XX": Problem},
        description="End your password for Syncplay in this room, and disconnect what uses it.",
    )
    def delete(self, request: Request, room_id: str) -> HttpResponse:
        member = self._member(room_id)
        PlayerCode.objects.end_in_room(member.room_id, member.person_id)
        actions.reconnect_person(member.person_id)
        return HttpResponse(status=204)

    def _member(self, room_id: str) -> Member:
        member = self.member(room_id)
        if settings.SYNCPLAY is None:
            raise NotFound
        if self.identity.is_companion:
            raise RuleRefused
        return member


class RoomCode(msgspec.Struct, frozen=True, kw_only=True):
    """`code`: six letters, to be typed at `address` until `until` (Unix ms)."""

    code: str
    address: str
    until: float


class Code(RoomAPIView):
    @extend_schema(
        operation_id="room_code",
        request=None,
        responses={200: RoomCode, "4XX": Problem},
        description="A short code of the room, for devices on which the link cannot be opened. It is valid for a day.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        code, until = room_code(self.member(room_id))
        address = request._request.build_absolute_uri("/j/")
        return json_response(RoomCode(code=code, address=address, until=until.timestamp() * 1000))


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


class OwnToken(RoomAPIView):
    @extend_schema(
        operation_id="token_end",
        responses={204: None, "4XX": Problem},
        description="Revoke the token this request is sent with, and close its sockets. Your passwords for Syncplay "
        "end too.",
    )
    def delete(self, request: Request) -> HttpResponse:
        if not isinstance(request.auth, Token):
            raise NotMember("Send the token to revoke as a bearer token.")
        actions.revoke_token(request.auth)
        return HttpResponse(status=204)


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

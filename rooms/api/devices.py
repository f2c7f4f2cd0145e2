"""Further devices of a member: second screens, native players, the short code of a room, and tokens."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rooms import actions
from rooms.actions.admission import room_code
from rooms.api_view import RoomAPIView, json_response
from rooms.auth.companions import account_hash, has_same_account, record_issued
from rooms.models import Companion, Member, Person, PlayerCode, Token
from rooms.models.companion import TICKET_LASTS
from rooms.urls import player_server, room_url
from watchium import server_clock
from watchium.protocol.errors import NotFound, NotMember, RuleRefused
from watchium.protocol.replies import Problem
from watchium.shared_state import rate_limits


class IssuingView(RoomAPIView):
    """Issues what lets another device act as the member."""

    def member_itself(self, room_id: str) -> Member:
        """Raises RuleRefused for a second screen: it would renew itself."""
        member = self.member(room_id)
        if self.identity.is_companion:
            raise RuleRefused
        return member

    def issue(self, member: Member, kind: type[Companion] | type[PlayerCode]) -> str:
        """Return the secret of a new one, which ends with this browser's session. Raises RateLimited."""
        rate_limits.spend("companion", member.person.user_id, server_clock.now_ms())
        person = Person.objects.with_account(member.person_id) or member.person
        with transaction.atomic():
            issued, secret = kind.objects.issue(member.room, person, account_hash(person), timezone.now())
        if not isinstance(self.request.auth, Token):
            record_issued(self.request.session, issued)
        return secret


class CompanionTicket(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: to open on your second screen until `expires_at` (server time), once."""

    url: str
    expires_at: float


class Companions(IssuingView):
    @extend_schema(
        operation_id="companion",
        request=None,
        responses={201: CompanionTicket, "4XX": Problem},
        description="A ticket with which one other browser, such as that of your phone, is you in this room: "
        "chat, queue, reactions and controls. It can be used once, within two minutes; an earlier one ends. "
        "Second screens get none.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member_itself(room_id)
        expires_at = server_clock.now_ms() + TICKET_LASTS.total_seconds() * 1000
        ticket = self.issue(member, Companion)
        url = f"{room_url(request._request, room_id)}companion/{ticket}/"
        return json_response(CompanionTicket(url=url, expires_at=expires_at), 201)


class NativePlayer(msgspec.Struct, frozen=True, kw_only=True):
    """What you type into Syncplay: server, room and password. With this password its player is you in the room."""

    server: str
    room: str
    password: str


class PlayerPassword(msgspec.Struct, frozen=True, kw_only=True):
    """Whether you have a password for native players in this room. Its text is not stored."""

    active: bool


class PlayerCodes(IssuingView):
    @extend_schema(
        operation_id="player_code_state",
        responses={200: PlayerPassword, "4XX": Problem},
        description="Whether a password for Syncplay is valid for you in this room.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self._member(room_id)
        code = PlayerCode.objects.valid(member.room_id, member.person_id, timezone.now())
        person = Person.objects.with_account(member.person_id)
        active = code is not None and person is not None and has_same_account(code.account_hash, person)
        return json_response(PlayerPassword(active=active))

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
        code = self.issue(member, PlayerCode)
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
        member = self.member_itself(room_id)
        if settings.SYNCPLAY is None:
            raise NotFound
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

"""API endpoints that need several apps: create and join rooms, room state, commands, comments, custom events."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

import chat.actions
import chat.api
import playback.room.queries
import rooms.actions
from chat.api import PAGE_SIZE
from playback.uploads.actions import remove_of_room
from rooms import access
from rooms.actions.admission import WaitingGuest, admit
from rooms.actions.custom_event import broadcast_custom_event
from rooms.api.knocking import Knocking, waiting_guest
from rooms.api.room import Membership, OneRoom, membership
from rooms.api_view import RoomAPIView, json_response
from rooms.auth.client_address import address_hash
from rooms.forms import JoinForm, NewRoom, RoomChanges
from rooms.models import Member, Room, Token
from rooms.rate_limits import limit_comments_by_position
from rooms.serializers import member_state
from watchium import server_clock
from watchium.protocol.codec import decode_room_command
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import Banned, NotMember
from watchium.protocol.events import LobbyState
from watchium.protocol.replies import Accepted, Problem
from watchium.protocol.types import EventId, MemberState, RoomState, TimelineState
from watchium.protocol.validation import validation_error
from watchium.services.create_room import create_room
from watchium.services.evening.played_comments import PlayedComments, played_comments
from watchium.services.lobby import lobby_state
from watchium.services.media_check import MediaToCheck, MediaVerdict, check_media
from watchium.services.polling import Poll, Polled, poll
from watchium.services.room_commands import dispatch
from watchium.services.room_snapshot import full_room_state
from watchium.services.update_room import update_room


class WholeState(msgspec.Struct, frozen=True, kw_only=True):
    room: RoomState
    timeline: TimelineState
    members: list[MemberState]
    revision: int
    comment_seq: int
    timestamp: float
    clock_id: str


class NewComment(CommentDraft, frozen=True, kw_only=True):
    event_id: EventId


class Announcement(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    type: str
    payload: dict[str, Any]


class Envelope(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """Any command of the room's WebSocket; the protocol page lists the fields of `payload`."""

    type: str
    payload: dict[str, Any] = {}
    event_id: str | None = None


class Published(msgspec.Struct, frozen=True, kw_only=True):
    timestamp: float


class Rooms(RoomAPIView):
    @extend_schema(
        operation_id="rooms",
        responses={200: LobbyState},
        description="The public rooms, sorted by the number of viewers; at most 50.",
    )
    def get(self, request: Request) -> HttpResponse:
        return json_response(lobby_state())

    @extend_schema(
        operation_id="room_create",
        request=NewRoom,
        responses={201: Membership, "4XX": Problem},
        description="Create a room. An anonymous client becomes a guest and gets a token.",
    )
    def post(self, request: Request) -> HttpResponse:
        member = create_room(self.identity, self.body(NewRoom))
        return json_response(membership(request, member), 201)


class RoomDetail(OneRoom):
    @extend_schema(
        operation_id="room",
        responses={200: RoomState, "4XX": Problem},
        description="The room, its timeline and its members.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        return json_response(full_room_state(self.readable_room(room_id)))

    @extend_schema(
        operation_id="room_change",
        request=RoomChanges,
        responses={200: RoomState, "4XX": Problem},
        description="Change the room; host and owner only. Fields that are left out do not change.",
    )
    def patch(self, request: Request, room_id: str) -> HttpResponse:
        changes = self.body(RoomChanges)
        return json_response(full_room_state(update_room(self.member(room_id), changes)))

    def after_close(self, room: Room) -> None:
        remove_of_room(room)


class Join(RoomAPIView):
    @extend_schema(
        operation_id="room_join",
        request=JoinForm,
        responses={200: Membership, 202: Knocking, "4XX": Problem},
        description="Become a member. An anonymous client becomes a guest and gets a token. A room may ask its host "
        "first: then the status is 202 and the code `waiting`; join again once `knock/` says admitted.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        try:
            member = admit(self.identity, room_id, self.body(JoinForm))
        except WaitingGuest as waiting:
            return json_response(waiting_guest(waiting), waiting.status)
        return json_response(membership(request, member))


class State(RoomAPIView):
    @extend_schema(
        operation_id="state",
        responses={200: WholeState, "4XX": Problem},
        description="The state of the room. A member whose program requests it at least every 15 s is present.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        try:
            member = access.member_for(self.identity, room_id)
            # Only with a token: any page can make a browser send this request with cookies.
            if isinstance(request.auth, Token):
                rooms.actions.record_poll(member)
            room = member.room
        except NotMember:
            room = self.readable_room(room_id)
        return json_response(whole_state(Room.objects.select_related("playback", "owner").get(pk=room.pk)))

    @extend_schema(
        operation_id="poll",
        request=Poll,
        responses={200: Polled, "4XX": Problem},
        description="The events since the last request, for members without a WebSocket. "
        "A member who polls at least every 15 s is present.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        received_ms = server_clock.now_ms()
        request_body = self.body(Poll)
        identity = self.identity
        try:
            member = self.member(room_id)
        except NotMember:
            if access.is_banned(identity, room_id):
                raise Banned from None
            raise
        # A later ban covers the current address, as it does for a socket.
        Member.objects.record_address(member, address_hash(identity.address))
        return json_response(poll(member, identity.device_id, request_body, received_ms))


class Commands(RoomAPIView):
    @extend_schema(
        operation_id="command",
        request=Envelope,
        responses={200: Accepted, 204: None, "4XX": Problem},
        description="One command of the room's WebSocket: same envelope, action and response; "
        "204 for commands that the WebSocket does not acknowledge.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        envelope = self.body(Envelope)
        try:
            command = decode_room_command(msgspec.json.encode(envelope))
        except msgspec.MsgspecError as error:
            raise validation_error(error) from None
        member = self.member(room_id)
        accepted = dispatch(member, command)
        return HttpResponse(status=204) if accepted is None else json_response(accepted)


def whole_state(room: Room) -> WholeState:
    return WholeState(
        room=full_room_state(room),
        timeline=playback.room.queries.snapshot(room),
        members=[member_state(present) for present in room.members.present()],
        revision=room.revision,
        comment_seq=room.comment_seq,
        timestamp=server_clock.now_ms(),
        clock_id=server_clock.clock_id(),
    )


class Comments(chat.api.Comments):
    @extend_schema(
        operation_id="comment_post",
        request=NewComment,
        responses={200: Accepted, "4XX": Problem},
        description="Post a comment at the room's position.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        body = self.body(NewComment)
        member = self.member(room_id)
        command = PostComment(
            event_id=body.event_id, payload=CommentDraft(text=body.text, reply_to=body.reply_to)
        )
        position = playback.room.queries.position_now(member.room, server_clock.now_ms())
        return json_response(chat.actions.post(member, command, position=position))


class CommentsByPosition(RoomAPIView):
    @extend_schema(
        operation_id="comments_by_position",
        parameters=[
            OpenApiParameter("after", int, description="The `seq` of the last comment of the previous page."),
            OpenApiParameter("since", int, description="The `since` of the first page."),
            OpenApiParameter("limit", int, description="At most 100, which is also the default."),
        ],
        responses={200: PlayedComments, "4XX": Problem},
        description="Comments about the media that play now, in the order of their positions: for a viewer who "
        "watches them from the start. The first page also has the reactions, if the room keeps its evenings, for "
        "members.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        since = self.query_integer("since", 0)
        after = self.query_integer("after", 0)
        limit = self.query_integer("limit", PAGE_SIZE, maximum=PAGE_SIZE)
        room = self.readable_room(room_id)
        limit_comments_by_position(self.identity.address)
        person = self.identity.person
        is_member = person is not None and room.keep_evenings and Member.objects.is_in(room_id, person)
        found = played_comments(
            room,
            since or None,
            after,
            limit,
            server_clock.now_ms(),
            with_reactions=is_member,
            reader=person.pk if person is not None else None,
        )
        return json_response(found)


class Broadcast(RoomAPIView):
    @extend_schema(
        operation_id="broadcast",
        request=Announcement,
        responses={200: Published, "4XX": Problem},
        description="Send a custom event to all members of the room; host and owner only.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        event = self.body(Announcement)
        return json_response(
            Published(timestamp=broadcast_custom_event(self.member(room_id), event.type, event.payload))
        )


class MediaChecking(RoomAPIView):
    @extend_schema(
        operation_id="media_check",
        request=MediaToCheck,
        responses={200: MediaVerdict, "4XX": Problem},
        description="What an address or a library item is taken for, and why it does not play; for members who may "
        "change the media. Changes nothing.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        media = self.body(MediaToCheck)
        return json_response(check_media(self.member(room_id), media))

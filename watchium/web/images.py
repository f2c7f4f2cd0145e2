"""Images that members send: to the chat, and as the cover of a room."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from rooms import access
from rooms.actions.admission import room_for_visitor
from rooms.actions.cover import set_cover
from rooms.api_view import RoomAPIView, json_response
from rooms.models import RoomCover
from watchium.protocol.errors import NotFound, NotMember
from watchium.protocol.replies import Accepted, Problem
from watchium.services.images.chat_images import MAX_BODY_BYTES, NewImage, post_image
from watchium.services.images.room_cover import NewCover, change_cover


class CommentImages(RoomAPIView):
    @extend_schema(
        operation_id="comment_image_post",
        request=NewImage,
        responses={200: Accepted, "4XX": Problem},
        description="Post a comment with an image, for accounts, or for everyone if the server allows it. The image is "
        "re-encoded, with at most 1280 pixels a side.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        body = self.body(NewImage, MAX_BODY_BYTES)
        return json_response(post_image(self.member(room_id), body))


class Cover(RoomAPIView):
    @extend_schema(
        operation_id="room_cover",
        responses={(200, "image/webp"): OpenApiTypes.BINARY, "4XX": Problem},
        description="The cover of the room, for who may see its title: members, and everyone with the link unless the "
        "room is private. `room_about` and the lobby name its address, which changes with the picture; with "
        "`size=small` it has at most 480 pixels a side, for tiles.",
        parameters=[OpenApiParameter("size", str, enum=["small"])],
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        try:
            room = access.member_for(self.identity, room_id).room
        except NotMember:
            visible = room_for_visitor(self.identity, room_id)
            if visible is None:
                raise
            room = visible
        picture = RoomCover.objects.picture_of(room, small=request.query_params.get("size") == "small")
        if picture is None:
            raise NotFound("This room has no cover.")
        response = HttpResponse(picture, content_type="image/webp")
        response["Cache-Control"] = "private, max-age=86400"
        return response

    @extend_schema(
        operation_id="room_cover_change",
        request=NewCover,
        responses={204: None, "4XX": Problem},
        description="Give the room a cover, for who may change its settings and may send images to the chat. It is "
        "re-encoded, with at most 1280 pixels a side.",
    )
    def put(self, request: Request, room_id: str) -> HttpResponse:
        change_cover(self.member(room_id), self.body(NewCover, MAX_BODY_BYTES))
        return HttpResponse(status=204)

    @extend_schema(
        operation_id="room_cover_delete",
        responses={204: None, "4XX": Problem},
        description="Delete the cover: a drawn picture takes its place.",
    )
    def delete(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        set_cover(member.room, None, actor=member)
        return HttpResponse(status=204)

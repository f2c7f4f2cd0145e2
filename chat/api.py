"""The chat over HTTP. Posting needs the playback's position and is added above."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from chat import actions
from chat.models import Comment
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.replies import Problem
from watchium.protocol.types import CommentState

AT_ONCE = 100
ANY_SEQ = 2**53


class SomeComments(msgspec.Struct, frozen=True, kw_only=True):
    """Oldest first. `more`: there are older ones, before the first one's `seq`."""

    comments: list[CommentState]
    more: bool


class Comments(RoomAPIView):
    @extend_schema(
        operation_id="comments",
        parameters=[
            OpenApiParameter("before", int, description="The `seq` of the oldest comment you have."),
            OpenApiParameter("limit", int, description="At most 100, which is also the default."),
        ],
        responses={200: SomeComments, "4XX": Problem},
        description="What was said last, or before a comment.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        before = self.query_integer("before", ANY_SEQ)
        limit = self.query_integer("limit", AT_ONCE, maximum=AT_ONCE)
        room = self.readable_room(room_id)
        found = Comment.objects.before(room, before, limit + 1)
        shown = found[-limit:] if limit else []
        return json_response(
            SomeComments(comments=[c.as_state() for c in shown], more=len(found) > len(shown))
        )


class OneComment(RoomAPIView):
    @extend_schema(
        operation_id="comment_delete",
        responses={204: None, "4XX": Problem},
        description="Take back your own comment; host and moderators anybody's.",
    )
    def delete(self, request: Request, room_id: str, comment_id: int) -> HttpResponse:
        actions.remove(self.member(room_id), comment_id)
        return HttpResponse(status=204)

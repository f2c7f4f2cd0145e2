"""HTTP API of the chat. Posting needs the playback position: see watchium.web.api."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from chat import actions
from chat.models import Comment, CommentImage, UnseenChange, seen_by_reader, states
from chat.text import MAX_CHARS, clean_comment
from rooms.access import Identity
from rooms.api_view import RoomAPIView, json_response
from rooms.models import Room
from rooms.rate_limits import limit_comment_searches
from watchium.protocol.errors import NotFound
from watchium.protocol.replies import Problem
from watchium.protocol.types import CommentState

PAGE_SIZE = 100
FOUND_SIZE = 50
MAX_SEQ = 2**53


def _reader_of(identity: Identity) -> int | None:
    """The person's primary key: who is quietly muted sees their own messages."""
    return identity.person.pk if identity.person is not None else None


def _states(room: Room, comments: list[Comment], reader: int | None) -> list[CommentState]:
    return seen_by_reader(states(comments), UnseenChange.objects.of_reader(room, reader))


class CommentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Comments, oldest first. If `more` is set, there are older ones before the `seq` of the first."""

    comments: list[CommentState]
    more: bool


class Comments(RoomAPIView):
    @extend_schema(
        operation_id="comments",
        parameters=[
            OpenApiParameter("before", int, description="The `seq` of the oldest comment you have."),
            OpenApiParameter("limit", int, description="At most 100, which is also the default."),
        ],
        responses={200: CommentPage, "4XX": Problem},
        description="The latest comments, or the latest before a given one.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        before = self.query_integer("before", MAX_SEQ)
        limit = self.query_integer("limit", PAGE_SIZE, maximum=PAGE_SIZE)
        room = self.readable_room(room_id)
        reader = _reader_of(self.identity)
        comments = Comment.objects.before(room, before, limit + 1, reader=reader)
        shown = comments[-limit:] if limit else []
        return json_response(
            CommentPage(comments=_states(room, shown, reader), more=len(comments) > len(shown))
        )


class FoundPage(msgspec.Struct, frozen=True, kw_only=True):
    """Comments, oldest first. `before`: search on with this; null if there are no earlier comments."""

    comments: list[CommentState]
    before: int | None


class CommentSearch(RoomAPIView):
    @extend_schema(
        operation_id="comments_search",
        parameters=[
            OpenApiParameter(
                "text", str, required=True, description=f"Words; at most {MAX_CHARS} characters."
            ),
            OpenApiParameter("before", int, description="The `before` of the previous page."),
        ],
        responses={200: FoundPage, "4XX": Problem},
        description="The latest comments in which all words occur, in the text or the name of the author, whatever "
        "the case of their letters.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        text = request.query_params.get("text", "")
        before = self.query_integer("before", MAX_SEQ)
        room = self.readable_room(room_id)
        limit_comment_searches(self.identity.address)
        words = clean_comment(text).casefold().split()
        reader = _reader_of(self.identity)
        found = Comment.objects.search(room, words, before, FOUND_SIZE, reader=reader)
        return json_response(FoundPage(comments=_states(room, found.comments, reader), before=found.before))


class CommentImageFile(RoomAPIView):
    @extend_schema(
        operation_id="comment_image",
        responses={(200, "image/webp"): OpenApiTypes.BINARY, "4XX": Problem},
        description="The image of a comment. Of each room the latest 100 are kept.",
    )
    def get(self, request: Request, room_id: str, comment_id: int) -> HttpResponse:
        room = self.readable_room(room_id)
        data = CommentImage.objects.shown(room, comment_id, _reader_of(self.identity))
        if data is None:
            raise NotFound("This image is not kept any more.")
        response = HttpResponse(data, content_type="image/webp")
        response["Cache-Control"] = "private, max-age=3600"  # it never changes
        return response


class OneComment(RoomAPIView):
    @extend_schema(
        operation_id="comment_delete",
        responses={204: None, "4XX": Problem},
        description="Delete your own comment; as host or moderator any comment.",
    )
    def delete(self, request: Request, room_id: str, comment_id: int) -> HttpResponse:
        actions.remove(self.member(room_id), comment_id)
        return HttpResponse(status=204)

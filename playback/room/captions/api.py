"""Captions for everyone over HTTP: give, read, take back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from playback.models import RoomCaptions
from playback.room.captions import actions
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.errors import BadMessage, NotFound
from watchium.protocol.replies import Problem
from watchium.protocol.types import SharedCaptions

# Escapes of quotes and line ends make the JSON longer than the text.
MAX_BODY_BYTES = 2 * actions.MAX_BYTES + 64 * 1024


class NewCaptions(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Either `text`, the content of a SubRip, WebVTT or ASS file, or the `url` of one."""

    label: Annotated[str, Meta(max_length=400)] = ""
    language: Annotated[str, Meta(max_length=40)] = ""
    text: str | None = None
    url: str | None = None


class RoomCaptionFiles(RoomAPIView):
    @extend_schema(
        operation_id="captions_share",
        request=NewCaptions,
        responses={201: SharedCaptions, "4XX": Problem},
        description="Give captions to everyone, for the media that the room plays; for members who may control. "
        "They are removed when other media are loaded.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        body = self.body(NewCaptions, MAX_BODY_BYTES)
        member = self.member(room_id)
        match body:
            case NewCaptions(text=str() as text, url=None):
                shared = actions.share_file(
                    member, body.label, body.language, text, address=self.identity.address
                )
            case NewCaptions(text=None, url=str() as url):
                shared = actions.share_address(member, body.label, body.language, url)
            case _:
                raise BadMessage(detail="Object has either `text` or `url`")
        return json_response(shared, 201)


class RoomCaptionFile(RoomAPIView):
    @extend_schema(
        operation_id="captions_read",
        responses={200: OpenApiTypes.STR, "4XX": Problem},
        description="The text of captions that a member gave to everyone; for members.",
    )
    def get(self, request: Request, room_id: str, key: str) -> HttpResponse:
        captions = RoomCaptions.objects.of(self.member(room_id).room, key)
        if captions is None:
            raise NotFound("These captions are gone.")
        response = HttpResponse(captions.text, content_type="text/plain; charset=utf-8")
        response["Cache-Control"] = "private, max-age=3600"  # the key is a hash of the text
        return response

    @extend_schema(operation_id="captions_withdraw", responses={204: None, "4XX": Problem})
    def delete(self, request: Request, room_id: str, key: str) -> HttpResponse:
        actions.withdraw(self.member(room_id), key)
        return HttpResponse(status=204)

"""Preparation of uploads over HTTP: start and cancel it. The list of uploads shows its progress."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from playback.conversion import actions as conversions
from playback.conversion import play_when_ready
from playback.models import Upload
from playback.uploads import actions
from playback.uploads.serializers import found_upload, upload_states
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from rooms.models import Member
from watchium.protocol.player_types import RoomUpload
from watchium.protocol.replies import Problem


class PrepareUploadRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`play`: play it in the room when it is ready."""

    play: bool = False


class PrepareUpload(RoomAPIView):
    @extend_schema(
        operation_id="upload_prepare",
        request=PrepareUploadRequest,
        responses={200: RoomUpload, "4XX": Problem},
        description="Convert an upload so that every browser plays it. Does nothing if it is being converted or was.",
    )
    def post(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        asked = self.body(PrepareUploadRequest)
        member = self.member(room_id)
        conversion = actions.prepare(member, self.upload(member, upload_id), address=self.identity.address)
        if asked.play:
            play_when_ready.request(member, conversion)
        return self.respond(member, upload_id)

    @extend_schema(
        operation_id="upload_cancel_preparation",
        responses={200: RoomUpload, "4XX": Problem},
        description="Cancel the conversion of an upload.",
    )
    def delete(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        member = self.member(room_id)
        conversions.cancel(self.upload(member, upload_id))
        return self.respond(member, upload_id)

    def upload(self, member: Member, upload_id: str) -> Upload:
        member.require(Right.MEDIA)
        return found_upload(member, upload_id)

    def respond(self, member: Member, upload_id: str) -> HttpResponse:
        return json_response(upload_states([found_upload(member, upload_id)], member)[0])

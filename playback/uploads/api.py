"""The uploads of a room over HTTP: tus 1.0, and a list as JSON.

A request with a piece reaches its view, and so a thread, only after the piece has arrived.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from playback.conversion.actions import unavailable_reason
from playback.library.serializers import shown
from playback.models import PlayWhenReady, Upload
from playback.sources.titles import given_title
from playback.uploads import actions, space, storage, tus
from playback.uploads.errors import NotAPiece, OffsetConflict, OtherVersion
from playback.uploads.serializers import found_upload, offset_of, upload_states
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from watchium.protocol.errors import BadMessage, NotAllowed, TooLong
from watchium.protocol.player_types import RoomUpload
from watchium.protocol.replies import Problem

UNTITLED = "Untitled"
SHA256 = re.compile("[0-9a-f]{64}")
TUS_HEADER = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, description=tus.VERSION)


class UploadList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest 50; `largest`: bytes of the largest accepted file.

    `unavailable`: why this server cannot prepare anything; null if it can. `play_next`: the id of the upload that the
    room plays when it is ready.
    """

    uploads: list[RoomUpload]
    largest: int
    unavailable: str | None
    play_next: str | None


class _TusView(RoomAPIView):
    """Adds the headers of tus to every response, errors included."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["Tus-Resumable"] = response["Tus-Version"] = tus.VERSION
        response.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = HttpResponse(status=204)
        response["Tus-Extension"] = tus.EXTENSIONS
        response["Tus-Max-Size"] = str(space.largest_bytes())
        return response

    def require_version(self) -> None:
        if self.request.headers.get("Tus-Resumable") != tus.VERSION:
            raise OtherVersion


class Uploads(_TusView):
    @extend_schema(
        operation_id="uploads",
        responses={200: UploadList, "4XX": Problem},
        description="The room's uploads, for members who control playback.",
    )
    def get(self, request: Request, room_id: str) -> HttpResponse:
        member = self.member(room_id)
        member.require(Right.MEDIA)
        waiting = PlayWhenReady.objects.of_room(member.room)
        awaited = waiting.conversion.upload if waiting else None
        return json_response(
            UploadList(
                uploads=upload_states(Upload.objects.of_room(member.room), member),
                largest=space.largest_bytes(),
                unavailable=shown(unavailable_reason()) or None,
                play_next=awaited.upload_id if awaited else None,
            )
        )

    @extend_schema(
        operation_id="upload_create",
        request=None,
        parameters=[
            TUS_HEADER,
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, description="Size in bytes."),
            OpenApiParameter(
                "Upload-Metadata", str, OpenApiParameter.HEADER, description="`title`, `sha256`; in base64."
            ),
        ],
        responses={201: None, "4XX": Problem},
        description="Begin an upload (tus creation). Its address is in `Location`.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        self.require_version()
        size = tus.number(request.headers.get("Upload-Length"))
        if not size:
            raise BadMessage("Upload-Length is the size of the file in bytes, at least 1.")
        facts = tus.metadata(request.headers.get("Upload-Metadata", ""))
        title = given_title(facts.get("title", "")) or UNTITLED
        sha256 = facts.get("sha256", "")
        if sha256 and not SHA256.fullmatch(sha256):
            raise BadMessage("sha256 is that of the file's first and last 64 KiB, 64 hexadecimal digits.")
        member = self.member(room_id)
        upload = actions.create(member, size, title, sha256, address=self.identity.address)
        response = HttpResponse(status=201)
        response["Location"] = f"{request.path}{upload.upload_id}/"
        response["Upload-Offset"] = "0"
        return response


class OneUpload(_TusView):
    @extend_schema(operation_id="upload", responses={200: RoomUpload, "4XX": Problem})
    def get(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        member = self.member(room_id)
        return json_response(upload_states([actions.finish(found_upload(member, upload_id))], member)[0])

    def head(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        """How much is here, for a client that resumes."""
        self.require_version()
        upload = actions.finish(found_upload(self.member(room_id), upload_id))
        response = HttpResponse(status=200)
        response["Upload-Length"] = str(upload.size)
        response["Upload-Offset"] = str(offset_of(upload))
        return response

    @extend_schema(
        operation_id="upload_append",
        parameters=[
            TUS_HEADER,
            OpenApiParameter(
                "Upload-Offset", int, OpenApiParameter.HEADER, description="Bytes already sent."
            ),
        ],
        request={tus.PIECE_TYPE: bytes},
        responses={204: None, "4XX": Problem},
        description="Append a piece of at most 8 MiB. 409 with the server's `Upload-Offset` if it begins elsewhere.",
    )
    def patch(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        self.require_version()
        if str(request.content_type or "").partition(";")[0].strip().lower() != tus.PIECE_TYPE:
            raise NotAPiece
        at = tus.number(request.headers.get("Upload-Offset"))
        if at is None:
            raise BadMessage("Upload-Offset is the number of bytes already sent.")
        member = self.member(room_id)
        upload = found_upload(member, upload_id)
        if not upload.may_be_sent_by(member):
            raise NotAllowed("Only the member who began this upload can send the rest.")
        if at + _body_length(request) > upload.size:
            raise TooLong("This is more than the size that the upload began with.")
        try:
            here = actions.receive(upload, at, request._request.read)
        except storage.OffsetElsewhere as elsewhere:
            return self.conflict(request, elsewhere.offset)
        response = HttpResponse(status=204)
        response["Upload-Offset"] = str(here)
        return response

    def conflict(self, request: Request, offset: int) -> HttpResponse:
        response = self.handle_exception(OffsetConflict())
        response["Upload-Offset"] = str(offset)
        return response

    @extend_schema(
        operation_id="upload_remove",
        responses={204: None, "4XX": Problem},
        description="Remove an upload (tus termination), finished or not.",
    )
    def delete(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        member = self.member(room_id)
        actions.remove(member, found_upload(member, upload_id))
        return HttpResponse(status=204)


def _body_length(request: Request) -> int:
    """Return the announced length of the body; one without is bounded by the size of the upload."""
    return tus.number(request.META.get("CONTENT_LENGTH")) or 0

"""What is inside an upload over HTTP, for the members of its room: chapters, captions and fonts."""

from __future__ import annotations

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from playback.library.captions.fonts import fonts_of
from playback.library.captions.views import serve_font, serve_track
from playback.library.serializers import chapters_of, translated_tracks
from playback.models import Upload
from playback.models.upload import REFUSED, WHOLE
from playback.uploads.captions import location, sources_of, wanted_of
from playback.uploads.views import readable_upload
from rooms.api_view import RoomAPIView, json_response
from rooms.auth.identity import identify
from watchium.protocol.errors import NotFound
from watchium.protocol.player_types import CaptionTrack, Chapter
from watchium.protocol.replies import Problem


class UploadContents(msgspec.Struct, frozen=True, kw_only=True):
    """`whole`: all of the file is here, and was read; before, nothing is known of what is inside."""

    whole: bool
    chapters: list[Chapter]
    captions: list[CaptionTrack]


class Contents(RoomAPIView):
    @extend_schema(
        operation_id="upload_contents",
        responses={200: UploadContents, "4XX": Problem},
        description="The chapters and captions inside an upload, for every member of the room.",
    )
    def get(self, request: Request, room_id: str, upload_id: str) -> HttpResponse:
        upload = Upload.objects.in_room(self.member(room_id).room, upload_id)
        if upload is None or upload.state == REFUSED:
            raise NotFound("There is no such upload in this room.")
        return json_response(
            UploadContents(
                whole=upload.state == WHOLE,
                chapters=chapters_of(upload.media_facts),
                captions=translated_tracks([source.track for source in sources_of(upload)]),
            )
        )


@require_safe
def captions(request: HttpRequest, upload_id: str, track_id: str) -> HttpResponseBase:
    """Serve a track as a file. 202: the server reads the film first; request it again."""
    upload = _readable(request, upload_id)
    source = next((source for source in sources_of(upload) if source.track.id == track_id), None)
    if source is None:
        raise Http404
    return serve_track(request, source, wanted_of(upload))


@require_safe
def font(request: HttpRequest, upload_id: str, index: str) -> HttpResponseBase:
    """Serve a font that is attached to the film. 202: the server reads the film first; request it again."""
    upload = _readable(request, upload_id)
    if int(index) not in fonts_of(upload.media_facts):
        raise Http404
    return serve_font(request, wanted_of(upload), int(index))


def _readable(request: HttpRequest, upload_id: str) -> Upload:
    upload = readable_upload(identify(request), upload_id)
    if upload is None or location(upload_id) is None:
        raise Http404
    return upload

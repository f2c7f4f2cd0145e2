"""Serve uploads to the members of their room, also while they arrive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from playback.conversion.views import serve_file
from playback.library.range_response import File, serve
from playback.models import Conversion, Upload
from playback.models.upload import REFUSED, WHOLE
from playback.uploads import storage
from playback.uploads.arrival import arrival
from rooms import access
from rooms.access import Identity
from rooms.auth.identity import identify
from watchium.protocol.errors import Refused

CACHE_WHOLE = "private, max-age=3600"
CACHE_ARRIVING = "no-store"


def readable_upload(identity: Identity, upload_id: str) -> Upload | None:
    """Return the upload if the client is a member of its room, and None if not or if there is none."""
    upload = Upload.objects.at_id(upload_id)
    if upload is None or upload.state == REFUSED:
        return None
    try:
        access.member_for(identity, upload.room.room_id)
    except Refused:
        return None
    return upload


@require_safe
def upload_result(request: HttpRequest, upload_id: str, job: str, path: str) -> HttpResponseBase:
    """Serve a file of what an upload was converted into, to the members of its room."""
    identity = identify(request)
    known = readable_upload(identity, upload_id)
    if known is None:
        raise Http404
    may_continue = _may_continue(identity, upload_id)
    return serve_file(request, Conversion.objects.of(known), int(job), path, may_continue)


def _may_continue(identity: Identity, upload_id: str) -> Callable[[], bool]:
    """Whether the client is still a member: asked again while a whole file is being sent."""
    return lambda: readable_upload(identity, upload_id) is not None


@require_safe
def upload(request: HttpRequest, upload_id: str) -> HttpResponseBase:
    """Serve what is here of an upload; its size and ETag are those of the whole file."""
    identity = identify(request)
    known = readable_upload(identity, upload_id)
    opened = storage.open_upload(upload_id) if known else None
    if known is None or opened is None:
        raise Http404
    whole = known.state == WHOLE
    return serve(
        request,
        File(
            opened,
            known.mime or "application/octet-stream",
            known.size,
            int(known.created_at.timestamp()),
            f'"{known.upload_id}"',
            CACHE_WHOLE if whole else CACHE_ARRIVING,
            here=known.size if whole else opened.stat.st_size,
            arrival=partial(arrival, known.upload_id),
            may_continue=_may_continue(identity, upload_id),
        ),
    )

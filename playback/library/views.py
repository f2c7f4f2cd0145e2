"""Serve library items and covers: the file is found by the row of an item's id or a cover's name."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from playback.library import covers
from playback.library.paths import is_there, open_item
from playback.library.range_response import found, serve
from playback.library.safe_open import open_below
from playback.models import MediaItem
from playback.sources.samples import sample_at
from rooms.access import Identity
from rooms.auth.identity import identify

CACHE_ITEM = "private, max-age=3600"
CACHE_COVER = "private, max-age=31536000, immutable"  # named by a hash of its content


def may_read(identity: Identity) -> bool:
    """Whether the client may read the library: a browser that opened a room or the player, or an API token."""
    return identity.person is not None or bool(identity.device_id)


@require_safe
def item(request: HttpRequest, item_id: str) -> HttpResponseBase:
    require_client(request)
    known = MediaItem.objects.at_id(int(item_id))
    if known is None:
        raise Http404
    if settings.ACCEL and sample_at(known.path) is None:
        return _serve_by_proxy(known)
    return serve(request, found(open_item(known.path), known.mime, CACHE_ITEM))


@require_safe
def cover(request: HttpRequest, name: str) -> HttpResponseBase:
    require_client(request)
    mime = covers.mime_of(name)
    if mime is None or not MediaItem.objects.with_cover(name):
        raise Http404
    return serve(request, found(open_below(covers.folder(), name), mime, CACHE_COVER))


def require_client(request: HttpRequest) -> None:
    """Raise Http404 for strangers."""
    if not may_read(identify(request)):
        raise Http404


def _serve_by_proxy(item: MediaItem) -> HttpResponse:
    """Let the proxy serve the file, with its ranges, dates and slow readers."""
    if not is_there(item.path):
        raise Http404
    response = HttpResponse(content_type=item.mime)
    response["X-Accel-Redirect"] = settings.ACCEL + quote(item.path)
    response["Cache-Control"] = CACHE_ITEM
    return response

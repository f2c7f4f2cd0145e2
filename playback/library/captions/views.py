"""Serves the captions of library items, with the access rules of the items themselves."""

from __future__ import annotations

from math import ceil

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from playback.domain.library import problems
from playback.domain.library.problems import CAPTIONS_NEED_FFMPEG
from playback.library.captions import extraction
from playback.library.captions.extraction import Wanted
from playback.library.captions.extraction_worker import WORKER
from playback.library.captions.fonts import MIME, file_name, fonts_of
from playback.library.captions.tracks import (
    MAX_BYTES,
    TOO_LARGE,
    Source,
    codecs_of,
    source_of,
    sources_of,
)
from playback.library.paths import is_there, open_beside
from playback.library.range_response import found, serve
from playback.library.safe_open import PlainFile, open_below
from playback.library.views import require_client
from playback.models import MediaItem
from rooms.api_view import json_response
from rooms.auth.identity import identify
from rooms.rate_limits import limit_film_reads
from watchium.protocol.errors import RateLimited, Refused, TooLong, Unavailable, UnknownMedia, gettext_noop
from watchium.protocol.replies import Problem

TRACK_ID = "[fs][0-9a-f]{1,12}"
MIMES = {"srt": "application/x-subrip", "vtt": "text/vtt", "ass": "text/x-ssa"}
CACHE = "private, no-cache"  # people edit these files; an unchanged one is a 304
RETRY_S = 1


class FileTooLarge(TooLong):
    status = 413
    message = gettext_noop("This file is too large for captions.")


class Unreadable(UnknownMedia):
    status = 422
    message = gettext_noop("The captions in this film could not be read.")


class Busy(Unavailable):
    message = gettext_noop("The server reads many films just now. Try again in a minute.")


REFUSED_BY: dict[str, type[Refused]] = {TOO_LARGE: FileTooLarge, CAPTIONS_NEED_FFMPEG: Unavailable}


@require_safe
def captions(request: HttpRequest, item_id: str, track_id: str) -> HttpResponseBase:
    """Serve a track as the bytes of its file. 202: the server reads the film first; request it again."""
    require_client(request)
    item = MediaItem.objects.at_id(int(item_id))
    if item is None or not is_there(item.path):
        raise Http404
    source = source_of(item, item.media_facts, track_id)
    if source is None:
        raise Http404
    if source.file and not source.track.why:
        return _beside(request, item, source)
    return serve_track(request, source, wanted_of(item))


def serve_track(request: HttpRequest, source: Source, wanted: Wanted) -> HttpResponseBase:
    """Serve a track inside a film, or why it cannot be shown."""
    if source.track.why:
        return _problem(REFUSED_BY.get(source.track.why, Unreadable)(problems.read(source.track.why)))
    if opened := _taken_out(wanted, wanted.file_name(source.stream)):
        return _text(request, opened, source.track.format)
    return _problem(Unreadable()) if extraction.is_done(wanted) else _requested(request, wanted)


def _beside(request: HttpRequest, item: MediaItem, source: Source) -> HttpResponseBase:
    assert source.file is not None
    return _text(request, open_beside(item.path, source.file.name), source.track.format)


def _taken_out(wanted: Wanted, name: str) -> PlainFile | None:
    return open_below(extraction.folder(), f"{wanted.name}/{name}")


def _requested(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    if not WORKER.has(wanted):
        try:
            limit_film_reads(identify(request).address)
        except RateLimited as refused:
            return _waiting(_problem(refused), ceil((refused.retry_after_ms or 0) / 1000))
    if not WORKER.request(wanted):
        return _waiting(_problem(Busy()))
    return _waiting(HttpResponse(status=202))


def wanted_of(item: MediaItem) -> Wanted:
    facts = item.media_facts
    return Wanted.of(item, codecs_of(sources_of(item, facts), facts), fonts_of(facts))


@require_safe
def font(request: HttpRequest, item_id: str, index: str) -> HttpResponseBase:
    """Serve a font attached to a film. 202: the server reads the film first; request it again."""
    require_client(request)
    item = MediaItem.objects.at_id(int(item_id))
    if item is None or not is_there(item.path) or int(index) not in fonts_of(item.media_facts):
        raise Http404
    return serve_font(request, wanted_of(item), int(index))


def serve_font(request: HttpRequest, wanted: Wanted, index: int) -> HttpResponseBase:
    """Serve a font that is attached to a film."""
    opened = _taken_out(wanted, file_name(index))
    if opened or extraction.is_done(wanted):
        return serve(request, found(opened, MIME, CACHE))
    return _requested(request, wanted)


def _text(request: HttpRequest, opened: PlainFile | None, kind: str) -> HttpResponseBase:
    file = found(opened, MIMES[kind], CACHE)
    if file.size > MAX_BYTES:
        file.opened.close()
        return _problem(FileTooLarge())
    return serve(request, file)


def _waiting(response: HttpResponse, retry_s: int = RETRY_S) -> HttpResponse:
    response["Retry-After"] = str(retry_s)
    response["Cache-Control"] = "no-store"
    return response


def _problem(refused: Refused) -> HttpResponse:
    problem = Problem(
        code=refused.code, message=refused.translated(translation), retry_after_ms=refused.retry_after_ms
    )
    return json_response(problem, refused.status)

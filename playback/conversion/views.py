"""Serve the files of results, and of running conversions that a player may already begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from playback.conversion import storage
from playback.conversion.ffmpeg_command import FFMPEG_LIST
from playback.domain.conversions import RESULT_MIMES
from playback.library.range_response import found, serve
from playback.library.safe_open import open_below
from playback.library.views import require_client
from playback.models import Conversion
from playback.models.conversion import ACTIVE, DONE, ConversionQuerySet

# The job's number is part of the address, and the files of a job do not change.
CACHE_FILE = "private, max-age=31536000, immutable"
CACHE_LIST = "private, no-cache"
PLAYED_EVERY = timedelta(minutes=1)
FILE_PATH = r"(?:[a-z0-9]{1,8}/)?[a-z0-9_]{1,20}\.(?:m3u8|mp4|m4s|flac|webm)"
_MIMES = {name.rpartition(".")[2]: mime for name, mime in RESULT_MIMES.items()}  # by extension


@require_safe
def result_file(request: HttpRequest, item_id: str, job: str, path: str) -> HttpResponseBase:
    """Serve a playlist, a segment or the file of music; only whole files have these names."""
    require_client(request)
    return serve_file(request, Conversion.objects.filter(item=int(item_id)), int(job), path)


def serve_file(
    request: HttpRequest,
    rows: ConversionQuerySet,
    job: int,
    path: str,
    may_continue: Callable[[], bool] | None = None,
) -> HttpResponseBase:
    """Serve a file of one of the conversions of an item or an upload; `may_continue` as of `range_response.File`."""
    row = rows.select_related("upload").filter(pk=job).first()
    if row is None or not (row.state == DONE or (row.state in ACTIVE and row.playable)):
        return _redirect_to_current(rows, path)
    if path.endswith(f"/{FFMPEG_LIST}"):
        raise Http404
    file = found(open_below(_folder(row), path), mime_of(path), _cache_control(path))
    _mark_played(row)
    return serve(request, replace(file, may_continue=may_continue))


def mime_of(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return _MIMES.get(name.rpartition(".")[2], "audio/mp4" if folder.startswith("a") else "video/mp4")


def _cache_control(path: str) -> str:
    return CACHE_LIST if path.endswith(".m3u8") else CACHE_FILE


def _folder(row: Conversion) -> Path:
    if row.state == DONE:
        return storage.whole(row.owner, row.pk)
    folder = storage.part(row.owner, row.pk, row.attempts)
    # Between the last progress report and its row the result has its final name already.
    return folder if folder.is_dir() else storage.whole(row.owner, row.pk)


def _redirect_to_current(rows: ConversionQuerySet, path: str) -> HttpResponseBase:
    """A room may still name a result that was replaced. Only its entry has the same meaning in another one."""
    current = rows.done().select_related("upload").order_by("-pk").first()
    if current is None or path != current.entry:
        raise Http404
    return HttpResponseRedirect(current.url)


def _mark_played(row: Conversion) -> None:
    now = timezone.now()
    if row.played_at is None or now - row.played_at > PLAYED_EVERY:
        Conversion.objects.mark_played(row.pk, now)

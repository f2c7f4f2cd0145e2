"""Serving media by range. A name is looked up in a table, so no path of the visitor's ever reaches the disk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from playback.sources import SAMPLES

# One stalled reader of a 300 MB file grew the server to 346-666 MB; a 206 may be shorter than what was asked for,
# and browsers ask again.
LONGEST = 1024 * 1024
CHUNK = 64 * 1024

_SAMPLES = {sample.name: sample for sample in SAMPLES}
KEPT = "public, max-age=86400"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class File:
    path: Path
    mime: str
    size: int
    changed_s: int
    etag: str
    kept: str  # what caches may do with it


@require_safe
def sample(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of our own clips."""
    known = _SAMPLES.get(name)
    if known is None:
        raise Http404
    return serve(
        request, found(Path(settings.SAMPLES_DIR) / name, known.media.mime or "application/octet-stream")
    )


def found(path: Path, mime: str, kept: str = KEPT) -> File:
    """Raises Http404 unless it is a plain file: links and dotfiles are nobody's media."""
    if path.name.startswith(".") or path.is_symlink() or not path.is_file():
        raise Http404
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    return File(path, mime, stat.st_size, int(stat.st_mtime), etag, kept)


def serve(request: HttpRequest, file: File) -> HttpResponseBase:
    """The file, a part of it, or that the visitor has it already (RFC 9110, sections 13 and 14)."""
    if _unchanged(request, file):
        return _dressed(HttpResponseNotModified(), file)
    wanted = request.headers.get("Range") if request.method == "GET" and _range_holds(request, file) else None
    span = asked_span(wanted, file.size) if wanted else None
    if span is None:
        return _whole(request, file)
    first, last = span
    if first > last:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{file.size}"
        return _dressed(refused, file)
    return _part(file, first, last)


def asked_span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range, at most LONGEST apart; first > last when the file has none of it.

    None for what is no single range of bytes: such a header is ignored.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first_text, last_text = match.groups()
    if first_text:
        first, last = int(first_text), int(last_text or size - 1)
        if last_text and last < first:
            return None
    else:
        first, last = max(0, size - int(last_text)), size - 1
        if int(last_text) == 0:
            return 1, 0
    if first >= size:
        return 1, 0
    return first, min(last, size - 1, first + LONGEST - 1)


def _part(file: File, first: int, last: int) -> HttpResponseBase:
    with file.path.open("rb") as opened:
        opened.seek(first)
        part = HttpResponse(opened.read(last - first + 1), status=206, content_type=file.mime)
    part["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    part["Content-Length"] = str(last - first + 1)
    return _dressed(part, file)


def _whole(request: HttpRequest, file: File) -> HttpResponseBase:
    """In chunks, each read when the one before was taken."""
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse(content_type=file.mime)
    else:
        # Under ASGI Django would collect a plain iterator into memory first.
        chunks = _chunks_async(file) if hasattr(request, "scope") else _chunks(file)
        answer = StreamingHttpResponse(chunks, content_type=file.mime)
    answer["Content-Length"] = str(file.size)
    return _dressed(answer, file)


def _chunks(file: File) -> Iterator[bytes]:
    with file.path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


async def _chunks_async(file: File) -> AsyncIterator[bytes]:
    in_thread = sync_to_async(lambda opened: opened.read(CHUNK), thread_sensitive=False)
    with file.path.open("rb") as opened:
        while chunk := await in_thread(opened):
            yield chunk


def _unchanged(request: HttpRequest, file: File) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return file.etag in tags or known.strip() == "*"
    since = _date_s(request.headers.get("If-Modified-Since"))
    return since is not None and file.changed_s <= since


def _range_holds(request: HttpRequest, file: File) -> bool:
    """Whether what the visitor has the rest of is still this file."""
    condition = request.headers.get("If-Range")
    return condition is None or condition == file.etag or _date_s(condition) == file.changed_s


def _date_s(header: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(header or "").timestamp())
    except (ValueError, OverflowError):
        return None


def _dressed(response: HttpResponseBase, file: File) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = file.etag
    response["Last-Modified"] = http_date(file.changed_s)
    response["Cache-Control"] = file.kept
    return response

"""HTTP range responses for media. Names are looked up in a table, so no path from a client reaches the disk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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

from playback.library.safe_open import PlainFile, open_below
from playback.sources.samples import SAMPLES
from watchium import server_clock
from watchium.db.thread_pool import in_database

# One stalled reader of a 300 MB file grew the server to 346-666 MB; a 206 may be shorter than the requested range,
# and browsers request the rest. Not GStreamer, which plays media in WebKitGTK: it takes the end of an answer for the
# end of the file. It has what it asks for in chunks, and is known by a header that it adds to every request.
LONGEST = 1024 * 1024
READS_ON = "Icy-MetaData"
CHUNK = 64 * 1024
ASK_MS = 1000

LAST_DATE_S = 253_402_300_799  # the year 9999, the last that a header can have
_64_BITS = 2**64 - 1

_SAMPLES = {sample.name: sample for sample in SAMPLES}
CACHE_CONTROL = "public, max-age=86400"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class File:
    """A file opened once, so that headers and content match even if another file takes its name meanwhile."""

    opened: PlainFile
    mime: str
    size: int
    changed_s: int
    etag: str
    cache_control: str
    here: int | None = None  # bytes that have arrived, of a file that is still being uploaded
    # waits for the first so many bytes of a file that is being uploaded, and returns whether they are here
    arrival: Callable[[int], Awaitable[bool]] | None = None
    may_continue: Callable[[], bool] | None = None  # asked once a second while a file is sent in chunks

    @property
    def arriving(self) -> bool:
        return self.here is not None and self.here < self.size


@require_safe
def sample(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a sample clip."""
    known = _SAMPLES.get(name)
    if known is None:
        raise Http404
    mime = known.media.mime or "application/octet-stream"
    return serve(request, found(open_below(Path(settings.SAMPLES_DIR), name), mime))


def found(opened: PlainFile | None, mime: str, cache_control: str = CACHE_CONTROL) -> File:
    """Raises Http404 if there is no file."""
    if opened is None:
        raise Http404
    stat = opened.stat
    etag = f'"{stat.st_mtime_ns & _64_BITS:x}-{stat.st_size:x}"'
    return File(opened, mime, stat.st_size, max(0, min(LAST_DATE_S, int(stat.st_mtime))), etag, cache_control)


def serve(request: HttpRequest, file: File) -> HttpResponseBase:
    """Respond with the file, a range of it, or 304 (RFC 9110, sections 13 and 14)."""
    streamed = False
    try:
        response = _respond(request, file)
        streamed = response.streaming
        return response
    finally:
        if not streamed:
            file.opened.close()


def _respond(request: HttpRequest, file: File) -> HttpResponseBase:
    if _unchanged(request, file):
        return _with_headers(HttpResponseNotModified(), file)
    range_header = (
        request.headers.get("Range") if request.method == "GET" and _range_holds(request, file) else None
    )
    reads_on = READS_ON in request.headers and _is_asgi(request)
    span = parse_range(range_header, file.size, None if reads_on else LONGEST) if range_header else None
    if span is None:
        waits = request.method == "GET" and file.arriving and not _is_asgi(request)
        return _later(file) if waits else _whole(request, file)
    first, last = span
    if first > last:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{file.size}"
        return _with_headers(refused, file)
    if reads_on:
        return _as_part(
            StreamingHttpResponse(_chunks_async(file, first, last), status=206), file, first, last
        )
    if file.here is not None and file.arriving:
        if first >= file.here:
            return _later(file)
        last = min(last, file.here - 1)
    return _partial(file, first, last)


def parse_range(header: str, size: int, longest: int | None = LONGEST) -> tuple[int, int] | None:
    """Return first and last byte of a single range of at most `longest` bytes; first > last if it is not satisfiable.

    Return None for any other header, which is ignored.
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
    return first, min(last, size - 1, first + (longest or size) - 1)


def _is_asgi(request: HttpRequest) -> bool:
    return hasattr(request, "scope")


def _partial(file: File, first: int, last: int) -> HttpResponseBase:
    data = file.opened.read(first, last - first + 1)
    if len(data) <= last - first:  # the file was truncated meanwhile
        raise Http404
    return _as_part(HttpResponse(data, status=206), file, first, last)


def _as_part(part: HttpResponseBase, file: File, first: int, last: int) -> HttpResponseBase:
    part["Content-Type"] = file.mime
    part["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    part["Content-Length"] = str(last - first + 1)
    return _with_headers(part, file)


def _later(file: File) -> HttpResponseBase:
    """These bytes have not arrived; `watchium.middleware.arriving_media` has waited for them."""
    later = HttpResponse(status=503)
    later["Retry-After"] = "2"
    later["Cache-Control"] = "no-store"
    return later


def _whole(request: HttpRequest, file: File) -> HttpResponseBase:
    """Send the file in chunks, each read after the previous one was sent."""
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=file.mime)
    else:
        # Under ASGI Django would collect a plain iterator into memory first.
        chunks = _chunks_async(file, 0, file.size - 1) if _is_asgi(request) else _chunks(file)
        response = StreamingHttpResponse(chunks, content_type=file.mime)
    response["Content-Length"] = str(file.size)
    return _with_headers(response, file)


def _chunks(file: File) -> Iterator[bytes]:
    """Yield no more than the announced length, even if the file grows meanwhile."""
    at = 0
    while chunk := file.opened.read(at, min(CHUNK, file.size - at)):
        at += len(chunk)
        yield chunk


async def _chunks_async(file: File, first: int, last: int) -> AsyncIterator[bytes]:
    """Yield these bytes, those that are still being uploaded as they arrive.

    The response breaks off if they stop to arrive, or if the reader's permission ends meanwhile.
    """
    in_thread = sync_to_async(file.opened.read, thread_sensitive=False)
    at, asked_ms = first, server_clock.now_ms()
    while at <= last:
        chunk = await in_thread(at, min(CHUNK, last + 1 - at))
        if not chunk and not (file.arriving and file.arrival and await file.arrival(at + 1)):
            return
        if file.may_continue and server_clock.now_ms() - asked_ms >= ASK_MS:
            if not await in_database(file.may_continue):
                return
            asked_ms = server_clock.now_ms()
        at += len(chunk)
        if chunk:
            yield chunk


def _unchanged(request: HttpRequest, file: File) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return file.etag in tags or known.strip() == "*"
    since = _date_s(request.headers.get("If-Modified-Since"))
    return since is not None and file.changed_s <= since


def _range_holds(request: HttpRequest, file: File) -> bool:
    """Whether the range condition holds: the client has another part of this same file."""
    condition = request.headers.get("If-Range")
    return condition is None or condition == file.etag or _date_s(condition) == file.changed_s


def _date_s(header: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(header or "").timestamp())
    except (ValueError, OverflowError):
        return None


def _with_headers(response: HttpResponseBase, file: File) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = file.etag
    response["Last-Modified"] = http_date(file.changed_s)
    response["Cache-Control"] = file.cache_control
    return response

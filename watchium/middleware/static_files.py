"""Serves static files before Django sees the request (ASGI middleware).

A page is a hundred small modules, and Django's middleware costs 3.7 ms of CPU for each: a third of a second for every
first visit, on the event loop that keeps the rooms synchronised. Here it is 0.14 ms. WhiteNoise knows the files, their
headers, encodings and ranges; this middleware only sends them.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from whitenoise.base import MissingFileError
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from watchium.middleware.body_limit import App, Receive, Scope, Send

CHUNK_BYTES = 64 * 1024  # read synchronously, from a local disk and mostly from memory
FORWARDED_HEADERS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

Header = tuple[bytes, bytes]


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """The files that `collectstatic` collected, by URL; each is described when it is first requested.

    Describing all thousand (size, time, type, encodings) at start-up took a tenth of the start and 2 MB.
    """

    def find(self, url: str) -> StaticFile | None:
        if self.autorefresh:
            return self.find_file(url)
        file: StaticFile | str | None = self.files.get(url)
        if not isinstance(file, str):
            return file
        try:
            described: StaticFile = self.get_static_file(file, url)
        except MissingFileError:  # removed since the start
            return None
        self.files[url] = described
        return described

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """Keep the path; that of a compressed variant belongs to its file."""
        if not self.is_compressed_variant(path, stat_cache=stat_cache):
            self.files[url] = path


def serve_static_files(app: App) -> App:
    """Wrap the application: files that `collectstatic` collected never reach it.

    In development they are read from their sources at each request.
    """
    files = StaticFiles()
    security_headers = _security_headers()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        file = files.find(scope["path"])
        if file is None:
            await app(scope, receive, send)
        else:
            await _respond(file, scope, send, security_headers)

    return serve


async def _respond(file: StaticFile, scope: Scope, send: Send, security_headers: list[Header]) -> None:
    request_headers = {
        _as_wsgi(name): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in FORWARDED_HEADERS
    }
    response = file.get_response(scope["method"], request_headers)
    headers = [*map(_header, response.headers), *security_headers]
    with response.file or BytesIO() as file:
        await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
        while len(chunk := file.read(CHUNK_BYTES)) == CHUNK_BYTES:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunk})


def _security_headers() -> list[Header]:
    """The headers that Django adds to every response, such as X-Content-Type-Options."""
    # As for HTTPS, which adds a header that browsers ignore over HTTP.
    request = ASGIRequest({"method": "GET", "path": "/", "scheme": "https", "headers": []}, BytesIO())
    response = SecurityMiddleware(lambda _: HttpResponse()).process_response(request, HttpResponse())
    return [_header(pair) for pair in response.items() if pair[0] != "Content-Type"]


def _header(pair: tuple[str, str]) -> Header:
    return pair[0].lower().encode("latin-1"), pair[1].encode("latin-1")


def _as_wsgi(name: bytes) -> str:
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")

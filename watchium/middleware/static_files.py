"""Static files, answered at the door: before Django looks at the request.

A page is a hundred small modules, and the way through Django's middleware costs 3.7 ms of processor for each: a third
of a second for everybody who comes for the first time, on the loop that keeps the others in step. From here it is
0.14 ms. WhiteNoise knows the files, their headers, encodings and ranges; this only carries them.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from watchium.middleware.body_limit import App, Receive, Scope, Send

CHUNK_BYTES = 64 * 1024  # read at once, from a local disk and mostly from memory
FORWARDED_HEADERS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

Header = tuple[bytes, bytes]


def serve_static_files(app: App) -> App:
    """The application, which is never asked for a file that `collectstatic` put there.

    In development files are found where they lie, as they are now.
    """
    whitenoise = WhiteNoiseMiddleware()
    find: Callable[[str], StaticFile | None] = (
        whitenoise.find_file if whitenoise.autorefresh else whitenoise.files.get
    )
    security_headers = _security_headers()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        file = find(scope["path"])
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
    answer = file.get_response(scope["method"], request_headers)
    headers = [*map(_header, answer.headers), *security_headers]
    with answer.file or BytesIO() as file:
        await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
        while len(chunk := file.read(CHUNK_BYTES)) == CHUNK_BYTES:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunk})


def _security_headers() -> list[Header]:
    """What Django adds to every answer: that this is no other type than it says, and the like."""
    # By HTTPS, where there is one header more, which means nothing to browsers that came by HTTP.
    request = ASGIRequest({"method": "GET", "path": "/", "scheme": "https", "headers": []}, BytesIO())
    answer = SecurityMiddleware(lambda _: HttpResponse()).process_response(request, HttpResponse())
    return [_header(pair) for pair in answer.items() if pair[0] != "Content-Type"]


def _header(pair: tuple[str, str]) -> Header:
    return pair[0].lower().encode("latin-1"), pair[1].encode("latin-1")


def _as_wsgi(name: bytes) -> str:
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")

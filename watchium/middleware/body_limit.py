"""Limits the size and the duration of request bodies (ASGI middleware).

Under ASGI Django first stores a body of any size and speed in a file, and rejects only by its announced length. Here
the body is counted as it arrives, before Django reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from math import ceil
from typing import Any

import msgspec

from rooms.auth.origin import scope_address
from watchium.consumers.language import language_of, message_in
from watchium.middleware import concurrency_limit
from watchium.middleware.upload_limit import BodyLimit, upload_limit
from watchium.protocol.errors import BadMessage, Refused, TooLong, gettext_noop
from watchium.protocol.replies import Problem

MAX_BODY_BYTES = 64 * 1024  # the largest form is an admin page with everything selected
BODY_TIMEOUT_S = 10.0  # for the whole body

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Any], Awaitable[None]]

DISCONNECT: Message = {"type": "http.disconnect"}
REFUSED = "watchium.refused"  # in the scope: why a browser's form is answered with a page, see `refused_body`
ABOUT_BODY = (b"content-length", b"content-type", b"transfer-encoding")


class ContentTooLarge(TooLong):
    status = 413


class RequestTimeout(BadMessage):
    status = 408
    message = gettext_noop("The request took too long to arrive.")


def limit_body(app: App) -> App:
    """Wrap the application: it receives no more of a body than the limit, and waits no longer for it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        limit = await upload_limit(scope) or BodyLimit(MAX_BODY_BYTES, BODY_TIMEOUT_S, BODY_TIMEOUT_S)
        with ExitStack() as place:
            body = _Body(app, scope, receive, send, limit, place)
            try:
                if _content_length(scope) > limit.size:
                    raise body.too_large()
                if limit.sender:
                    place.enter_context(concurrency_limit.counted(limit.sender, scope_address(scope)))
            except Refused as refused:
                await _refuse(app, scope, send, refused)
                return
            await app(scope, body.receive, body.send)

    return serve


class _Body:
    """One request: counts the body as it arrives, and replaces the response of a rejected request.

    `place`, among the large bodies, is free for the client's next one when the client has the response.
    """

    def __init__(
        self, app: App, scope: Scope, receive: Receive, send: Send, limit: BodyLimit, place: ExitStack
    ) -> None:
        self._app, self._scope = app, scope
        self._receive, self._send, self._limit, self._place = receive, send, limit, place
        self._bytes = 0
        self._complete = self._responded = self._rejected = False
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + limit.timeout_s

    async def receive(self) -> Message:
        if self._rejected:
            return DISCONNECT
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(min(self._until, self._clock() + self._limit.silence_s)):
                message = await self._receive()
        except TimeoutError:
            return await self._reject(RequestTimeout())
        self._bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._bytes > self._limit.size:
            return await self._reject(self.too_large())
        return message

    def too_large(self) -> ContentTooLarge:
        return ContentTooLarge("A body has at most {most} bytes.", most=self._limit.size)

    async def send(self, message: Message) -> None:
        if not self._rejected:
            self._responded = True
            if not message.get("more_body", False) and message["type"] == "http.response.body":
                self._place.close()
            await self._send(message)

    async def _reject(self, problem: Refused) -> Message:
        self._rejected = True
        if not self._responded:
            await _refuse(self._app, self._scope, self._send, problem)
        return DISCONNECT


def _content_length(scope: Scope) -> int:
    """The Content-Length header; an invalid one counts as 0 here, and uvicorn rejects it."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 19 else 0


async def _refuse(app: App, scope: Scope, send: Send, refused: Refused) -> None:
    """Respond. The rest of the body is discarded for up to ten seconds (`http_protocol`): the client can read this."""
    if not _is_form_of_browser(scope):
        await _send_error(scope, send, refused)
        return
    headers = [header for header in scope["headers"] if header[0] not in ABOUT_BODY]
    await app(scope | {"headers": headers, REFUSED: refused}, _empty_body(), send)


def _is_form_of_browser(scope: Scope) -> bool:
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return scope["method"] == "POST" and b"text/html" in accepted and not scope["path"].startswith("/api/")


def _empty_body() -> Receive:
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in messages:
            return message
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # until it is cancelled

    return receive


async def _send_error(scope: Scope, send: Send, refused: Refused) -> None:
    problem = Problem(
        code=refused.code,
        message=message_in(language_of(scope), refused),
        retry_after_ms=refused.retry_after_ms,
    )
    body = msgspec.json.encode(problem)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if refused.retry_after_ms:
        headers.append((b"retry-after", str(ceil(refused.retry_after_ms / 1000)).encode()))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

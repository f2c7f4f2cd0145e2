"""How much may be sent with a request, and how slowly: known to the server before Django has read a byte of it.

Under ASGI Django takes a body of any size and pace into a file first and looks at it then; only what was announced is
ever refused. Here it is counted as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from watchium.middleware.upload_limit import BodyLimit, upload_limit
from watchium.protocol.errors import BadMessage, Refused, TooLong
from watchium.protocol.events import Problem

BODY_BYTES = 64 * 1024  # the largest form of ours is a page of admin with everything selected
BODY_S = 10.0  # for all of it

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Any], Awaitable[None]]

GONE: Message = {"type": "http.disconnect"}


class ContentTooLarge(TooLong):
    status = 413


class RequestTimeout(BadMessage):
    status = 408
    message = "This took too long to arrive."


def limit_body(app: App) -> App:
    """The application, which never sees more of a body than that, and waits no longer for it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        limit = await upload_limit(scope) or BodyLimit(BODY_BYTES, BODY_S)
        body = _Body(receive, send, limit)
        if _content_length(scope) > limit.size:
            await _send_error(send, body.too_large())
            return
        await app(scope, body.receive, body.send)

    return serve


class _Body:
    """One request: its parts as they come, and the answer, which is ours once the request was refused."""

    def __init__(self, receive: Receive, send: Send, limit: BodyLimit) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._bytes = 0
        self._complete = self._answered = self._refused = False
        self._until = asyncio.get_running_loop().time() + limit.timeout_s

    async def receive(self) -> Message:
        if self._refused:
            return GONE
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            return await self._reject(RequestTimeout())
        self._bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._bytes > self._limit.size:
            return await self._reject(self.too_large())
        return message

    def too_large(self) -> ContentTooLarge:
        return ContentTooLarge(f"A body has at most {self._limit.size} bytes.")

    async def send(self, message: Message) -> None:
        if not self._refused:
            self._answered = True
            await self._send(message)

    async def _reject(self, problem: Refused) -> Message:
        self._refused = True
        if not self._answered:
            await _send_error(self._send, problem)
        return GONE


def _content_length(scope: Scope) -> int:
    """What Content-Length says; nonsense is the server's to refuse, and counts as nothing here."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 19 else 0


async def _send_error(send: Send, refused: Refused) -> None:
    """Answer. What is still being sent is not kept, and not waited for long (`heads`): who sends it can read this."""
    body = msgspec.json.encode(Problem(code=refused.code, message=str(refused)))
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

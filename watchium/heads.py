"""uvicorn's HTTP protocol, impatient with whoever dawdles over the head of a request or makes it endless.

uvicorn itself waits for the first request of a connection for ever and keeps headers of any size: a thousand
connections that say a byte now and then, or one that says bytes without end, cost an attacker nothing.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_S = 10.0
HEAD_BYTES = 32 * 1024  # address and headers together; browsers of people with many cookies send 8 KiB
TOO_LARGE = (431, "This request has too much in its head.")
TOO_SLOW = (408, "This took too long to arrive.")


class TooLarge(Exception):
    """Ends the parsing."""


class ImpatientProtocol(HttpToolsProtocol):
    """A timer runs while nothing is being answered: until a head is whole, and while the rest of a body still comes
    that was refused."""

    timer: TimerHandle | None = None
    in_head = True  # also between two requests
    heads = 0
    head_bytes = 0
    too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        heads, in_head = self.heads, self.in_head
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if in_head and self.in_head and heads == self.heads:
            # Of a header without an end the parser keeps everything and tells nothing.
            self.head_bytes += len(data)
        if self.head_bytes > HEAD_BYTES:
            self._refuse(*TOO_LARGE)
        elif self._idle():
            self._start_timer()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        # The two refer to each other: for as long as the socket is open, and then until garbage is looked for.
        self.parser = None  # type: ignore[assignment]

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self.heads += 1
        self.in_head, self.head_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self.too_large = True
            raise TooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_head = True

    def send_400_response(self, msg: str) -> None:
        """For whatever ended the parsing."""
        if self.too_large:
            self._refuse(*TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        if self.timer is None:
            self.timer = self.loop.call_later(HEAD_S, self._lose_patience)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _lose_patience(self) -> None:
        self.timer = None
        if self.in_head and self._idle():
            self._refuse(*TOO_SLOW)
        elif self._idle():
            self.transport.close()  # the rest of a body that was answered already

    def _refuse(self, status: int, message: str) -> None:
        if self.transport.is_closing():
            return
        body = message.encode()
        head = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()

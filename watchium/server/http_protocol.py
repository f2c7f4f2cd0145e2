"""uvicorn's HTTP protocol with a header timeout and header limits (slowloris protection).

uvicorn itself waits forever for the first request of a connection and stores headers of any size. A handshake that its
HTTP parser accepts and its WebSocket parser rejects is neither answered nor closed: requests that cannot become a
socket are rejected here, before they are passed on. None of this is logged: anyone can send nonsense as often as they
like.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle

import websockets.http11
from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from watchium.server.pending_connections import address_of, pending_connections

HEADER_TIMEOUT_S = 10.0
MAX_HEADER_BYTES = 32 * 1024  # URL and headers together; browsers with many cookies send 8 KiB
MAX_PIPELINED = 16  # waiting requests of one connection; one read may bring fourteen thousand, 50 us each
MAX_HANDSHAKE_HEADERS = 128
MAX_HANDSHAKE_BYTES = 1024  # in the headers that concern the socket; browsers send 200 bytes

Rejection = tuple[int, str]
NO_HTTP: Rejection = (400, "Invalid HTTP request received.")
TOO_LARGE: Rejection = (431, "The URL and headers of this request are too large.")
TOO_SLOW: Rejection = (408, "The request took too long to arrive.")
TOO_FAST: Rejection = (429, "Too many pipelined requests: wait for responses.")
TOO_MANY: Rejection = (503, "The server has too many open connections.")
NO_BODY: Rejection = (400, "A WebSocket handshake has no body.")
NO_HANDSHAKE: Rejection = (400, "This is not a WebSocket handshake.")

# As much as for pages: with many cookies a page would load and its socket never open.
websockets.http11.MAX_LINE_LENGTH = MAX_HEADER_BYTES + 1024
websockets.http11.MAX_NUM_HEADERS = MAX_HANDSHAKE_HEADERS + 1


class Rejected(Exception):
    """Stops the parser."""


class HttpProtocol(HttpToolsProtocol):
    """A timer runs while no request is being answered: until the headers are complete, and while the rest of a rejected
    body still arrives."""

    timer: TimerHandle | None = None
    in_headers = True  # also between two requests
    requests = 0  # with complete headers
    header_bytes = 0  # of incomplete headers
    rejection = NO_HTTP
    address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.unanswered: list[RequestResponseCycle] = []
        self.address = address_of(self.client[0] if self.client else "")
        if not pending_connections().admits(len(self.connections)):
            self._reject(TOO_MANY)
            return
        self._start_timer()
        pending_connections().add(self, self.address)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        pending_connections().remove(self)
        self._abandon()
        super().connection_lost(exc)

    def evict(self) -> None:
        self._abandon()
        self.transport.abort()

    def _abandon(self) -> None:
        """Cancel the unanswered requests; uvicorn itself knows only the last of several."""
        for cycle in self.unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self.unanswered.clear()

    def data_received(self, data: bytes) -> None:
        requests, in_headers = self.requests, self.in_headers
        self._unset_keepalive_if_required()
        self._parse(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if in_headers and self.in_headers and requests == self.requests:
            # The parser buffers an unterminated header without limit and raises no callback.
            self.header_bytes += len(data)
        if self.header_bytes > MAX_HEADER_BYTES:
            self._reject(TOO_LARGE)
        elif self._idle():
            self._start_timer()

    def _parse(self, data: bytes) -> None:
        """As in uvicorn, without its log message for each invalid request."""
        try:
            self.parser.feed_data(data)
        except HttpParserError:
            self._reject(self.rejection)
        except HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()

    def handle_websocket_upgrade(self) -> None:
        pending_connections().remove(self)
        super().handle_websocket_upgrade()
        # A reference cycle: it would last as long as the socket, and then until the garbage collector runs.
        self.parser = None  # type: ignore[assignment]

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self.requests += 1
        self.in_headers, self.header_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEADER_BYTES:
            self._stop_parsing(TOO_LARGE)
        upgrades = self.parser.should_upgrade()
        if len(self.pipeline) >= MAX_PIPELINED:
            self._stop_parsing(TOO_FAST)
        becomes_socket = upgrades and self._should_upgrade()
        if becomes_socket and (rejection := check_handshake(self.parser.get_http_version(), self.headers)):
            self._stop_parsing(rejection)
        pending_connections().add(self, self.address)  # waits for the body
        super().on_headers_complete()
        if not becomes_socket:
            self.unanswered.append(self.cycle)
        if upgrades and not becomes_socket:
            # To an unsupported protocol: the request is answered, but the parser reads no further.
            self.cycle.keep_alive = False

    def _stop_parsing(self, rejection: Rejection) -> None:
        self.rejection = rejection
        raise Rejected

    def on_message_complete(self) -> None:
        super().on_message_complete()
        pending_connections().remove(self)
        self.in_headers = True

    def on_response_complete(self) -> None:
        self.unanswered = [cycle for cycle in self.unanswered if not cycle.response_complete]
        super().on_response_complete()
        if not self.transport.is_closing():
            pending_connections().add(self, self.address)

    def pause_writing(self) -> None:
        super().pause_writing()
        pending_connections().add(self, self.address)

    def resume_writing(self) -> None:
        super().resume_writing()
        pending_connections().remove(self)

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        if self.timer is None:
            self.timer = self.loop.call_later(HEADER_TIMEOUT_S, self._on_timeout)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _on_timeout(self) -> None:
        self.timer = None
        if self.in_headers and self._idle():
            self._reject(TOO_SLOW)
        elif self._idle():
            self.transport.close()  # the rest of a body whose request was answered already

    def _reject(self, rejection: Rejection) -> None:
        if not self.transport.is_closing():
            self._abandon()
            self.transport.write(encode_response(rejection))
            self.transport.close()


def check_handshake(version: str, headers: list[tuple[bytes, bytes]]) -> Rejection | None:
    """Return why the headers of a WebSocket handshake are invalid, or None."""
    if version != "1.1":
        return NO_HANDSHAKE
    if len(headers) > MAX_HANDSHAKE_HEADERS:
        return TOO_LARGE
    size = 0
    for name, value in headers:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0"):
            return NO_BODY
        if name in (b"connection", b"upgrade") or name.startswith(b"sec-websocket-"):
            size += len(value)
    return NO_HANDSHAKE if size > MAX_HANDSHAKE_BYTES else None


def encode_response(rejection: Rejection) -> bytes:
    status, message = rejection
    body = message.encode()
    headers = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return STATUS_LINE[status] + headers + body

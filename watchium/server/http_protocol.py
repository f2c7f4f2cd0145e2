"""uvicorn's HTTP protocol, which answers and closes what uvicorn would leave open for ever.

uvicorn itself waits for the first request of a connection for ever and keeps headers of any size. A handshake that its
HTTP parser takes and its WebSocket parser does not is neither answered nor closed: whatever cannot become a socket is
refused here, before it is handed on. Nothing of it is logged: anybody can send nonsense, as often as they like.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle

import websockets.http11
from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from watchium.server.pending_connections import address_of, pending_connections

HEAD_S = 10.0
HEAD_BYTES = 32 * 1024  # address and headers together; browsers of people with many cookies send 8 KiB
PIPELINED = 16  # requests of one connection that wait for their turn; one read may bring fourteen thousand, 50 us each
HANDSHAKE_HEADERS = 128
HANDSHAKE_BYTES = 1024  # of what a handshake says about the socket; browsers say 200 bytes

Refusal = tuple[int, str]
NO_HTTP: Refusal = (400, "Invalid HTTP request received.")
TOO_LARGE: Refusal = (431, "This request has too much in its head.")
TOO_SLOW: Refusal = (408, "This took too long to arrive.")
TOO_FAST: Refusal = (429, "Wait for answers before asking for more.")
TOO_MANY: Refusal = (503, "Too many connections are open here.")
NO_BODY: Refusal = (400, "A WebSocket handshake has no body.")
NO_HANDSHAKE: Refusal = (400, "This is no WebSocket handshake.")

# As much as pages may have: people with many cookies would see pages whose sockets never open.
websockets.http11.MAX_LINE_LENGTH = HEAD_BYTES + 1024
websockets.http11.MAX_NUM_HEADERS = HANDSHAKE_HEADERS + 1


class Refused(Exception):
    """Ends the parsing."""


class HttpProtocol(HttpToolsProtocol):
    """A timer runs while nothing is being answered: until a head is whole, and while the rest of a body still comes
    that was refused."""

    timer: TimerHandle | None = None
    in_head = True  # also between two requests
    heads = 0
    head_bytes = 0
    problem = NO_HTTP
    address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.unanswered: list[RequestResponseCycle] = []
        self.address = address_of(self.client[0] if self.client else "")
        if not pending_connections().admits(len(self.connections)):
            self._refuse(TOO_MANY)
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
        """These answers are not needed any more; uvicorn knows only the last of several requests."""
        for cycle in self.unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self.unanswered.clear()

    def data_received(self, data: bytes) -> None:
        heads, in_head = self.heads, self.in_head
        self._unset_keepalive_if_required()
        self._parse(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if in_head and self.in_head and heads == self.heads:
            # Of a header without an end the parser keeps everything and tells nothing.
            self.head_bytes += len(data)
        if self.head_bytes > HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self._idle():
            self._start_timer()

    def _parse(self, data: bytes) -> None:
        """As uvicorn does it, without a warning in the log for each."""
        try:
            self.parser.feed_data(data)
        except HttpParserError:
            self._refuse(self.problem)
        except HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()

    def handle_websocket_upgrade(self) -> None:
        pending_connections().remove(self)
        super().handle_websocket_upgrade()
        # The two refer to each other: for as long as the socket is open, and then until garbage is looked for.
        self.parser = None  # type: ignore[assignment]

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self.heads += 1
        self.in_head, self.head_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._end_parsing(TOO_LARGE)
        upgrades = self.parser.should_upgrade()
        if len(self.pipeline) >= PIPELINED:
            self._end_parsing(TOO_FAST)
        becomes_socket = upgrades and self._should_upgrade()
        if becomes_socket and (problem := problem_of_handshake(self.parser.get_http_version(), self.headers)):
            self._end_parsing(problem)
        pending_connections().add(self, self.address)  # for its body
        super().on_headers_complete()
        if not becomes_socket:
            self.unanswered.append(self.cycle)
        if upgrades and not becomes_socket:
            # To a protocol that is not spoken here: answered, but the parser reads no further.
            self.cycle.keep_alive = False

    def _end_parsing(self, problem: Refusal) -> None:
        self.problem = problem
        raise Refused

    def on_message_complete(self) -> None:
        super().on_message_complete()
        pending_connections().remove(self)
        self.in_head = True

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
            self.timer = self.loop.call_later(HEAD_S, self._lose_patience)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _lose_patience(self) -> None:
        self.timer = None
        if self.in_head and self._idle():
            self._refuse(TOO_SLOW)
        elif self._idle():
            self.transport.close()  # the rest of a body that was answered already

    def _refuse(self, problem: Refusal) -> None:
        if not self.transport.is_closing():
            self._abandon()
            self.transport.write(answer_to(problem))
            self.transport.close()


def problem_of_handshake(version: str, headers: list[tuple[bytes, bytes]]) -> Refusal | None:
    """Why a request to become a WebSocket cannot become one, as far as its headers tell."""
    if version != "1.1":
        return NO_HANDSHAKE
    if len(headers) > HANDSHAKE_HEADERS:
        return TOO_LARGE
    said = 0
    for name, value in headers:
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0"):
            return NO_BODY
        if name in (b"connection", b"upgrade") or name.startswith(b"sec-websocket-"):
            said += len(value)
    return NO_HANDSHAKE if said > HANDSHAKE_BYTES else None


def answer_to(problem: Refusal) -> bytes:
    status, message = problem
    body = message.encode()
    head = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return STATUS_LINE[status] + head + body

"""One WebSocket of the protocol, for programs: send commands, await their replies, receive events."""
# ruff: noqa: ASYNC109  # a timeout argument reads better here than a timeout block around every call

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from typing import Any, Generic, TypeVar, cast
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from watchium.client.clock_offset import offset_and_delay
from watchium.client.room_state import AnyEvent, type_of
from watchium.protocol import replies
from watchium.protocol.replies import Accepted, PongTimes, Problem

TIMEOUT_S = 5.0

W = TypeVar("W")


class ProblemError(Exception):
    """An error of the server. `code` is its protocol code, `status` the HTTP status or the socket's close code."""

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.message}")
        self.problem = problem
        self.code = problem.code
        self.status = status


class SocketConnection(Generic[W]):
    """`welcome` is the payload of the first event. Subclasses decode events and apply them to their state."""

    welcome: W
    welcomed_ms: float  # the server's time

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.close_code: int | None = None
        self._received: deque[AnyEvent] = deque()
        self._changed = asyncio.Event()
        self._pending: dict[object, deque[asyncio.Future[Any]]] = defaultdict(deque)
        self._reader: asyncio.Task[None] | None = None

    # ------------------------------------------------------------ for subclasses

    def decode(self, frame: str | bytes) -> AnyEvent:
        raise NotImplementedError

    def on_welcome(self, payload: W) -> None:
        """Initialise the state that `apply` keeps up to date."""
        raise NotImplementedError

    async def apply(self, event: AnyEvent) -> list[AnyEvent]:
        """Apply an event; return the events that became current, in order."""
        raise NotImplementedError

    # ------------------------------------------------------------ connecting and closing

    async def start(self) -> None:
        """Wait for the welcome. Raises ProblemError if an error arrives instead."""
        try:
            first = self.decode(await asyncio.wait_for(self.socket.recv(), TIMEOUT_S))
            if isinstance(first, replies.Error):
                await asyncio.wait_for(self.socket.wait_closed(), TIMEOUT_S)
                raise ProblemError(first.payload, self.socket.close_code)
        except ConnectionClosed:
            problem = Problem(code="unavailable", message="The socket closed before the welcome.")
            raise ProblemError(problem, self.socket.close_code) from None
        assert type_of(first) == "welcome", f"the server began with {type_of(first)}"
        self.welcome = cast(Any, first).payload
        self.welcomed_ms = cast(Any, first).timestamp
        self.on_welcome(self.welcome)
        self._reader = asyncio.create_task(self._read())

    async def stop(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def closed(self, timeout: float = TIMEOUT_S) -> int:
        """Wait for the server to close the socket; return the close code."""
        await asyncio.wait_for(self.socket.wait_closed(), timeout)
        return self.socket.close_code or 1006

    # ------------------------------------------------------------ sending

    async def request(
        self, kind: str, *, event_id: str | None = None, timeout: float = TIMEOUT_S, **payload: Any
    ) -> Accepted:
        """Send a command and return its acknowledgement. Raises ProblemError if it is rejected."""
        event_id = event_id or uuid4().hex
        command = {"type": kind, "event_id": event_id, "payload": payload}
        accepted: Accepted = await self._request(event_id, command, timeout)
        return accepted

    async def send(self, kind: str, *, event_id: str | None = None, **payload: Any) -> None:
        """Send a command without an acknowledgement: a heartbeat, a reaction, typing."""
        envelope = {"type": kind, "payload": payload} | ({"event_id": event_id} if event_id else {})
        await self.send_frame(msgspec.json.encode(envelope).decode())

    async def send_frame(self, frame: str | bytes) -> None:
        """Send a frame unchanged, valid or not. Raises ConnectionError if the socket is closed."""
        try:
            await self.socket.send(frame)
        except ConnectionClosed:
            raise ConnectionError(f"the socket closed with {self.socket.close_code or 1006}") from None

    async def ping(self, timeout: float = TIMEOUT_S) -> tuple[float, float]:
        """Measure offset and delay in milliseconds with one exchange."""
        ahead_ms = time.time() * 1000 - time.monotonic() * 1000
        times, arrived_ms = await self.exchange(timeout)
        offset_ms, delay_ms = offset_and_delay(times.t0, times.t1, times.t2, arrived_ms)
        return offset_ms - ahead_ms, delay_ms

    async def exchange(self, timeout: float = TIMEOUT_S) -> tuple[PongTimes, float]:
        """Ping once; return the reply, whose `t0` is of the monotonic clock in milliseconds, and when it arrived."""
        t0 = time.monotonic() * 1000
        reply: tuple[PongTimes, float] = await self._request(
            t0, {"type": "ping", "payload": {"t0": t0}}, timeout
        )
        return reply

    async def _request(self, key: object, envelope: dict[str, Any], timeout: float) -> Any:
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[key].append(reply)
        await self.send_frame(msgspec.json.encode(envelope).decode())
        return await asyncio.wait_for(reply, timeout)

    # ------------------------------------------------------------ receiving

    async def wait_for(self, kind: str, timeout: float = TIMEOUT_S) -> Any:
        """Return the next event of this type and skip others before it. The failure names the skipped events."""
        skipped: list[str] = []
        try:
            async with asyncio.timeout(timeout):
                while type_of(event := await self._next()) != kind:
                    skipped.append(type_of(event))
                return event
        except (TimeoutError, ConnectionError) as error:
            gone = f", and the socket closed with {self.close_code}" if self.close_code else ""
            raise AssertionError(f"no {kind} within {timeout} s, but {skipped}{gone}") from error

    async def next_event(self, timeout: float = TIMEOUT_S) -> AnyEvent:
        """Return the next event of any type. Raises TimeoutError, or ConnectionError if the socket closed."""
        return await asyncio.wait_for(self._next(), timeout)

    def received(self) -> list[AnyEvent]:
        """Remove and return all events that have arrived and were not returned yet."""
        received = list(self._received)
        self._received.clear()
        return received

    async def _next(self) -> AnyEvent:
        while not self._received:
            if self.close_code is not None:
                raise ConnectionError
            self._changed.clear()
            await self._changed.wait()
        return self._received.popleft()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                await self._on_event(self.decode(frame))
        except ConnectionClosed:
            pass
        finally:
            self.close_code = self.socket.close_code or 1006
            self._changed.set()
            for key in list(self._pending):
                while reply := self._oldest_pending(key):
                    reply.set_exception(ConnectionError(f"the socket closed with {self.close_code}"))

    async def _on_event(self, event: AnyEvent) -> None:
        if self._is_reply(event):
            return
        self._received.extend(await self.apply(event))
        self._changed.set()

    def _is_reply(self, event: AnyEvent) -> bool:
        """Resolve the request that this event replies to, if it is a reply; `wait_for` does not see replies."""
        match event:
            case replies.Ack(payload=accepted):
                if reply := self._oldest_pending(accepted.event_id):
                    reply.set_result(accepted)
                return True
            case replies.Pong(payload=times):
                if reply := self._oldest_pending(times.t0):
                    reply.set_result((times, time.monotonic() * 1000))
                return True
            case replies.Error(payload=problem) if reply := self._oldest_pending(problem.event_id):
                reply.set_exception(ProblemError(problem))
                return True
        return False

    def _oldest_pending(self, key: object) -> asyncio.Future[Any] | None:
        """Remove and return the oldest request with this key that has not timed out."""
        pending = self._pending.pop(key, deque())
        while pending:
            reply = pending.popleft()
            if not reply.done():
                if pending:
                    self._pending[key] = pending
                return reply
        return None

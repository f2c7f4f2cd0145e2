"""One socket of ours, for programs: say something and hear the answer, hear what is told."""
# ruff: noqa: ASYNC109  # a timeout that a caller gives reads better here than one around every call

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
from watchium.client.room_state import Heard, type_of
from watchium.protocol import events
from watchium.protocol.events import Accepted, ClockAnswer, Problem

TIMEOUT_S = 5.0

W = TypeVar("W")


class ProblemError(Exception):
    """What the server refused; `code` is its word, `status` the HTTP status or the socket's close code."""

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.message}")
        self.problem = problem
        self.code = problem.code
        self.status = status


class SocketConnection(Generic[W]):
    """`welcome` is what the server said first. Subclasses decode, and follow what it says since in `take`."""

    welcome: W

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.close_code: int | None = None
        self._heard: deque[Heard] = deque()
        self._news = asyncio.Event()
        self._waiting: dict[object, deque[asyncio.Future[Any]]] = defaultdict(deque)
        self._reader: asyncio.Task[None] | None = None

    # ------------------------------------------------------------ for subclasses

    def decode(self, frame: str | bytes) -> Heard:
        raise NotImplementedError

    def welcomed(self, payload: W) -> None:
        """From here on it is followed."""
        raise NotImplementedError

    async def take(self, event: Heard) -> list[Heard]:
        """What is to be heard now, in order."""
        raise NotImplementedError

    # ------------------------------------------------------------ to come and go

    async def start(self) -> None:
        """Wait for the welcome. Raises ProblemError when it is an error instead."""
        try:
            first = self.decode(await asyncio.wait_for(self.socket.recv(), TIMEOUT_S))
            if isinstance(first, events.Error):
                await asyncio.wait_for(self.socket.wait_closed(), TIMEOUT_S)
                raise ProblemError(first.payload, self.socket.close_code)
        except ConnectionClosed:
            problem = Problem(code="unavailable", message="The socket closed before the welcome.")
            raise ProblemError(problem, self.socket.close_code) from None
        assert type_of(first) == "welcome", f"the server began with {type_of(first)}"
        self.welcome = cast(Any, first).payload
        self.welcomed(self.welcome)
        self._reader = asyncio.create_task(self._read())

    async def stop(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def closed(self, timeout: float = TIMEOUT_S) -> int:
        """Wait for the server to close the socket; the code it closed with."""
        await asyncio.wait_for(self.socket.wait_closed(), timeout)
        return self.socket.close_code or 1006

    # ------------------------------------------------------------ to say

    async def say(
        self, kind: str, *, event_id: str | None = None, timeout: float = TIMEOUT_S, **payload: Any
    ) -> Accepted:
        """Send a deed and return its acknowledgement. Raises ProblemError when it is refused."""
        event_id = event_id or uuid4().hex
        deed = {"type": kind, "event_id": event_id, "payload": payload}
        accepted: Accepted = await self._ask(event_id, deed, timeout)
        return accepted

    async def tell(self, kind: str, *, event_id: str | None = None, **payload: Any) -> None:
        """Send what nobody acknowledges: a heartbeat, a reaction, typing."""
        envelope = {"type": kind, "payload": payload} | ({"event_id": event_id} if event_id else {})
        await self.send(msgspec.json.encode(envelope).decode())

    async def send(self, frame: str | bytes) -> None:
        """A frame as it is, however wrong. Raises ConnectionError when the socket is closed."""
        try:
            await self.socket.send(frame)
        except ConnectionClosed:
            raise ConnectionError(f"the socket closed with {self.socket.close_code or 1006}") from None

    async def ping(self, timeout: float = TIMEOUT_S) -> tuple[float, float]:
        """Offset and delay in milliseconds, by one exchange."""
        t1, started = time.time() * 1000, time.monotonic()
        answer: ClockAnswer = await self._ask(t1, {"type": "ping", "payload": {"t0": t1}}, timeout)
        t4 = t1 + (time.monotonic() - started) * 1000
        return offset_and_delay(t1, answer.t1, answer.t2, t4)

    async def _ask(self, key: object, envelope: dict[str, Any], timeout: float) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(answer)
        await self.send(msgspec.json.encode(envelope).decode())
        return await asyncio.wait_for(answer, timeout)

    # ------------------------------------------------------------ to hear

    async def hear(self, kind: str, timeout: float = TIMEOUT_S) -> Any:
        """The next event of this type; others before it are skipped. Fails with what was heard instead."""
        skipped: list[str] = []
        try:
            async with asyncio.timeout(timeout):
                while type_of(event := await self._next()) != kind:
                    skipped.append(type_of(event))
                return event
        except (TimeoutError, ConnectionError) as error:
            gone = f", and the socket closed with {self.close_code}" if self.close_code else ""
            raise AssertionError(f"no {kind} within {timeout} s, but {skipped}{gone}") from error

    async def hear_next(self, timeout: float = TIMEOUT_S) -> Heard:
        """The next event, whatever it is. Raises TimeoutError, and ConnectionError when the socket closed."""
        return await asyncio.wait_for(self._next(), timeout)

    def heard(self) -> list[Heard]:
        """Everything that arrived and was not asked for yet, taken away."""
        received = list(self._heard)
        self._heard.clear()
        return received

    async def _next(self) -> Heard:
        while not self._heard:
            if self.close_code is not None:
                raise ConnectionError
            self._news.clear()
            await self._news.wait()
        return self._heard.popleft()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                await self._take(self.decode(frame))
        except ConnectionClosed:
            pass
        finally:
            self.close_code = self.socket.close_code or 1006
            self._news.set()
            for key in list(self._waiting):
                while answer := self._oldest(key):
                    answer.set_exception(ConnectionError(f"the socket closed with {self.close_code}"))

    async def _take(self, event: Heard) -> None:
        if self._is_answer(event):
            return
        self._heard.extend(await self.take(event))
        self._news.set()

    def _is_answer(self, event: Heard) -> bool:
        """Whether it was what somebody here waits for; nobody else is to hear that."""
        match event:
            case events.Ack(payload=accepted):
                if answer := self._oldest(accepted.event_id):
                    answer.set_result(accepted)
                return True
            case events.Pong(payload=times):
                if answer := self._oldest(times.t0):
                    answer.set_result(times)
                return True
            case events.Error(payload=problem) if answer := self._oldest(problem.event_id):
                answer.set_exception(ProblemError(problem))
                return True
        return False

    def _oldest(self, key: object) -> asyncio.Future[Any] | None:
        """The question that waits longest for this answer; those who gave up do not count."""
        asked = self._waiting.pop(key, deque())
        while asked:
            answer = asked.popleft()
            if not answer.done():
                if asked:
                    self._waiting[key] = asked
                return answer
        return None

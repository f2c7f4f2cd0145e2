"""What every socket of a browser or a program does: accept, listen, refuse out loud, close with a code.

Not the machinery of a Channels consumer: there every message first visits the one synchronous thread of the process,
so that a slow query anywhere shows as clock error everywhere. Here one plain loop receives, a ping is answered at
once, and everything else waits its turn in a bounded queue of this socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import msgspec
from channels.consumer import AsyncConsumer

from rooms.access import Identity
from rooms.identity import identify_scope, same_origin
from watchium import ticker
from watchium.database import in_database
from watchium.outbox import Outbox
from watchium.problems import refusal
from watchium.throttle import Allowance, Throttle
from watchium.wire import fanout, server_clock
from watchium.wire.envelope import event_id_in
from watchium.wire.errors import (
    BadMessage,
    CloseCode,
    Internal,
    NotMember,
    RateLimited,
    Refused,
    TooLong,
    Unavailable,
)
from watchium.wire.messages import (
    MAX_FRAME_BYTES,
    ClockAnswer,
    Command,
    Error,
    Event,
    Ping,
    Pong,
    Problem,
    encode,
)

logger = logging.getLogger(__name__)

WAITING_COMMANDS = 64
LAST_WORDS_S = 5.0
BAD_MESSAGES = Allowance(burst=20, per_s=20 / 60)
PINGS = Allowance(burst=30, per_s=15)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


class Socket(AsyncConsumer):  # type: ignore[misc]  # Channels carries no types
    """One WebSocket. Subclasses decode, greet in `opened`, obey in `obey` and tidy up in `closed`."""

    channel_layer_alias = "none"  # it listens to the fan-out instead of to a channel of its own
    live: ClassVar[set[Socket]] = set()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.outbox = Outbox(send)
        self.waiting: asyncio.Queue[Command] = asyncio.Queue(WAITING_COMMANDS)
        self.throttle = Throttle(8)
        self.groups: list[str] = []
        await receive()
        await send({"type": "websocket.accept"})
        ticker.start()
        self.live.add(self)
        writing = asyncio.create_task(self.outbox.write())
        listening = asyncio.create_task(self._listen(receive))
        obeying = asyncio.create_task(self._obey_in_turn())
        tasks = [writing, listening, obeying]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if _failed(writing):
                logger.debug("a socket ended: %r", writing.exception())
            for task in (listening, obeying):
                if _failed(task):
                    logger.error("a socket broke", exc_info=task.exception())
            if listening.done() and not self.outbox.closing:
                await self._obey_what_was_said()
        finally:
            self.live.discard(self)
            await self._end(tasks)

    async def _obey_what_was_said(self) -> None:
        """Before the socket closed: somebody who says `leave` and goes has left."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.waiting.join(), LAST_WORDS_S)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        for group in self.groups:
            await fanout.hub().leave(group, self)
        try:
            await self.closed()
        except Exception:
            logger.exception("a socket could not be tidied up")

    # ------------------------------------------------------------ to be told

    def deliver(self, text: str) -> None:
        self.outbox.put(text)

    def close(self, code: int) -> None:
        self.outbox.close(code)

    def tell(self, event: Event) -> None:
        self.outbox.put(encode(event).decode())

    async def join_group(self, group: str) -> None:
        self.groups.append(group)
        await fanout.hub().join(group, self)

    # ------------------------------------------------------------ to listen

    async def _listen(self, receive: Receive) -> None:
        try:
            await self.opened(await self._identity())
        except Exception as error:
            self._turn_away(error)
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if self.outbox.closing:
                continue  # turned away or sent out: nothing is obeyed any more
            try:
                self._hear(message, server_clock.now_ms())
            except Refused as problem:
                self.refuse(problem, event_id_in(message.get("text") or ""))

    async def _identity(self) -> Identity:
        if not same_origin(self.scope):
            raise NotMember("This page is not from here.")
        return await in_database(identify_scope, self.scope)

    def _hear(self, message: dict[str, Any], now_ms: float) -> None:
        command = self._read(message.get("text"), message.get("bytes"))
        if isinstance(command, Ping):
            self._answer_ping(command, now_ms)
            return
        try:
            self.waiting.put_nowait(command)
        except asyncio.QueueFull:
            raise RateLimited(retry_after_ms=1000) from None

    def _read(self, text: str | None, binary: bytes | None) -> Command:
        if text is None:
            raise BadMessage("Frames are text, not binary.")
        if len(text) > MAX_FRAME_BYTES or len(text.encode(errors="replace")) > MAX_FRAME_BYTES:
            raise TooLong(f"A frame has at most {MAX_FRAME_BYTES} bytes.")
        try:
            return self.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise BadMessage(str(error)) from None

    def _answer_ping(self, ping: Ping, received_ms: float) -> None:
        if wait_ms := self.throttle.wait_ms("ping", PINGS, received_ms):
            raise RateLimited(retry_after_ms=wait_ms)
        sent_ms = server_clock.now_ms()
        answer = ClockAnswer(t0=ping.payload.t0, t1=received_ms, t2=sent_ms, clock_id=server_clock.clock_id())
        self.tell(Pong(room_id=self.room_id, timestamp=sent_ms, payload=answer))

    # ------------------------------------------------------------ to obey and to refuse

    async def _obey_in_turn(self) -> None:
        while True:
            command = await self.waiting.get()
            try:
                await self.obey(command)
            except Exception as error:
                self.refuse(refusal(error), command.event_id)
            finally:
                self.waiting.task_done()

    def refuse(self, problem: Refused, event_id: str | None = None) -> None:
        self.tell(self._error(problem, event_id))
        bad = isinstance(problem, BadMessage | TooLong)
        if bad and self.throttle.wait_ms("bad", BAD_MESSAGES, server_clock.now_ms()):
            self.close(CloseCode.FLOODING)

    def _turn_away(self, error: Exception) -> None:
        problem = refusal(error)
        self.outbox.end_with(encode(self._error(problem)).decode(), self.closing_code(problem))

    def _error(self, problem: Refused, event_id: str | None = None) -> Error:
        payload = Problem(
            code=problem.code, message=str(problem), event_id=event_id, retry_after_ms=problem.retry_after_ms
        )
        return Error(room_id=self.room_id, timestamp=server_clock.now_ms(), payload=payload)

    def closing_code(self, problem: Refused) -> int:
        return CloseCode.RESTART if isinstance(problem, Unavailable | Internal) else CloseCode.NOT_A_MEMBER

    @property
    def query(self) -> dict[str, str]:
        """Of the address; nothing where it has more in it than any address of ours."""
        try:
            return dict(parse_qsl(self.scope.get("query_string", b"").decode("latin-1"), max_num_fields=10))
        except ValueError:
            return {}

    # ------------------------------------------------------------ for subclasses

    room_id: str | None = None

    def decode(self, text: str) -> Command:
        """Raises msgspec.MsgspecError or UnicodeError."""
        raise NotImplementedError

    async def opened(self, identity: Identity) -> None:
        """Greet, or raise a Refused to be turned away."""
        raise NotImplementedError

    async def obey(self, command: Any) -> None:
        raise NotImplementedError

    async def closed(self) -> None:
        """Tidy up; also called for a socket that was turned away."""

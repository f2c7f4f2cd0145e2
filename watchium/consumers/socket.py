"""The base of all WebSocket consumers: accept, receive, queue commands, send errors, close with a code.

It does not use the machinery of a Channels consumer, where every message first visits the one synchronous thread of the
process, so that a slow query anywhere shows as clock error everywhere. Here one plain loop receives, commands that need
no database are handled inline, and all others wait in a bounded queue of this socket. An idle socket is one task.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl

import msgspec

from rooms.access import Identity
from rooms.auth.identity import identify_scope
from rooms.auth.origin import same_origin
from watchium import server_clock
from watchium.background import scheduler
from watchium.consumers.language import language_of, message_in
from watchium.db.thread_pool import in_database
from watchium.process_state import at_reset
from watchium.protocol.codec import event_id_in
from watchium.protocol.commands import Command, Ping
from watchium.protocol.errors import (
    BadMessage,
    CloseCode,
    Internal,
    NotMember,
    RateLimited,
    Refused,
    TooLong,
    Unavailable,
)
from watchium.protocol.events import Event
from watchium.protocol.replies import Error, Pong, PongTimes, Problem
from watchium.protocol.types import MAX_FRAME_BYTES
from watchium.protocol.validation import validation_error
from watchium.realtime import hub
from watchium.realtime.direct_writer import EXTENSION, Write
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.groups import LOBBY
from watchium.realtime.send_queue import SendQueue
from watchium.services.error_mapping import refusal
from watchium.shared_state import rate_limits
from watchium.shared_state.token_bucket import ConnectionBuckets
from watchium.telemetry import context, counters

logger = logging.getLogger(__name__)

MAX_QUEUED_COMMANDS = 64
FINISH_S = 5.0
COMMAND_TIMEOUT_S = 12.0

R = TypeVar("R")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Socket:
    """One WebSocket. Subclasses implement `decode`, `on_connect`, `handle` and `on_disconnect`."""

    live: ClassVar[set[Socket]] = set()

    @classmethod
    def as_asgi(cls) -> Any:  # an ASGI application; `django.urls.path` is typed for views
        return lambda scope, receive, send: cls()(scope, receive, send)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.send_queue = SendQueue(send, scope.get("extensions", {}).get(EXTENSION), self._on_direct_changed)
        self.queue: list[tuple[Command, float]] = []  # with the time of receipt; short and mostly empty
        self.handler_task: asyncio.Task[None] | None = None  # while commands are queued
        self.buckets = ConnectionBuckets()
        self.groups: list[str] = []
        self.language = language_of(scope)
        await receive()
        await send({"type": "websocket.accept"})
        scheduler.start()
        self.live.add(self)
        try:
            await self._listen(receive)
            await self.finish(FINISH_S)
        except Exception:
            logger.exception("a socket failed")
        finally:
            self.live.discard(self)
            await self._clean_up()

    async def finish(self, timeout_s: float) -> None:
        """Handle the queued commands: a client may send `leave` and disconnect at once."""
        if self.handler_task is not None:
            await asyncio.wait([self.handler_task], timeout=timeout_s)

    async def _clean_up(self) -> None:
        self.send_queue.end()
        if self.handler_task is not None:
            self.handler_task.cancel()
            await asyncio.wait([self.handler_task])
        for group in self.groups:
            await hub.hub().leave(group, self)
        try:
            await self.on_disconnect()
        except Exception:
            logger.exception("the clean-up of a socket failed")

    # ------------------------------------------------------------ sending

    @property
    def direct(self) -> Write | None:
        return self.send_queue.direct

    def _on_direct_changed(self) -> None:
        hub.hub().direct_changed(self.groups)

    def deliver(self, frame: Frame) -> None:
        self.send_queue.put(frame)

    def close(self, code: int) -> None:
        self.send_queue.close(code)

    def send_event(self, event: Event) -> None:
        self.send_queue.put(frame_of(event))

    async def join_group(self, group: str) -> None:
        self.groups.append(group)
        await hub.hub().join(group, self)

    # ------------------------------------------------------------ receiving

    async def _listen(self, receive: Receive) -> None:
        try:
            await self.on_connect(await self._identity())
        except Exception as error:
            self._reject(error)
        # Saves memory with thousands of idle sockets.
        self.scope["headers"] = []
        if (writer := self.send_queue.writer) is not None:
            bound = copy_context()  # room and member, for log lines
            writer.listen(partial(bound.run, self._on_frame))  # type: ignore[call-arg]  # the text is passed by the caller
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            self._on_frame(message.get("text"))

    def _on_frame(self, text: str | None) -> None:
        """`text` is None for a binary message."""
        if self.send_queue.closing:
            return  # the socket was rejected or its member removed
        try:
            self._on_text(text, server_clock.now_ms())
        except Exception as error:
            self.send_error(refusal(error), event_id_in(text or ""))

    async def _identity(self) -> Identity:
        if not same_origin(self.scope):
            raise NotMember("This page belongs to another site.")
        return await in_database(identify_scope, self.scope)

    def _on_text(self, text: str | None, now_ms: float) -> None:
        command = self._read(text)
        if isinstance(command, Ping):
            self._send_pong(command, now_ms)
            return
        # Inline commands do not wait for queued ones: their order does not matter.
        if not self.handle_inline(command, now_ms):
            self._enqueue(command, now_ms)

    def _enqueue(self, command: Command, now_ms: float) -> None:
        if len(self.queue) >= MAX_QUEUED_COMMANDS:
            raise RateLimited(retry_after_ms=1000)
        self.queue.append((command, now_ms))
        if self.handler_task is None:
            self.handler_task = asyncio.create_task(self._handle_queue())

    def _read(self, text: str | None) -> Command:
        if text is None:
            raise BadMessage("Frames are text, not binary.")
        size = len(text) if text.isascii() else len(text.encode(errors="replace"))
        if size > MAX_FRAME_BYTES:
            raise TooLong("A frame has at most {count} bytes.", count=MAX_FRAME_BYTES)
        try:
            return self.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise validation_error(error) from None

    def _charge(self, name: str, now_ms: float) -> None:
        """Count one against a limit of this socket. Raises RateLimited."""
        if wait_ms := self._wait_ms(name, now_ms):
            raise RateLimited(retry_after_ms=wait_ms)

    def _wait_ms(self, name: str, now_ms: float) -> int:
        return self.buckets.wait_ms(name, rate_limits.limit(name), now_ms)

    def _send_pong(self, ping: Ping, received_ms: float) -> None:
        self._charge("ping", received_ms)
        sent_ms = server_clock.now_ms()
        times = PongTimes(t0=ping.payload.t0, t1=received_ms, t2=sent_ms, clock_id=server_clock.clock_id())
        self.send_event(Pong(room_id=self.room_id, timestamp=sent_ms, payload=times))

    # ------------------------------------------------------------ handling and rejecting

    async def _handle_queue(self) -> None:
        try:
            while self.queue:
                command, received_ms = self.queue[0]
                context.set_received_at(received_ms)
                counters.count("commands", str(command.__struct_config__.tag))
                try:
                    await self.handle(command)
                except Exception as error:
                    self.send_error(refusal(error), command.event_id)
                # Only now: until here it counts as unfinished.
                self.queue.pop(0)
        finally:
            self.handler_task = None

    def send_error(self, problem: Refused, event_id: str | None = None) -> None:
        self.send_event(self._error(problem, event_id))
        bad = isinstance(problem, BadMessage | TooLong)
        if bad and self._wait_ms("bad_message", server_clock.now_ms()):
            self.close(CloseCode.FLOODING)

    def _reject(self, error: Exception) -> None:
        problem = refusal(error)
        self.send_queue.send_last_and_close(frame_of(self._error(problem)), self.close_code_for(problem))

    def _error(self, problem: Refused, event_id: str | None = None) -> Error:
        counters.count("refused", problem.code)
        payload = Problem(
            code=problem.code,
            message=message_in(self.language, problem),
            event_id=event_id,
            retry_after_ms=problem.retry_after_ms,
            detail=problem.detail,
        )
        return Error(room_id=self.room_id, timestamp=server_clock.now_ms(), payload=payload)

    def close_code_for(self, problem: Refused) -> int:
        return CloseCode.RESTART if isinstance(problem, Unavailable | Internal) else CloseCode.NOT_A_MEMBER

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the URL; empty if it has too many, or a NUL, which databases reject."""
        try:
            pairs = parse_qsl(self.scope.get("query_string", b"").decode("latin-1"), max_num_fields=10)
        except ValueError:
            return {}
        return {} if any("\0" in value for _, value in pairs) else dict(pairs)

    # ------------------------------------------------------------ for subclasses

    room_id: str | None = None

    def decode(self, text: str) -> Command:
        """Raises msgspec.MsgspecError or UnicodeError."""
        raise NotImplementedError

    async def on_connect(self, identity: Identity) -> None:
        """Send the first frame, or raise a Refused to reject the socket."""
        raise NotImplementedError

    def handle_inline(self, command: Any, now_ms: float) -> bool:
        """Handle a command that needs no database and no waiting. If False, `handle` follows. May raise a Refused."""
        return False

    async def handle(self, command: Any) -> None:
        raise NotImplementedError

    async def on_disconnect(self) -> None:
        """Release what the socket holds; also called for a rejected one."""


async def with_timeout(action: Awaitable[R]) -> R:
    """Wait for an action that may hang in the database. Raises Unavailable after 12 s.

    The action itself continues: if it succeeds after all, its event is published, and a retry with the same event_id is
    answered with its result.
    """
    try:
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            return await action
    except TimeoutError:
        raise Unavailable from None


at_reset(Socket.live.clear)


def _open_sockets() -> dict[str, float]:
    running = hub.running()
    lobby = len(running.groups.get(LOBBY, ())) if running else 0
    return {"lobby": lobby, "room": max(0, len(Socket.live) - lobby)}


counters.gauge("sockets", _open_sockets)

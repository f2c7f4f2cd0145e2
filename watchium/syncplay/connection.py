"""The connection of one client: reads its lines, lets it into its room, and ends when either side is gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import translation

from rooms.access import Identity
from watchium import server_clock
from watchium.client.room_state import AnyEvent
from watchium.consumers.language import message_in
from watchium.db.thread_pool import in_database
from watchium.protocol.errors import (
    BadMessage,
    Banned,
    CloseCode,
    Internal,
    NotMember,
    RateLimited,
    Refused,
    RoomClosed,
    Unavailable,
    Waiting,
)
from watchium.protocol.events import Welcome
from watchium.protocol.replies import Error
from watchium.services.error_mapping import refusal
from watchium.shared_state.token_bucket import ConnectionBuckets, Limit
from watchium.syncplay import outgoing
from watchium.syncplay.incoming import BadLine, Hello, StartTls, decode
from watchium.syncplay.joining import Joined, join
from watchium.syncplay.other_processes import is_elsewhere
from watchium.syncplay.outgoing import Line
from watchium.syncplay.room_socket import RoomSocket
from watchium.syncplay.session import Session
from watchium.syncplay.transport.certificate import Certificate
from watchium.syncplay.transport.line_stream import LineStream
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

HELLO_S = 10.0
LINES_BEFORE_HELLO = 4
SILENT_S = 12.5  # a client answers each State, of which there is one a second
LINES = Limit(burst=60, per_s=20)
BYTES = Limit(
    burst=256 * 1024, per_s=32 * 1024
)  # a client sends some 300 a second, and 15,000 with a playlist
ASK_AGAIN_S = 4.0  # while the host is asked; a household that waits stays below the limit of joins
WAITS_S = 10.0  # then the client, which got no State, connects again by itself

# Joining again would not help: the client gets the reason and does not come back by itself.
FINAL: dict[int, type[Refused]] = {
    CloseCode.NOT_A_MEMBER: NotMember,
    CloseCode.REMOVED: Banned,
    CloseCode.NO_SUCH_ROOM: RoomClosed,
    CloseCode.TOO_MANY: RateLimited,
    CloseCode.FLOODING: RateLimited,
}


class Connection:
    """`address`: the network of the client. `take_place_of` ends an earlier connection of the same guest; it returns
    False if the earlier client is alive: then this one is another person with the same name. `certificate` encrypts
    the connection if the client asks for it; without one the answer is that this server cannot."""

    def __init__(
        self,
        stream: LineStream,
        address: str,
        take_place_of: Callable[[Connection, int], bool],
        certificate: Certificate | None = None,
    ) -> None:
        self._stream = stream
        self._address = address
        self._certificate = certificate
        self._take_place_of = take_place_of
        self._session: Session | None = None
        self._hello: Hello | None = None
        self._room: RoomSocket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._buckets = ConnectionBuckets()
        self._reason = ""  # of the room, for closing the socket
        self.last_line_s = _now_s()

    async def run(self) -> None:
        """Serve the client until its connection ends."""
        try:
            async with asyncio.timeout(HELLO_S):
                self._hello = await self._read_hello()
            counters.count("syncplay_connections", "encrypted" if self._stream.is_encrypted else "clear_text")
            await self._serve(await self._join(self._hello))
        except (Unavailable, Internal, TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass  # without a word: the client connects again
        except Refused as refused:
            self._end(message_in(settings.LANGUAGE_CODE, refused))
        except Exception:
            logger.exception("a connection of a Syncplay client failed")
        finally:
            if self._timer is not None:
                self._timer.cancel()
            await self._stream.end()

    def close(self) -> None:
        """End it without a word."""
        self._stream.close()

    # ------------------------------------------------------------ lines

    async def _read(self) -> list[Any]:
        """The messages of the next line. Raises IncompleteReadError at the end, Refused for what is no line."""
        line = await self._stream.read_line()
        self.last_line_s = _now_s()
        now_ms = self.last_line_s * 1000
        if wait_ms := (
            self._buckets.wait_ms("line", LINES, now_ms)
            or self._buckets.wait_ms("bytes", BYTES, now_ms, len(line))
        ):
            raise RateLimited(retry_after_ms=wait_ms)
        try:
            return decode(line)
        except BadLine:
            raise BadMessage from None

    async def _read_hello(self) -> Hello:
        for _ in range(LINES_BEFORE_HELLO):
            for message in await self._read():
                if isinstance(message, Hello):
                    return message
                if isinstance(message, StartTls):
                    await self._start_tls()
                    break  # what else is in its line was sent before
        raise BadMessage

    async def _start_tls(self) -> None:
        if self._stream.is_encrypted:
            raise BadMessage
        context = self._certificate.context() if self._certificate is not None else None
        self.send(outgoing.tls(context is not None))
        if context is not None:
            try:
                await self._stream.encrypt(context, HELLO_S)
            finally:
                if not self._stream.is_encrypted:
                    counters.count("syncplay_connections", "no_handshake")

    def send(self, line: Line) -> None:
        self._stream.write(outgoing.encode(line))

    def _end(self, text: str) -> None:
        if text:
            self.send(outgoing.error(text))

    # ------------------------------------------------------------ joining

    async def _join(self, hello: Hello) -> Joined:
        """Join, and ask again while the host is asked. Raises what `join` raises."""
        until_s = _now_s() + WAITS_S
        secret = self._stream.is_encrypted
        here: set[int] = set()
        while True:
            try:
                joined = await in_database(join, hello, self._address, is_encrypted=secret, here=here)
                # Players with a person's code are beside each other, as tabs are: each would end the other for ever.
                if joined.code_md5 or await self._returns_as(joined.person.pk):
                    return joined
                here.add(joined.person.pk)
            except Waiting:
                if _now_s() > until_s:
                    raise Unavailable from None
                await asyncio.sleep(ASK_AGAIN_S)
            except Exception as error:
                raise refusal(error) from None

    async def _returns_as(self, person_pk: int) -> bool:
        """Take the guest's place, unless the guest is here already, of whom the client sends the name.

        Taken last: while another process is asked, this connection may turn out to be another person's.
        """
        return not await is_elsewhere(person_pk) and self._take_place_of(self, person_pk)

    async def _serve(self, joined: Joined) -> None:
        """Carry messages between the client and its room until either ends."""
        # The open players of a person are counted together, as the tabs of a browser are.
        identity = Identity(joined.person, f"P{joined.person.pk}", self._address)
        self._room = room = RoomSocket(identity, joined, self._on_event)
        in_room = asyncio.create_task(room.run())
        reading = asyncio.create_task(self._read_until_refused())
        try:
            await asyncio.wait([in_room, reading], return_when=asyncio.FIRST_COMPLETED)
            if in_room.done() and (final := FINAL.get(in_room.result())) is not None:
                self._end(self._reason or message_in(settings.LANGUAGE_CODE, final()))
            if reading.done():
                self.last_line_s = 0.0  # it is gone: who comes now under its name is the same person
                self._end(reading.result())
        finally:
            reading.cancel()
            room.close()
            await asyncio.wait([in_room, reading])
            # They refer to this object, and garbage collection is rare.
            self._session = self._room = None

    async def _read_until_refused(self) -> str:
        """Return why the client is refused; empty if it has gone. An exception would keep all frames in a cycle."""
        try:
            await self._read_all()
        except Refused as refused:
            return message_in(settings.LANGUAGE_CODE, refused)
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception:
            logger.exception("a line of a Syncplay client failed")
        return ""

    async def _read_all(self) -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                messages = await self._read()
            if self._session is not None:
                for message in messages:
                    counters.count("syncplay_messages", type(message).__name__)
                    self._session.on_message(message, _now_s())
                self._wait()

    # ------------------------------------------------------------ the room

    def _on_event(self, event: AnyEvent) -> None:
        if self._session is not None:
            self._session.on_event(event, _now_s())
            self._wait()
        elif isinstance(event, Welcome) and self._hello is not None:
            self._session = Session(self._hello, self, _translated)
            self._session.begin(event.payload, _now_s())
            self._wait()
        elif isinstance(event, Error):
            self._reason = event.payload.message

    def command(self, kind: str, payload: dict[str, Any], event_id: str | None = None) -> None:
        if self._room is not None:
            self._room.command(kind, payload, event_id)

    def _wait(self) -> None:
        """Call the session when it has something to do."""
        if self._timer is not None:
            self._timer.cancel()
        assert self._session is not None
        delay_s = max(0.0, self._session.next_s - _now_s())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._proceed)

    def _proceed(self) -> None:
        if self._session is not None and not self._stream.is_closing:
            self._session.proceed(_now_s())
            self._wait()


def _now_s() -> float:
    return server_clock.now_ms() / 1000


def _translated(text: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(text)

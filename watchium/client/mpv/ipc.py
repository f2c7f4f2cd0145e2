"""mpv's JSON IPC: commands with their replies, and events, over its Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT_S = 3.0
CONNECT_S = 10.0
RETRY_S = 0.05
LINE_BYTES = 4 * 1024 * 1024  # a list of tracks or metadata is one line

EventHandler = Callable[[dict[str, Any]], None]


class MpvError(Exception):
    """mpv refused a command: a property that does not exist now, a file that cannot be opened."""


class MpvGone(MpvError):
    """mpv ended, or closed its socket."""


class MpvIpc:
    """`on_event` is called with each event, in order, and with none of the replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.on_event: EventHandler = lambda event: None
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._gone = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, path: Path, within_s: float = CONNECT_S) -> MpvIpc:
        """Connect as soon as mpv listens. Raises MpvGone if it does not within the time."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    with contextlib.suppress(OSError):
                        return cls(*await asyncio.open_unix_connection(str(path), limit=LINE_BYTES))
                    await asyncio.sleep(RETRY_S)
        except TimeoutError:
            raise MpvGone(f"mpv does not answer at {path}.") from None

    async def command(self, *words: Any) -> Any:
        """Run a command and return its result. Raises MpvError if it is refused or not answered."""
        if self._gone.is_set():
            raise MpvGone("mpv has ended.")
        number = next(self._numbers)
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[number] = reply
        try:
            self._writer.write(json.dumps({"command": words, "request_id": number}).encode() + b"\n")
            return await asyncio.wait_for(reply, TIMEOUT_S)
        except TimeoutError:
            raise MpvError(f"mpv did not answer {words[0]}") from None
        except OSError:
            raise MpvGone("mpv has ended.") from None
        finally:
            self._pending.pop(number, None)

    async def get(self, name: str, default: Any = None) -> Any:
        """A property's value, or the default while it has none."""
        try:
            value = await self.command("get_property", name)
        except MpvGone:
            raise
        except MpvError:
            return default
        return default if value is None else value

    async def set(self, name: str, value: Any) -> None:
        await self.command("set_property", name, value)

    async def gone(self) -> None:
        """Wait until mpv has ended."""
        await self._gone.wait()

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._receive(line)
        except (OSError, ValueError):  # a line beyond the limit
            pass
        finally:
            self._gone.set()
            for reply in self._pending.values():
                if not reply.done():
                    reply.set_exception(MpvGone("mpv has ended."))

    def _receive(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:  # a title in bytes that are no text
            return
        if "event" in message:
            self.on_event(message)
            return
        reply = self._pending.get(message.get("request_id", 0))
        if reply is None or reply.done():
            return
        if message.get("error") == "success":
            reply.set_result(message.get("data"))
        else:
            reply.set_exception(MpvError(str(message.get("error"))))

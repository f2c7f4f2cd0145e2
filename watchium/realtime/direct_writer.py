"""Interface of the direct writer: whole WebSocket frames written to a connection's transport without an ASGI message.

The server offers one as an ASGI extension, `scope["extensions"][EXTENSION]`. It is optional: without it (daphne under
`runserver`) frames go through the ASGI `send`, only slower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

EXTENSION = "watchium.direct_writer"

OnText = Callable[[str], None]
Write = Callable[[bytes], None]


class Writer(Protocol):
    """Callbacks of the object that writes to the connection, as in `asyncio.Protocol`."""

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    def connection_lost(self) -> None:
        """The connection is closing; nothing may be written to it any more."""


class DirectWriter(Protocol):
    """Writes to one connection; for use on the event loop only."""

    direct: Write
    """The transport's own `write`, for a writer that stops at `pause_writing` and `connection_lost`."""

    def watch(self, writer: Writer) -> None:
        """Call `writer` when the transport's state changes."""

    def listen(self, on_text: OnText) -> None:
        """Call `on_text`, which must not raise, with each text message as it arrives.

        Binary messages and messages that are already queued still go through the ASGI `receive`.
        """

    @property
    def writable(self) -> bool:
        """Less than 64 KiB wait in the transport."""

    def write(self, frame: bytes) -> None:
        """Write a whole WebSocket frame; does nothing on a closing connection."""

    def close(self, code: int) -> None:
        """Close soon, with a close frame if the reader takes it within two seconds."""

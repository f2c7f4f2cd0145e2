"""An encoded event: its JSON and its WebSocket frame are made once and shared by all sockets that receive it."""

from __future__ import annotations

from msgspec import Struct

from watchium.protocol.codec import encode
from watchium.protocol.events import (
    CommentChanged,
    CommentDeleted,
    CustomEvent,
    Event,
    LobbyChanged,
    NewComment,
    Presence,
    QueueChanged,
)
from watchium.protocol.replies import Head

_FIN_TEXT = 0x81
_WITH_SEQ = (NewComment, CommentDeleted, CommentChanged)
_STATES = (Presence, Head, LobbyChanged)


# A revision, a comment's seq and a revision of the queue; 0 for none.
Numbers = tuple[int, int, int]
NO_NUMBERS: Numbers = (0, 0, 0)


class Frame(Struct, gc=False):
    """`newest`: of queued frames with the same key, a slow reader needs only the last; None: it needs all of them.

    Numbered events have a key too: clients detect the gap by their numbers and request the missing ones.
    `head`: what the frame brings of these.
    """

    payload: bytes
    newest: str | None = None
    head: Numbers = NO_NUMBERS
    _wire: bytes | None = None  # cached when a socket first needs it

    def __len__(self) -> int:
        return len(self.payload)

    @property
    def wire(self) -> bytes:
        """The whole WebSocket text frame."""
        if self._wire is None:
            self._wire = _header(len(self.payload)) + self.payload
        return self._wire

    @property
    def text(self) -> str:
        return self.payload.decode()


def _header(size: int) -> bytes:
    """The header of an unmasked frame, as servers send them (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((_FIN_TEXT, size))
    if size < 65536:
        return bytes((_FIN_TEXT, 126)) + size.to_bytes(2, "big")
    return bytes((_FIN_TEXT, 127)) + size.to_bytes(8, "big")


def frame_of(event: Event | CustomEvent) -> Frame:
    head = _numbers_of(event)
    return Frame(encode(event), _newest(event, head), head)


def _numbers_of(event: Event | CustomEvent) -> Numbers:
    if event.revision:
        return event.revision, 0, 0
    if isinstance(event, _WITH_SEQ):
        return 0, event.payload.seq, 0
    if isinstance(event, QueueChanged):
        return 0, 0, event.payload.revision
    return NO_NUMBERS


def _newest(event: Event | CustomEvent, head: Numbers) -> str | None:
    if head is NO_NUMBERS:
        return str(event.__struct_config__.tag) if isinstance(event, _STATES) else None
    revision, seq, _ = head
    return "timeline" if revision else "comments" if seq else "queue"

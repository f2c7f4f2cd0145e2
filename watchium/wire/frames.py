"""An event as it travels: encoded once, its WebSocket frame made once, shared by every socket it goes to."""

from __future__ import annotations

from functools import cached_property

from watchium.wire.messages import (
    CommentDeleted,
    Custom,
    Event,
    Head,
    LobbyChanged,
    NewComment,
    Presence,
    encode,
)

_FIN_TEXT = 0x81


class Frame:
    """`newest`: of frames with the same word only the last one matters to whoever is behind; None: each matters.

    Playback events and comments count as such: their numbers show the gap, and the reader asks for what it missed.
    `head`: the revision and the comment that the frame brings, 0 for neither.
    """

    # No slots: the wire form is made when a socket first wants it, and kept.
    def __init__(self, payload: bytes, newest: str | None = None, head: tuple[int, int] = (0, 0)) -> None:
        self.payload = payload
        self.newest = newest
        self.head = head

    def __len__(self) -> int:
        return len(self.payload)

    @cached_property
    def wire(self) -> bytes:
        """One whole WebSocket text frame, unmasked as servers send (RFC 6455, section 5.2)."""
        size = len(self.payload)
        if size < 126:
            return bytes((_FIN_TEXT, size)) + self.payload
        if size < 65536:
            return bytes((_FIN_TEXT, 126)) + size.to_bytes(2, "big") + self.payload
        return bytes((_FIN_TEXT, 127)) + size.to_bytes(8, "big") + self.payload

    @cached_property
    def text(self) -> str:
        return self.payload.decode()


def frame_of(event: Event | Custom) -> Frame:
    seq = event.payload.seq if isinstance(event, NewComment | CommentDeleted) else 0
    head = (event.revision or 0, seq)
    return Frame(encode(event), _newest(event, head), head)


def _newest(event: Event | Custom, head: tuple[int, int]) -> str | None:
    if head[0]:
        return "timeline"
    if head[1]:
        return "comments"
    if isinstance(event, Presence | Head | LobbyChanged):
        return str(event.__struct_config__.tag)
    return None

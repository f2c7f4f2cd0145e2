"""Finds the boundaries of a client's WebSocket frames (RFC 6455, section 5.2). Pure.

Covers what browsers send continuously: short unfragmented text frames, and control frames. Everything else is left to
the full parser, which implements every rule.
"""

from __future__ import annotations

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the C version if it was built

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A  # first bytes of unfragmented frames
_SUPPORTED = frozenset((TEXT, CLOSE, PING, PONG))
_MASKED, _MASK_BYTES, _SHORT, _TWO_BYTE_LENGTH = 0x80, 4, 126, 126

UNKNOWN = -1
PARTIAL = 0


def size_of_first(data: bytes, start: int = 0) -> int:
    """The size of the frame at `start`: PARTIAL if it is incomplete, UNKNOWN if it needs the full parser."""
    available = len(data) - start
    if data[start] not in _SUPPORTED:
        return UNKNOWN
    if available < 2:
        return PARTIAL
    size = data[start + 1] - _MASKED  # negative without a mask, which clients must use
    header = 2 + _MASK_BYTES
    if size >= _SHORT:
        if size != _TWO_BYTE_LENGTH or data[start] != TEXT:
            return UNKNOWN
        if available < 4:
            return PARTIAL
        size = data[start + 2] << 8 | data[start + 3]
        header = 4 + _MASK_BYTES
    if size < 0:
        return UNKNOWN
    return header + size if available >= header + size else PARTIAL


def payload_of(frame: bytes) -> bytes:
    """The unmasked payload of a complete frame that `size_of_first` accepted."""
    start = 2 if frame[1] - _MASKED < _SHORT else 4
    body = start + _MASK_BYTES
    payload: bytes = apply_mask(frame[body:], frame[start:body])
    return payload

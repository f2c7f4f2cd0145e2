"""Where a browser's frames begin and end on the line (RFC 6455, section 5.2). Pure.

Only what browsers send all day is cut here: short text in one piece, and control frames. All else is left to the full
parser, which knows every rule.
"""

from __future__ import annotations

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C where it was built

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A  # whole ones, as the first byte says it
_PLAIN = frozenset((TEXT, CLOSE, PING, PONG))
_MASKED, _MASK_BYTES, _SHORT, _IN_TWO_BYTES = 0x80, 4, 126, 126

UNKNOWN = -1
PARTIAL = 0


def size_of_first(data: bytes, start: int = 0) -> int:
    """How long the frame at `start` is; PARTIAL while it is not all there, UNKNOWN where it is not a plain one."""
    left = len(data) - start
    if data[start] not in _PLAIN:
        return UNKNOWN
    if left < 2:
        return PARTIAL
    size = data[start + 1] - _MASKED  # negative where nothing is masked, which clients must
    head = 2 + _MASK_BYTES
    if size >= _SHORT:
        if size != _IN_TWO_BYTES or data[start] != TEXT:
            return UNKNOWN
        if left < 4:
            return PARTIAL
        size = data[start + 2] << 8 | data[start + 3]
        head = 4 + _MASK_BYTES
    if size < 0:
        return UNKNOWN
    return head + size if left >= head + size else PARTIAL


def payload_of(frame: bytes) -> bytes:
    """What a whole frame of the plain kind says."""
    start = 2 if frame[1] - _MASKED < _SHORT else 4
    body = start + _MASK_BYTES
    payload: bytes = apply_mask(frame[body:], frame[start:body])
    return payload

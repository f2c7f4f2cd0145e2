"""Wait for bytes of an upload that are still on their way, as a coroutine: a thread each would run out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playback.uploads import storage
from watchium.process_state import process_state

LONGEST_WAIT_S = 20.0
POLL_S = 0.1
MOST_WAITING = 500  # in this process; others are answered at once, and ask again


@dataclass
class _State:
    waiting: int = 0


_state = process_state(_State)


async def arrival(upload_id: str, wanted: int) -> bool:
    """Wait until that many bytes are here, the upload is removed, or the time is up; return whether they are here."""
    if _state.waiting >= MOST_WAITING:
        return _is_here(upload_id, wanted)
    _state.waiting += 1
    try:
        await _wait(upload_id, wanted)
    finally:
        _state.waiting -= 1
    return _is_here(upload_id, wanted)


async def _wait(upload_id: str, wanted: int) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_WAIT_S
    while loop.time() < until:
        here = storage.length(upload_id)
        if here is None or here >= wanted:
            return
        await asyncio.sleep(POLL_S)


def _is_here(upload_id: str, wanted: int) -> bool:
    return (storage.length(upload_id) or 0) >= wanted

"""What concerns all rooms or all sockets is done a part at a time, with room between for whoever says something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.02  # between two parts


async def in_parts(whole: list[T], at_once: int) -> AsyncIterator[list[T]]:
    """With a pause between two; the empty one too, so that there is always one."""
    yield whole[:at_once]
    for start in range(at_once, len(whole), at_once):
        await asyncio.sleep(PAUSE_S)
        yield whole[start : start + at_once]

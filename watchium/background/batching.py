"""Splits work on all rooms or all sockets into batches, with pauses in which the event loop serves others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.02  # between two batches


async def in_batches(items: list[T], size: int) -> AsyncIterator[list[T]]:
    """Yield slices of `items` with a pause between two. An empty list yields one empty batch."""
    yield items[:size]
    for start in range(size, len(items), size):
        await asyncio.sleep(PAUSE_S)
        yield items[start : start + size]

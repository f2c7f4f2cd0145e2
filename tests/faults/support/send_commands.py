"""Send a command like a page: repeat it with the same event_id while the server is unavailable."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.client import RoomClient
from watchium.client import ProblemError
from watchium.protocol.replies import Accepted

TRIES = 60
LONGER_THAN_ANY_WAIT_S = 30


async def say_until_accepted(client: RoomClient, kind: str, event_id: str, **payload: Any) -> Accepted:
    for _ in range(TRIES):
        try:
            return await client.say(kind, event_id=event_id, timeout=LONGER_THAN_ANY_WAIT_S, **payload)
        except ProblemError as problem:
            assert problem.code in ("unavailable", "rate_limited"), problem
            await asyncio.sleep((problem.problem.retry_after_ms or 1000) / 1000)
    raise AssertionError(f"{event_id} was refused {TRIES} times")

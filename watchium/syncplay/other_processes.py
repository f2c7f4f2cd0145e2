"""Whether a guest who seems to return is still here, in another process: then the client is another person's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from rooms.actions.presence import SILENCE_MS
from rooms.models import Connection
from watchium import server_clock
from watchium.db.thread_pool import in_database
from watchium.realtime.groups import process_id
from watchium.shared_state import shared_store

RENEWED_WITHIN_S = 4.5  # a process renews its leases every three seconds
LOOKS = 9


async def is_elsewhere(person_pk: int) -> bool:
    """Wait for a sign of life if another process seems to have a connection of the person.

    That of a process that was killed has a lease, too, for some seconds: nothing but its renewal shows that it lives.
    """
    if shared_store().single_process:
        return False

    def read() -> Awaitable[float | None]:
        return in_database(Connection.objects.lapse_elsewhere, person_pk, process_id(), server_clock.now_ms())

    return await is_renewed(read, server_clock.now_ms, RENEWED_WITHIN_S / LOOKS)


async def is_renewed(
    read: Callable[[], Awaitable[float | None]], now_ms: Callable[[], float], pause_s: float
) -> bool:
    """Whether the lease that `read` returns the end of is renewed while it is looked at.

    A process that starts extends all leases, by more than a renewal does.
    """
    lapses_ms = await read()
    for _ in range(LOOKS):
        if lapses_ms is None:
            return False
        await asyncio.sleep(pause_s)
        before_ms, lapses_ms = lapses_ms, await read()
        if lapses_ms not in (None, before_ms) and lapses_ms <= now_ms() + SILENCE_MS:
            return True
    return False

"""Closes sockets whose lease was ended, also when no message about it arrives.

Removing a member, a logout and closing a room disconnect sockets by a message through the channel layer, which may
lose it or be down. The action also ends the leases of those sockets, and each process queries the database for its own
leases that have ended: an index lookup of connections closed within the last seconds, however many sockets are open.
The message usually arrives first and carries the reason; a socket that is still open at the second poll is closed
without one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError

from rooms.models import Connection
from watchium.db.thread_pool import in_database
from watchium.realtime.groups import process_id

logger = logging.getLogger(__name__)

# Two polls and their queries take less than a second, after which no event of a forbidden room may be received.
PERIOD_S = 0.25
# Between queries while the database is down: log heads and status broadcasts share its few threads.
RETRY_S = 1.0


class LeaseRevocationWatcher:
    """`leases`: the callback of each lease held by this process, by primary key; it is called when the lease ended."""

    def __init__(self, leases: dict[int, Callable[[], None]]) -> None:
        self._leases = leases
        self._ended: set[int] = set()

    async def run(self) -> None:
        wait_s = PERIOD_S
        while True:
            await asyncio.sleep(wait_s)
            wait_s = PERIOD_S
            try:
                await self.poll()
            except (DatabaseError, InterfaceError):
                wait_s = RETRY_S  # the scheduler logs that the database is down
            except Exception:
                logger.exception("could not query ended leases")

    async def poll(self) -> None:
        if not self._leases:
            return
        ended = self._leases.keys() & await in_database(Connection.objects.closed_of, process_id())
        for pk in ended & self._ended:
            if on_lost := self._leases.pop(pk, None):
                on_lost()
        self._ended = ended

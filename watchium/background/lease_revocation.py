"""Nobody stays whose lease was ended, also where no word of it comes through.

Somebody sent out, signed out, or in a room that was closed is told to go through the channel layer, which may lose
that, or be away. The deed ends the leases of their sockets as well, and each process asks the database which of its
own are ended: a question to an index of what closed within the last seconds, however many sockets there are. The word
mostly comes first, and says why; a socket that still is open at the second look goes without.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError

from rooms.models import Connection
from watchium.db.thread_pool import in_database
from watchium.realtime.delivery import process

logger = logging.getLogger(__name__)

# Two looks and what they take are less than the second after which nobody hears anything of a room they may not see.
PERIOD_S = 0.25
# Before a database that was away is asked again: heads and beats wait for it as well, and its threads are few.
AWAY_S = 1.0


class LeaseRevocationWatcher:
    """`leases`: what to call when one is no more, by the primary key of each that is held here."""

    def __init__(self, leases: dict[int, Callable[[], None]]) -> None:
        self._leases = leases
        self._ended: set[int] = set()

    async def watch(self) -> None:
        wait_s = PERIOD_S
        while True:
            await asyncio.sleep(wait_s)
            wait_s = PERIOD_S
            try:
                await self.look()
            except (DatabaseError, InterfaceError):
                wait_s = AWAY_S  # the ticker says that the database is away
            except Exception:
                logger.exception("could not look for ended leases")

    async def look(self) -> None:
        if not self._leases:
            return
        ended = self._leases.keys() & await in_database(Connection.objects.ended, process())
        for pk in ended & self._ended:
            if lost := self._leases.pop(pk, None):
                lost()
        self._ended = ended

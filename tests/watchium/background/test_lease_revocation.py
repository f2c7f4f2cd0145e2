from __future__ import annotations

import asyncio
from unittest.mock import patch

import pytest
from django.db import OperationalError

from rooms.models import Connection
from watchium.background import lease_revocation
from watchium.background.lease_revocation import LeaseRevocationWatcher


class Watched:
    """Two sockets of this process and a watcher of their leases; `ended` is what the database returns."""

    def __init__(self) -> None:
        self.closed: list[int] = []
        self.leases = {pk: lambda pk=pk: self.closed.append(pk) for pk in (1, 2)}
        self.ended: set[int] = set()
        self.queries = 0
        self.watcher = LeaseRevocationWatcher(self.leases)

    async def poll(self) -> list[int]:
        def ended(process: str) -> set[int]:
            self.queries += 1
            return self.ended

        async def run_inline(call, *args):
            return call(*args)

        with (
            patch.object(lease_revocation, "in_database", run_inline),
            patch.object(Connection.objects, "closed_of", ended),
        ):
            await self.watcher.poll()
        return self.closed


async def test_a_socket_is_closed_once_at_the_second_poll_after_its_lease_ended():
    watched = Watched()
    watched.ended = {2, 77}  # 77 closed by itself a moment ago
    assert await watched.poll() == []
    assert await watched.poll() == [2]
    assert await watched.poll() == [2]
    assert list(watched.leases) == [1]


async def test_a_socket_closed_by_a_message_is_not_closed_again():
    watched = Watched()
    watched.ended = {2}
    await watched.poll()
    del watched.leases[2]
    assert await watched.poll() == []


async def test_a_process_without_leases_sends_no_query():
    watched = Watched()
    watched.leases.clear()
    await watched.poll()
    assert watched.queries == 0


async def test_a_failed_query_is_retried_after_a_second():
    waits: list[float] = []
    results = iter([None, OperationalError, OperationalError, ValueError, None])

    class Done(Exception): ...

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) > 5:
            raise Done

    async def poll() -> None:
        if problem := next(results):
            raise problem

    watched = Watched()
    with (
        patch.object(asyncio, "sleep", sleep),
        patch.object(watched.watcher, "poll", poll),
        pytest.raises(Done),
    ):
        await watched.watcher.run()
    period_s, retry_s = lease_revocation.PERIOD_S, lease_revocation.RETRY_S
    assert waits == [period_s, period_s, retry_s, retry_s, period_s, period_s]

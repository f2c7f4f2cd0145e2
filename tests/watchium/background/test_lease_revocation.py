from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import OperationalError

from rooms.models import Connection
from watchium.background import lease_revocation
from watchium.background.lease_revocation import LeaseRevocationWatcher


class Door:
    """Two sockets of this process, by their leases; what the database says has ended is put into `ended`."""

    def __init__(self) -> None:
        self.sent_out: list[int] = []
        self.leases = {pk: lambda pk=pk: self.sent_out.append(pk) for pk in (1, 2)}
        self.ended: set[int] = set()
        self.asked = 0
        self.doorman = LeaseRevocationWatcher(self.leases)

    async def look(self) -> list[int]:
        def ended(process: str) -> set[int]:
            self.asked += 1
            return self.ended

        async def at_once(call, *args):
            return call(*args)

        with (
            patch.object(lease_revocation, "in_database", at_once),
            patch.object(Connection.objects, "ended", ended),
        ):
            await self.doorman.look()
        return self.sent_out


async def test_whose_lease_was_ended_goes_at_the_second_look_and_once():
    door = Door()
    door.ended = {2, 77}  # the other closed by itself a moment ago
    assert await door.look() == []
    assert await door.look() == [2]
    assert await door.look() == [2]
    assert list(door.leases) == [1]


async def test_whoever_was_told_to_go_before_is_not_sent_out_again():
    door = Door()
    door.ended = {2}
    await door.look()
    del door.leases[2]
    assert await door.look() == []


async def test_where_nobody_is_nothing_is_asked():
    door = Door()
    door.leases.clear()
    await door.look()
    assert door.asked == 0


async def test_a_database_that_is_away_is_asked_again_after_a_second():
    waits: list[float] = []
    looks = iter([None, OperationalError, OperationalError, ValueError, None])

    class Done(Exception): ...

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) > 5:
            raise Done

    async def look() -> None:
        if problem := next(looks):
            raise problem

    door = Door()
    with (
        patch.object(lease_revocation.asyncio, "sleep", sleep),
        patch.object(door.doorman, "look", look),
        pytest.raises(Done),
    ):
        await door.doorman.watch()
    period_s, away_s = lease_revocation.PERIOD_S, lease_revocation.AWAY_S
    assert waits == [period_s, period_s, away_s, away_s, period_s, period_s]

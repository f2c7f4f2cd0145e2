from __future__ import annotations

from collections.abc import Sequence

import pytest

from rooms.actions.presence import FRESH_MS, SILENCE_MS
from watchium.syncplay.other_processes import is_renewed

NOW_MS = 1_000_000.0
LEASE = NOW_MS + SILENCE_MS - 2000


@pytest.mark.parametrize(
    ("lapses", "renewed"),
    [
        ([None], False),
        ([LEASE, LEASE, NOW_MS + SILENCE_MS], True),
        ([LEASE, LEASE, None], False),  # it was closed
        ([LEASE], False),  # its process was killed
        ([LEASE, NOW_MS + FRESH_MS], False),  # the process that started in its place extends all leases
        ([LEASE, NOW_MS + FRESH_MS, NOW_MS + SILENCE_MS], True),
    ],
)
async def test_a_lease_is_alive_once_it_is_renewed(lapses: Sequence[float | None], renewed: bool):
    looks = iter(lapses)

    async def read() -> float | None:
        return next(looks, lapses[-1])

    assert await is_renewed(read, lambda: NOW_MS, 0) is renewed

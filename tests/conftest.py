"""Time stands still unless a test moves it, and no test meets another's buckets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from watchium.wire import server_clock

TEST_ANCHOR_MS = 1_700_000_000_000.0


@pytest.fixture(autouse=True)
def _anchored_clock() -> Iterator[None]:
    """The server's clock without its row: a fresh database has none, and pure tests have no database."""
    server_clock.set_anchor(TEST_ANCHOR_MS, "test")
    yield

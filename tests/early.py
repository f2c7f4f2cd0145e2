"""The order of tests in several workers: those marked `early` first, so that no long one begins when others end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

import pytest

Item = TypeVar("Item")


def deal_early(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put early tests at the beginning of each worker's share."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    early = [item for item in items if item.get_closest_marker("early")]
    rest = [item for item in items if not item.get_closest_marker("early")]
    if workers > 1:
        items[:] = dealt(early, rest, workers)


def dealt(early: Sequence[Item], rest: Sequence[Item], workers: int) -> list[Item]:
    """Return all items with the early ones dealt to the heads of the shares of so many workers.

    A worker of pytest-xdist begins with a share of the items in their order, and later steals the end of another's.
    """
    waiting, order = iter(rest), []
    for number, size in enumerate(shares(len(early) + len(rest), workers)):
        head = early[number::workers]
        order += [*head, *islice(waiting, max(0, size - len(head)))]
    return order


def shares(count: int, workers: int) -> Iterator[int]:
    """Yield the sizes of the shares as pytest-xdist makes them."""
    for left in range(workers, 0, -1):
        yield count // left
        count -= count // left

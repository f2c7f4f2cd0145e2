"""Times and statements of calls on the database thread pool, as sockets make them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from watchium.db.thread_pool import in_database


@dataclass
class Timed:
    """Results of one kind of call: wall and CPU milliseconds, and statements per call."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)

    async def call(self, deed: Callable[..., Any], *arguments: Any) -> Any:
        cpu, wall = time.process_time(), time.perf_counter()
        result = await in_database(deed, *arguments)
        self.wall_ms.append((time.perf_counter() - wall) * 1000)
        self.cpu_ms.append((time.process_time() - cpu) * 1000)
        return result

    async def count(self, deed: Callable[..., Any], *arguments: Any) -> Any:
        """Call once more, untimed, and count statements without BEGIN and COMMIT."""
        result, sent = await in_database(_counted, deed, *arguments)
        self.statements.append(sent)
        return result

    def quantile_ms(self, share: float) -> float:
        return statistics.quantiles(self.wall_ms, n=1000, method="inclusive")[round(share * 1000) - 1]

    def line(self, name: str, least_ms: float) -> str:
        p50, p99 = self.quantile_ms(0.5), self.quantile_ms(0.99)
        sent = f"{max(self.statements)}" if self.statements else ""
        return f"{name:24} {p50:8.2f} {p99:8.2f} {statistics.mean(self.cpu_ms):8.2f} {p50 / least_ms:8.1f} {sent:>6}"


HEAD = f"{'':24} {'p50 ms':>8} {'p99 ms':>8} {'CPU ms':>8} {'ratio':>8} {'sent':>6}"


def _counted(deed: Callable[..., Any], *arguments: Any) -> tuple[Any, int]:
    sent = 0

    def counting(execute: Any, *statement: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*statement)

    with connection.execute_wrapper(counting):
        return deed(*arguments), sent

"""Watchium as one process or as two; members of a test connect to `here` or `there`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from tests.servers import Server, Service, redis_service, watchium_server

_GENEROUS = ("command", "custom", "playback", "comment", "people", "room_change")
GENEROUS = {"WATCHIUM_LIMITS": ",".join(f"{name}=100000/1" for name in _GENEROUS)}

# Several processes are meant for PostgreSQL; on SQLite only `make test-faults` runs them.
SEVERAL = [] if "DATABASE_URL" in os.environ else [pytest.mark.long]


def several_processes(test: Callable) -> Callable:
    """Mark a test of several processes."""
    for mark in SEVERAL:
        test = mark(test)
    return test


@dataclass(frozen=True)
class Deployment:
    here: Server
    there: Server
    redis: Service | None = None

    @property
    def servers(self) -> list[Server]:
        return [self.here] if self.here is self.there else [self.here, self.there]


def one_process(server: Server) -> Deployment:
    return Deployment(server, server)


@contextmanager
def two_processes(where: Mapping[str, str]) -> Iterator[Deployment]:
    """Start two processes on the database in `where`, else on one SQLite file, with their own Redis."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_service())
        shared = {**where, "REDIS_URL": redis.url}
        here = stack.enter_context(watchium_server(shared))
        there = stack.enter_context(watchium_server(shared, data_dir=here.data_dir))
        yield Deployment(here, there, redis)

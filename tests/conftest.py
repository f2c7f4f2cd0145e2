"""Time stands still unless a test moves it, no test meets another's buckets, and servers for those that need them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.test import TransactionTestCase

from tests.deployments import GENEROUS, Deployment, one_process, two_processes
from tests.servers import Server, database_beside, migrated_database, watchium_server
from watchium import process_state, server_clock

# What stands on the database of the run; `deployment` finds it out late.
OF_THE_RUN = {"where", "template_database", "deployment", "db", "transactional_db", "django_db_setup"}
TEST_ANCHOR_MS = 1_700_000_000_000.0


@pytest.fixture(autouse=True)
def _anchored_clock() -> Iterator[None]:
    """The server's clock without its row: a fresh database has none, and pure tests have no database."""
    server_clock.set_anchor(TEST_ANCHOR_MS, "test")
    yield


@pytest.fixture(autouse=True)
def _new_process_state() -> None:
    """Each test starts with the state of a new process: no leases, no mailboxes, full rate limits."""
    process_state.reset()


@pytest.fixture
def frozen_clock() -> Iterator[None]:
    """The server's clock stands still, so that no rate limit refills while a slow machine uses it up."""
    now_ms = server_clock.now_ms()
    with patch.object(server_clock, "now_ms", lambda: now_ms):
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What has no database, or brings its own, runs once, not once more on PostgreSQL."""
    if "DATABASE_URL" not in os.environ:
        return
    alike = [item for item in items if _is_the_same_again(item)]
    config.hook.pytest_deselected(items=alike)
    items[:] = [item for item in items if item not in set(alike)]


def _is_the_same_again(item: pytest.Item) -> bool:
    case = getattr(item, "cls", None)
    if item.get_closest_marker("django_db") or (case and issubclass(case, TransactionTestCase)):
        return False
    return not OF_THE_RUN & set(getattr(item, "fixturenames", ()))


# ---------------------------------------------------------------- servers on the database that the run uses


@pytest.fixture(scope="session")
def template_database() -> str | None:
    """A migrated PostgreSQL database to copy from, when the run is on PostgreSQL: one for each worker."""
    url = os.environ.get("DATABASE_URL", "")
    return migrated_database(url) if url else None


def _own_database(template_database: str | None) -> dict[str, str]:
    """Two houses in one database would do each other's work and tell only their own people."""
    return {"DATABASE_URL": database_beside(template_database, copy=True)} if template_database else {}


@pytest.fixture
def where(template_database: str | None) -> dict[str, str]:
    """The environment of a scene's own servers: a database of PostgreSQL when the run is on it, else SQLite."""
    return _own_database(template_database)


@pytest.fixture(scope="session")
def server(template_database: str | None) -> Iterator[Server]:
    with watchium_server(_own_database(template_database)) as running:
        yield running


@pytest.fixture
def killable_server(where: dict[str, str]) -> Iterator[Server]:
    """One that a test may kill."""
    with watchium_server(where) as running:
        yield running


@pytest.fixture
def generous_server(where: dict[str, str]) -> Iterator[Server]:
    """One where a single person may say as much as a crowd would; it may be killed, too."""
    with watchium_server({**where, **GENEROUS}) as running:
        yield running


@pytest.fixture(scope="session")
def pair(template_database: str | None) -> Iterator[Deployment]:
    with two_processes(_own_database(template_database)) as deployment:
        yield deployment


@pytest.fixture
def killable_pair(where: dict[str, str]) -> Iterator[Deployment]:
    with two_processes(where) as deployment:
        yield deployment


# On SQLite too, but there with `make test-faults` alone: several processes are for PostgreSQL.
_TWO = pytest.param("two processes", marks=[] if "DATABASE_URL" in os.environ else [pytest.mark.long])


@pytest.fixture(params=["one process", _TWO])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """What is promised holds in both: people are in one process, or on either side of Redis."""
    if request.param == "one process":
        return one_process(request.getfixturevalue("server"))
    found: Deployment = request.getfixturevalue("pair")
    return found

"""Fixtures for all tests: an anchored clock, a reset of the process state, and servers on the database of the run."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings

from tests.deployments import GENEROUS, SEVERAL, Deployment, one_process, two_processes
from tests.early import deal_early
from tests.flush import delete_rows
from tests.servers import (
    Server,
    database_beside,
    free_port,
    migrated_database,
    migrated_file,
    syncplay_encryption,
    watchium_server,
)
from watchium import process_state, server_clock

# Most objects of a test run live until its end, and looking for garbage among them took a quarter of its time.
gc.set_threshold(50_000)
# The cost of a hash in use is 0.2 s; tests count hashes, and none depends on what one costs.
PBKDF2PasswordHasher.iterations = 1000
TransactionTestCase._fixture_teardown = delete_rows  # type: ignore[attr-defined]

# A busy machine takes longer for an example than 200 ms, and no test depends on time.
settings.register_profile("untimed", settings.default, deadline=None)  # in CI derandomized, too
settings.load_profile("untimed")

# Fixtures that use the database of the run; `deployment` requests its own dynamically.
USE_RUN_DATABASE = {"where", "template_database", "deployment", "db", "transactional_db", "django_db_setup"}
SYNCPLAY_PROXY = "127.0.0.2"  # clients that connect from this address are proxies
TEST_ANCHOR_MS = 1_700_000_000_000.0


@pytest.fixture(autouse=True)
def _new_process_state() -> None:
    """Each test starts with the state of a new process: no leases, no mailboxes, full rate limits.

    The clock is anchored without its row: a fresh database has none, and pure tests have no database.
    """
    server_clock.set_anchor(TEST_ANCHOR_MS, "test")
    process_state.reset()


@pytest.fixture
def frozen_clock() -> Iterator[None]:
    """Stop the server's clock, so that no rate limit refills while a slow machine uses it up."""
    now_ms = server_clock.now_ms()
    with patch.object(server_clock, "now_ms", lambda: now_ms):
        yield


def pytest_collection_finish() -> None:
    """Exclude modules and collected tests from each later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests without a database, or with one of their own, when the run is on PostgreSQL."""
    if "DATABASE_URL" in os.environ:
        deselected = [item for item in items if _ignores_run_database(item)]
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in set(deselected)]
    deal_early(config, items)


def _ignores_run_database(item: pytest.Item) -> bool:
    case = getattr(item, "cls", None)
    if item.get_closest_marker("django_db") or (case and issubclass(case, TransactionTestCase)):
        return False
    return not USE_RUN_DATABASE & set(getattr(item, "fixturenames", ()))


# ---------------------------------------------------------------- servers on the database that the run uses


@pytest.fixture(scope="session")
def template_database() -> str | None:
    """A migrated PostgreSQL database to copy; None unless the run is on PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    return migrated_database(url) if url else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, template_database: str | None
) -> Iterator[None]:
    """Let the run's own database begin with migrated tables: all migrations take four seconds in each worker."""
    if template_database:
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database.rpartition("/")[2].partition("?")[0]
        yield
        return
    in_memory = connection.creation._get_test_db_name()  # type: ignore[attr-defined]  # lasts while it is open
    with closing(sqlite3.connect(in_memory, uri=True)) as tables:
        with closing(sqlite3.connect(migrated_file())) as template:
            template.backup(tables)
        yield


def _own_database(template_database: str | None) -> dict[str, str]:
    """Two deployments in one database would do each other's periodic work and notify only their own members."""
    return {"DATABASE_URL": database_beside(template_database, copy=True)} if template_database else {}


@pytest.fixture
def where(template_database: str | None) -> dict[str, str]:
    """Environment for servers of a single test: a new PostgreSQL database if the run is on PostgreSQL, else SQLite."""
    return _own_database(template_database)


@pytest.fixture(scope="session")
def server(template_database: str | None) -> Iterator[Server]:
    syncplay = {
        "WATCHIUM_SYNCPLAY": str(free_port()),
        "WATCHIUM_SYNCPLAY_PROXIES": SYNCPLAY_PROXY,
        **syncplay_encryption(),
    }
    with watchium_server({**_own_database(template_database), **syncplay}) as running:
        yield running


@pytest.fixture
def killable_server(where: dict[str, str]) -> Iterator[Server]:
    """A server that the test may kill."""
    with watchium_server(where) as running:
        yield running


@pytest.fixture
def generous_server(where: dict[str, str]) -> Iterator[Server]:
    """A server with rate limits high enough for one member to send as much as many; the test may kill it."""
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


@pytest.fixture(
    params=[
        pytest.param("one process", marks=pytest.mark.once),
        pytest.param("two processes", marks=SEVERAL),
    ]
)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Run the test with both members in one process, and with Redis between two.

    `make test` runs one process on SQLite and two on PostgreSQL, `make test-faults` all four.
    """
    if request.param == "one process":
        return one_process(request.getfixturevalue("server"))
    found: Deployment = request.getfixturevalue("pair")
    return found

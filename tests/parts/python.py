"""The Python tests: on SQLite, on PostgreSQL, with all faults, and with the lines that they run."""

from __future__ import annotations

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from tests import servers
from tests.parts.commands import CAPTURED, PYTHON, run
from tests.parts.pytest_runs import pytest, pytest_twice
from tests.parts.results import Skipped
from tests.servers import ROOT

# More workers than cores, because a part of the time is spent waiting.
WORKERS = ("-n", "4", "--dist", "worksteal")
# Each worker on PostgreSQL collects the tests and starts three servers of its own: 11 s of the processor, of which
# scenes that run alone need a part at the same time.
WORKERS_ON_POSTGRES = ("-n", "3", "--dist", "worksteal")
MAX_CONNECTIONS = 300  # of servers in four workers; 100 were not enough
# These run again on PostgreSQL, the database for several processes. Faults on PostgreSQL: `make test-faults`.
ON_POSTGRES = ("rooms", "playback", "chat", "watchium", "guarantees")


def python() -> bool:
    prepare()
    return pytest_twice(WORKERS)


def prepare() -> None:
    """Compile all tests, and make what servers copy, once: all workers would compile at the same time.

    Four workers took 10 s of CPU each until they had collected the tests; with compiled ones they take 3.4 s each.
    """
    makes = [PYTHON, "-c", "from tests.servers import watchium; watchium.make_templates()"]
    collects = [PYTHON, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
    with ThreadPoolExecutor(2) as pool:  # an error shows in the part itself
        for words in (collects, makes):
            pool.submit(subprocess.run, words, cwd=ROOT, check=False, **CAPTURED)


def coverage() -> bool:
    """Measure which lines the Python tests run, in their processes and in the servers that they start.

    Separate from `make test`, because it takes almost twice as much processor time (Python 3.11: 38 s become 69 s for
    tests/rooms and tests/playback). Tests that need the whole machine are left out.
    """
    tool = (PYTHON, "-m", "coverage")
    with tempfile.TemporaryDirectory() as folder:
        env = {"COVERAGE_FILE": f"{folder}/data"}
        marked = ("-m", "not long and not alone")
        passed = run(*tool, "run", "-m", "pytest", "-q", *WORKERS, *marked, env=env)
        run(*tool, "combine", "-q", folder, env=env)
        return run(*tool, "report", env=env) and passed


def postgres() -> bool:
    folders = [f"tests/{name}" for name in ON_POSTGRES if any((ROOT / "tests" / name).rglob("test_*.py"))]
    if not folders:
        raise Skipped("there are no tests for PostgreSQL")
    try:
        with servers.migrated_postgres_service(MAX_CONNECTIONS) as service:
            env = {"DATABASE_URL": service.url}
            return pytest_twice(WORKERS_ON_POSTGRES, "-m", "not long and not once", *folders, env=env)
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None


def faults() -> bool:
    """Run all guarantees and faults, including the long ones, on both databases. Takes about half an hour."""
    passed = everything()
    passed = pytest("-m", "long", "tests/playback", "tests/deploy", "tests/watchium") and passed
    passed = pytest("-c", "tests/browser/pytest.ini", "-m", "long", "tests/browser") and passed
    try:
        with servers.migrated_postgres_service(MAX_CONNECTIONS) as service:
            return everything({"DATABASE_URL": service.url}) and passed
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None


def everything(env: dict[str, str] | None = None) -> bool:
    folders = ("tests/guarantees", "tests/faults", "tests/model", "tests/security")
    together = pytest("-n", "2", "-m", "not alone", *folders, env=env)
    return pytest("-m", "alone", *folders, env=env) and together

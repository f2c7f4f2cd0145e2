from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.servers import ROOT
from watchium.db import thread_pool
from watchium.db.thread_pool import in_database

on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="a line to be cut")


@pytest.fixture
def one_thread(transactional_db, monkeypatch: pytest.MonkeyPatch):
    """A pool of one thread, whose connection goes with the test."""
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(thread_pool, "_pool", pool)
        yield
        pool.submit(hang_up).result()


def hang_up() -> None:
    connection.close()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cut(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


@on_postgres
async def test_a_thread_keeps_its_line(one_thread: None):
    assert await in_database(backend) == await in_database(backend)


@on_postgres
async def test_a_line_cut_while_nobody_used_it_is_noticed_before_it_is(
    one_thread: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(thread_pool, "TRUSTED_S", 0.0)
    before = await in_database(backend)
    with ThreadPoolExecutor(1) as outside:
        outside.submit(cut, before).result()
    assert await in_database(backend) != before


@on_postgres
async def test_a_line_cut_this_very_moment_costs_one_call(one_thread: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(thread_pool, "TRUSTED_S", 60.0)
    before = await in_database(backend)
    with ThreadPoolExecutor(1) as outside:
        outside.submit(cut, before).result()
    with pytest.raises(OperationalError):
        await in_database(backend)
    assert await in_database(backend) != before


def options(tmp_path: Path, **told: str) -> dict[str, Any]:
    """How a server with these settings goes to its database."""
    code = "import json; from watchium.settings import DATABASES as d; print(json.dumps(d['default']['OPTIONS']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, "WATCHIUM_DATA_DIR": str(tmp_path), **told},
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def test_more_threads_leave_requests_their_connections(tmp_path: Path):
    told = {"WATCHIUM_DATABASE_THREADS": "20", "DATABASE_URL": "postgres://127.0.0.1/watchium"}
    assert options(tmp_path, **told)["pool"]["max_size"] > 20


def test_what_the_address_of_the_database_asks_for_holds(tmp_path: Path):
    address = "postgres://127.0.0.1/watchium?sslmode=require&connect_timeout=3"
    asked = options(tmp_path, DATABASE_URL=address)
    assert (asked["sslmode"], str(asked["connect_timeout"])) == ("require", "3")

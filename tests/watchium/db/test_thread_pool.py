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

on_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no connection that could be closed"
)


@pytest.fixture
def one_thread(transactional_db, monkeypatch: pytest.MonkeyPatch):
    """A pool of one thread, whose connection is closed after the test."""
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(thread_pool, "_pool", pool)
        yield
        pool.submit(close_connection).result()


def close_connection() -> None:
    connection.close()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


@on_postgres
async def test_a_thread_keeps_its_connection(one_thread: None):
    assert await in_database(backend) == await in_database(backend)


@on_postgres
async def test_a_connection_closed_while_idle_is_replaced_before_its_next_use(
    one_thread: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(thread_pool, "TRUSTED_S", 0.0)
    before = await in_database(backend)
    with ThreadPoolExecutor(1) as outside:
        outside.submit(terminate, before).result()
    assert await in_database(backend) != before


@on_postgres
async def test_a_connection_closed_just_now_costs_one_call(one_thread: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(thread_pool, "TRUSTED_S", 60.0)
    before = await in_database(backend)
    with ThreadPoolExecutor(1) as outside:
        outside.submit(terminate, before).result()
    with pytest.raises(OperationalError):
        await in_database(backend)
    assert await in_database(backend) != before


def options(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """The database options of a server with these environment variables."""
    code = "import json; from watchium.settings import DATABASES as d; print(json.dumps(d['default']['OPTIONS']))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, "WATCHIUM_DATA_DIR": str(tmp_path), **environment},
    )  # fmt: skip
    return dict(json.loads(result.stdout))


def test_the_pool_grows_with_the_number_of_threads(tmp_path: Path):
    environment = {"WATCHIUM_DATABASE_THREADS": "20", "DATABASE_URL": "postgres://127.0.0.1/watchium"}
    assert options(tmp_path, **environment)["pool"]["max_size"] > 20


def test_options_in_the_database_url_apply(tmp_path: Path):
    address = "postgres://127.0.0.1/watchium?sslmode=require&connect_timeout=3"
    found = options(tmp_path, DATABASE_URL=address)
    assert (found["sslmode"], str(found["connect_timeout"])) == ("require", "3")

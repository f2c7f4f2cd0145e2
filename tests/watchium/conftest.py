"""A real server for the sockets' scenes, on the database that the run uses."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.services import Server, watchium_server


def database_of_our_own(url: str) -> str:
    """A fresh database beside the given one: other workers of this run have theirs."""
    name = f"scenes_{os.getpid()}_{os.urandom(3).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.rpartition("/")[0] + f"/{name}" + (f"?{url.partition('?')[2]}" if "?" in url else "")


@pytest.fixture(scope="session")
def where() -> dict[str, str]:
    """The environment of the scenes' servers: PostgreSQL when the run is on it, else SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    return {"DATABASE_URL": database_of_our_own(url)} if url else {}


@pytest.fixture(scope="session")
def server(where: dict[str, str]) -> Iterator[Server]:
    with watchium_server(where) as running:
        yield running


@pytest.fixture
def mortal_server(where: dict[str, str]) -> Iterator[Server]:
    """One that a test may kill."""
    with watchium_server(where) as running:
        yield running

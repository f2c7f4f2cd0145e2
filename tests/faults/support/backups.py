"""An operator's access to a server's database: SQL statements, backup and restore."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers import SQLITE, Server, database_beside


def run_sql(server: Server, statement: str) -> None:
    """Execute one statement and commit."""
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
        return
    with closing(sqlite3.connect(server.data_dir / SQLITE, timeout=20)) as connection, connection:  # type: ignore[assignment]
        connection.execute(statement)


def backup(server: Server) -> str:
    """Return a copy of a stopped server's database, for `restore`."""
    if url := server.env.get("DATABASE_URL"):
        return database_beside(url, copy=True)
    copy = server.data_dir / "backup.sqlite3"
    with (
        closing(sqlite3.connect(server.data_dir / SQLITE)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return str(copy)


def restore(server: Server, copied: str) -> None:
    """Replace the stopped server's database with the copy."""
    if url := server.env.get("DATABASE_URL"):
        _restore_postgres(url, copied)
        return
    database = server.data_dir / SQLITE
    for part in ("-wal", "-shm"):
        Path(f"{database}{part}").unlink(missing_ok=True)
    shutil.copy(copied, database)


def _restore_postgres(url: str, copied: str) -> None:
    base, _, name = url.rpartition("/")
    place, source = sql.Identifier(name), sql.Identifier(copied.rpartition("/")[2])
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(place))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(place, source))

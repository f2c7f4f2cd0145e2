"""Lock a room's row, so that changes of the room wait in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.servers import SQLITE, Server


@contextmanager
def room_row_locked(server: Server, room_id: str) -> Iterator[None]:
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            connection.execute("SELECT 1 FROM rooms_room WHERE room_id = %s FOR UPDATE", [room_id])
            yield
        return
    connection = sqlite3.connect(server.data_dir / SQLITE, isolation_level=None)  # type: ignore[assignment]
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()

"""Changes of what the server has stored, as if time had passed: no scene waits for a minute."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playwright.sync_api import Page

from tests.servers import SQLITE, Server

OF_ROOM = "room_id = (SELECT id FROM rooms_room WHERE room_id = ?)"


def room_id(page: Page) -> str:
    return str(page.evaluate("watchium.room.boot.room_id"))


def end_bans(server: Server, page: Page) -> None:
    """Let the bans of the room in a page be over, and the times for which removed members stay out."""
    _change(server, f"UPDATE rooms_ban SET until = '2026-01-01 00:00:00' WHERE {OF_ROOM}", room_id(page))


def end_host_grace(server: Server, page: Page) -> None:
    """Let the grace period of the absent host be over; the next tick of the server sees it."""
    _change(
        server,
        "UPDATE rooms_room SET seat_until_ms = 1 WHERE room_id = ? AND seat_until_ms IS NOT NULL",
        room_id(page),
    )


def shorten_mutes(server: Server, page: Page, until_ms: float) -> None:
    """Let the mutes of the room end at this server time."""
    sql = f"UPDATE rooms_member SET muted_until_ms = ? WHERE muted_until_ms IS NOT NULL AND {OF_ROOM}"
    _change(server, sql, until_ms, room_id(page))


def _change(server: Server, sql: str, *values: str | float) -> None:
    with closing(sqlite3.connect(server.data_dir / SQLITE, timeout=20)) as connection, connection:
        assert connection.execute(sql, values).rowcount, f"nothing to change: {sql}"

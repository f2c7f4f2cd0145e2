"""Checks of the database, its migrations, and the channel layer between processes."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from watchium.doctor.check import Result, fail, first_line, ok, warn
from watchium.telemetry.shared_files import count_processes

SLOW_MS = 50.0


def database() -> Result:
    try:
        with connection.cursor() as cursor:
            began_s = time.perf_counter()
            cursor.execute("SELECT 1")
            took_ms = (time.perf_counter() - began_s) * 1000
        message = f"{connection.display_name}, answers in {took_ms:.1f} ms"
    except (DatabaseError, InterfaceError) as error:
        return fail(first_line(error), "Start the database, or correct DATABASE_URL.")
    finally:
        connection.close()
    if took_ms > SLOW_MS:
        return warn(
            message, "Move the database closer to the server: each command makes several round trips."
        )
    return ok(message)


def migrations() -> Result:
    try:
        executor = MigrationExecutor(connection)
        unapplied = executor.migration_plan(executor.loader.graph.leaf_nodes())
    finally:
        connection.close()
    if unapplied:
        names = ", ".join(str(migration) for migration, _ in unapplied[:3])
        more = f" and {len(unapplied) - 3} more" if len(unapplied) > 3 else ""
        return fail(f"{len(unapplied)} not applied: {names}{more}", "Run: manage.py migrate")
    return ok("all applied")


def channel_layer() -> Result:
    layer = get_channel_layer()
    if layer is None:
        return fail("none is configured", "Undo the change to CHANNEL_LAYERS.")
    if isinstance(layer, InMemoryChannelLayer):
        return ok("in memory: right for one process; several processes need REDIS_URL")
    took_ms = asyncio.run(_round_trip(layer))
    if took_ms is None:
        return fail(
            "a test message did not come back",
            "Check REDIS_URL, and that Redis runs: redis-cli -u $REDIS_URL ping",
        )
    message = f"{type(layer).__name__}, round trip {took_ms:.1f} ms"
    return warn(message, "Move Redis closer to the server.") if took_ms > SLOW_MS else ok(message)


async def _round_trip(layer: object, timeout_s: float = 3.0) -> float | None:
    """Return how many milliseconds a message takes through a temporary group; None if it does not come back."""
    token = secrets.token_hex(8)
    group = f"doctor.{token}"
    try:
        async with asyncio.timeout(timeout_s):
            channel = await layer.new_channel("doctor")  # type: ignore[attr-defined]
            await layer.group_add(group, channel)  # type: ignore[attr-defined]
            for _ in range(2):  # the first one also opens the connections
                began_s = time.perf_counter()
                await layer.group_send(group, {"type": "doctor", "token": token})  # type: ignore[attr-defined]
                while (await layer.receive(channel)).get("token") != token:  # type: ignore[attr-defined]
                    pass
            return (time.perf_counter() - began_s) * 1000
    except Exception:  # layers raise many kinds of errors when the server is unreachable
        return None


def several_processes() -> Result:
    """Check that several processes, running now or configured, have a shared channel layer and database."""
    running = count_processes(Path(settings.DATA_DIR) / "figures")
    processes = max(running, settings.PROCESSES)
    sqlite = connection.vendor == "sqlite"
    if processes > 1 and not settings.REDIS_URL:
        return fail(
            f"{processes} processes without Redis would not receive each other's events",
            "Set REDIS_URL, or WATCHIUM_PROCESSES=1.",
        )
    if processes > 1 and sqlite:
        return warn(f"{processes} processes write to one SQLite file", "Set DATABASE_URL to a PostgreSQL.")
    store = "SQLite" if sqlite else connection.display_name
    layer = "Redis" if settings.REDIS_URL else "no Redis"
    return ok(f"{_count(settings.PROCESSES)} configured, {running or 'none'} running, {store}, {layer}")


def _count(processes: int) -> str:
    return f"{processes} {'process' if processes == 1 else 'processes'}"

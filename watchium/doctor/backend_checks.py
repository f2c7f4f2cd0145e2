"""The database, its tables, and what carries events between processes."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from watchium.doctor.check import Finding, fail, first_line, ok, warn
from watchium.telemetry.shared_files import serving

SLOW_MS = 50.0


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            began_s = time.perf_counter()
            cursor.execute("SELECT 1")
            took_ms = (time.perf_counter() - began_s) * 1000
        says = f"{connection.display_name}, answers in {took_ms:.1f} ms"
    except (DatabaseError, InterfaceError) as error:
        return fail(first_line(error), "Start the database, or correct DATABASE_URL.")
    finally:
        connection.close()
    if took_ms > SLOW_MS:
        return warn(says, "Put the database nearer: each command waits for it a few times.")
    return ok(says)


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    finally:
        connection.close()
    if waiting:
        names = ", ".join(str(migration) for migration, _ in waiting[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        return fail(f"{len(waiting)} not applied: {names}{more}", "Run: manage.py migrate")
    return ok("all applied")


def channel_layer() -> Finding:
    layer = get_channel_layer()
    if layer is None:
        return fail("none is configured", "Remove what was changed in CHANNEL_LAYERS.")
    if isinstance(layer, InMemoryChannelLayer):
        return ok("in memory: right for one process; more need REDIS_URL")
    took_ms = asyncio.run(_round_trip(layer))
    if took_ms is None:
        return fail(
            "what was sent did not come back",
            "Check REDIS_URL, and that Redis runs: redis-cli -u $REDIS_URL ping",
        )
    says = f"{type(layer).__name__}, there and back in {took_ms:.1f} ms"
    return warn(says, "Put Redis nearer.") if took_ms > SLOW_MS else ok(says)


async def _round_trip(layer: object, bound_s: float = 3.0) -> float | None:
    """Milliseconds that a message through a group of its own takes; None if it does not come back."""
    token = secrets.token_hex(8)
    group = f"doctor.{token}"
    try:
        async with asyncio.timeout(bound_s):
            channel = await layer.new_channel("doctor")  # type: ignore[attr-defined]
            await layer.group_add(group, channel)  # type: ignore[attr-defined]
            for _ in range(2):  # the first one also opens the lines
                began_s = time.perf_counter()
                await layer.group_send(group, {"type": "doctor", "token": token})  # type: ignore[attr-defined]
                while (await layer.receive(channel)).get("token") != token:  # type: ignore[attr-defined]
                    pass
            return (time.perf_counter() - began_s) * 1000
    except Exception:  # whatever a layer raises when it cannot be reached
        return None


def several_processes() -> Finding:
    """What several processes share must be able to be shared: those that run here, or would with this environment."""
    running = serving(Path(settings.DATA_DIR) / "figures")
    processes = max(running, settings.PROCESSES)
    sqlite = connection.vendor == "sqlite"
    if processes > 1 and not settings.REDIS_URL:
        return fail(
            f"{processes} processes without Redis would not hear each other",
            "Set REDIS_URL, or WATCHIUM_PROCESSES=1.",
        )
    if processes > 1 and sqlite:
        return warn(f"{processes} processes write to one SQLite file", "Set DATABASE_URL to a PostgreSQL.")
    store = "SQLite" if sqlite else connection.display_name
    layer = "Redis" if settings.REDIS_URL else "no Redis"
    return ok(f"{_counted(settings.PROCESSES)} asked for, {running or 'none'} running, {store}, {layer}")


def _counted(processes: int) -> str:
    return f"{processes} {'process' if processes == 1 else 'processes'}"

"""Bytes per row of each table, with indexes, on both databases."""

from __future__ import annotations

import json
from typing import Any

from tests.bench.load.figures import Outcome, Table
from tests.bench.load.harness.deployment import deployment
from tests.bench.load.options import Options
from tests.servers import postgres

ROWS = 100_000


async def growth(options: Options) -> Outcome:
    rows = 10_000 if options.quick else ROWS
    with postgres() as url:
        on_postgres = _measured(rows, {"DATABASE_URL": url})
    on_sqlite = _measured(rows, {})
    lines = [
        [
            there["name"],
            f"{there['rows']:,}",
            f"{there['alone']:.0f}",
            f"{there['whole']:.0f}",
            f"{here['whole']:.0f}",
        ]
        for there, here in zip(on_postgres, on_sqlite, strict=True)
    ]
    return Outcome(
        tables=[
            Table(
                title="Bytes a row",
                head=["row", "measured with", "PostgreSQL, table", "with indexes", "SQLite, with indexes"],
                rows=lines,
            )
        ]
    )


def _measured(rows: int, env: dict[str, str]) -> list[dict[str, Any]]:
    with deployment(env) as made:
        found = [
            json.loads(line)
            for line in made.manage("-m", "tests.bench.load.scenarios.growing", str(rows)).splitlines()
        ]
    for row in found:
        print(f"  {row['name']}: {row['whole']:.0f} bytes", flush=True)
    return found

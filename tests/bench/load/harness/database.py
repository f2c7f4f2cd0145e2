"""PostgreSQL's writes between two samples: rows by table, and WAL bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from tests.bench.load.figures import Table
from tests.bench.load.harness import cores

_ROWS = "SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del FROM pg_stat_user_tables"
_LOG = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"


@cache
def _postmaster(url: str) -> int:
    with psycopg.connect(url) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


def cpu_s(url: str) -> float:
    """Return the CPU seconds of its current processes."""
    return cores.cpu_s(_postmaster(url))


@dataclass
class Look:
    rows: dict[str, tuple[int, int, int, int]]
    log_bytes: int


def look(url: str) -> Look:
    with psycopg.connect(url) as connection:
        rows = {name: tuple(counts) for name, *counts in connection.execute(_ROWS)}
        (log_bytes,) = connection.execute(_LOG).fetchone() or (0,)
    return Look(rows, log_bytes)


def written(before: Look, after: Look, seconds: float, what: str) -> Table:
    """Return rows per second by table, busiest first, with the share of HOT updates, which skip the indexes."""
    lines = []
    for name, counts in after.rows.items():
        each = [now - then for now, then in zip(counts, before.rows.get(name, (0, 0, 0, 0)), strict=True)]
        if any(each):
            lines.append((sum(each), name, each))
    rows = [
        [name, f"{inserted / seconds:,.0f}", f"{updated / seconds:,.0f}", f"{hot / max(1, updated):.0%}",
         f"{deleted / seconds:,.0f}"]
        for _, name, (inserted, updated, hot, deleted) in sorted(lines, reverse=True)
    ]  # fmt: skip
    log = (after.log_bytes - before.log_bytes) / seconds
    return Table(
        title=f"What PostgreSQL writes a second with {what}: {log / 1e6:.2f} MB of log, and rows",
        head=["table", "inserted", "updated", "of these HOT", "deleted"],
        rows=rows,
    )

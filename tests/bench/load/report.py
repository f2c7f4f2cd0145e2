"""Render docs/benchmarks/load.md and load.svg from the latest results of each section."""

from __future__ import annotations

import math
from pathlib import Path

from tests.bench.load.figures import Figure, Outcome, Table, verdict
from tests.bench.load.plot import drawing

INTRO = """\
# Under load, measured

Rendered by `make bench` (`ARGS="--quick"` for a first look, `ARGS="--only fanout,stalled"` for some sections); how it
measures is at the end; [README.md](README.md) explains missed targets."""

HOW = """\
## How it measures

The server has one core, the load has the other, and PostgreSQL and Redis run on the load's. All compared servers run on
the same core in the same run, one at a time, in turn, restarted for each measurement; the tables show the median of
the rounds. Read the figures as ratios: absolute ones depend on the machine. The load is one process of
[picows](https://github.com/tarasko/picows) clients on uvloop, which counts frames by their length or reads the time of
sending from them (one monotonic clock for all). Python packages and Node modules that only the bench needs are pinned
with hashes and installed on its first run.

- *Watchium* is `manage.py serve` with real rooms: members with tokens, sockets as programs open them. For fan-out (one
  room, room of 8, stalled readers) the launcher adds one socket route: it decodes a real `pause` command and publishes
  the real `pause` event to the room through `watchium.realtime.hub`, without the action: no database, no rate limit, no
  row. Many rooms, storm, joins and persisted commands use the product alone, with higher limits on sockets for each
  device and members in a room.
- *picows* is a bare server that sends each message to all clients: no rooms, no JSON. *Node ws* is the same with `ws`.
- *socket.io* is a server with one room and `io.to(room).emit(...)`, WebSocket only, no compression.
- *Channels groups* is an `AsyncWebsocketConsumer` with `group_send` on the in-memory layer, under the same uvicorn with
  the same settings.

All get one command of about 70 (Watchium) or 380 bytes in, and members get an event of about 380 bytes. At saturation 4
to 32 events are under way, and the next one is sent when all members have received one; an event that has not arrived
half a second later counts as lost. Watchium sends events that wait for the same room in one write to each member;
picows and the others here write each event separately. CPU is the server process's own clock, kernel time included."""


def tell(outcome: Outcome) -> None:
    for figure in outcome.figures:
        print(
            f"  {figure.title}: {shown(figure)} {_target(figure)} {verdict(figure)} {figure.beside}",
            flush=True,
        )


def write(outcomes: dict[str, Outcome], machine: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "load.md").write_text(page(outcomes, machine))
    (folder / "load.svg").write_text(
        drawing([panel for found in outcomes.values() for panel in found.panels])
    )


def page(outcomes: dict[str, Outcome], machine: dict[str, str]) -> str:
    found = outcomes.values()
    known = [*(f"- {name}: {value}" for name, value in machine.items()), *_runs(outcomes)]
    drawn = ["", "![Deliveries, delays, arrivals](load.svg)"] if any(one.panels for one in found) else []
    tables = [line for one in found for table in one.tables for line in _table(table)]
    notes = [f"- {note}" for one in found for note in one.notes]
    figures = [figure for one in found for figure in one.figures]
    return "\n".join([INTRO, "", *known, *drawn, *_figures(figures), *tables, "", HOW, "", *notes, ""])


def _figures(figures: list[Figure]) -> list[str]:
    if not figures:
        return []
    return [
        "",
        "| figure | target | measured | | |",
        "|---|---|---|---|---|",
        *(_row(figure) for figure in figures),
        "",
        "Within twice: not met, and less than twice away. Missed figures stay here.",
    ]


def _runs(outcomes: dict[str, Outcome]) -> list[str]:
    return [f"- {name}: {_run(found)}" for name, found in outcomes.items()]


def _run(found: Outcome) -> str:
    first_look = ", a first look only" if found.quick else ""
    return f"{found.when}, seed {found.seed}{first_look}, load average {found.load}"


def _row(figure: Figure) -> str:
    return f"| {figure.title} | {_target(figure)} | {shown(figure)} | {verdict(figure)} | {figure.beside} |"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'>=' if figure.least else '<='} {figure.target:,g} {figure.unit}".strip()


def shown(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "-"
    if math.isinf(figure.value):
        return "never"
    digits = (
        0
        if figure.value == int(figure.value)
        else 3
        if abs(figure.value) < 1
        else 2
        if abs(figure.value) < 10
        else 1
    )
    return f"{figure.value:,.{digits}f} {figure.unit}".strip()


def _table(table: Table) -> list[str]:
    lines = ["", f"## {table.title}", "", f"| {' | '.join(table.head)} |", "|" + "---|" * len(table.head)]
    return lines + [f"| {' | '.join(row)} |" for row in table.rows]

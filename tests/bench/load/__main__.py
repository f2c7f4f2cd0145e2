"""`python -m tests.bench.load`: put servers under load, and write docs/benchmarks/load.md and load.svg.

Each section replaces its former results; the page is rendered from the latest results of all sections.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib import import_module, metadata
from pathlib import Path

import msgspec

from tests.bench.load.figures import Outcome
from tests.bench.load.harness import cores, tools
from tests.bench.load.options import Options, full, quick
from tests.bench.load.report import tell, write
from tests.bench.sync.machine import machine
from tests.servers import ROOT, Missing

DOCS = ROOT / "docs" / "benchmarks"
KEPT = tools.KEPT / "load.json"
# In the order of the page; `module.function`.
SECTIONS = {
    "fanout": "fanout.saturation",
    "latency": "pace.latency",
    "eight": "pace.eight",
    "stalled": "stalled.stalled",
    "idle": "idle.idle",
    "command": "command.command",
    "rooms": "rooms.rooms",
    "processes": "processes.processes",
    "storm": "reconnect_storm.storm",
    "joining": "joining.joining",
    "growth": "growth.growth",
}
QUICK = ("fanout", "latency", "eight", "storm")


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first look at some of it, in two minutes")
    parser.add_argument("--only", default="", help=f"some sections of {','.join(SECTIONS)}")
    parser.add_argument("--rounds", type=int, help="of each comparison (3; quick: 1)")
    parser.add_argument("--most-rooms", type=int, help="where the search ends (2400)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page again")
    parser.add_argument("--out", type=Path, help="where the page goes (docs/benchmarks; quick: nowhere)")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[str]:
    if options.page:
        return []
    names = [name for name in options.only.split(",") if name]
    if unknown := set(names) - set(SECTIONS):
        sys.exit(f"no such section: {', '.join(sorted(unknown))}")
    return names or list(QUICK if options.quick else SECTIONS)


def section_named(name: str) -> Callable[[Options], Awaitable[Outcome]]:
    module, _, function = SECTIONS[name].partition(".")
    section: Callable[[Options], Awaitable[Outcome]] = getattr(
        import_module(f"tests.bench.load.scenarios.{module}"), function
    )
    return section


def measure(name: str, options: Options) -> Outcome:
    import uvloop

    section = section_named(name)

    async def run() -> Outcome:
        gc.freeze()  # pauses of the load generator would be measured as the server's
        return await section(options)

    before = os.getloadavg()[0]
    outcome = uvloop.run(run())
    outcome.when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    outcome.seed, outcome.quick = options.seed, options.quick
    outcome.load = f"{before:.1f} before"
    return outcome


def kept() -> dict[str, Outcome]:
    return msgspec.json.decode(KEPT.read_bytes(), type=dict[str, Outcome]) if KEPT.exists() else {}


def versions() -> str:
    """Versions of the compared servers."""
    known = [f"{name} {metadata.version(name)}" for name in ("picows", "uvicorn", "channels", "uvloop")]
    try:
        modules = tools.node_modules()
        known.append("Node " + subprocess.check_output([tools.node(), "--version"], text=True).strip())
    except Missing as missing:
        return ", ".join([*known, str(missing)])
    for name in ("ws", "socket.io"):
        package = msgspec.json.decode((modules / name / "package.json").read_bytes())
        known.append(f"{name} {package['version']}")
    return ", ".join(known)


def main() -> int:
    wanted = asked()
    options = (quick if wanted.quick else full)(wanted.seed)
    options = msgspec.structs.replace(options, **_given(wanted))
    sys.path.insert(0, str(tools.python_packages()))
    os.sched_setaffinity(0, cores.LOAD)
    outcomes, failed = kept(), False
    out = wanted.out or (None if wanted.quick else DOCS)
    for name in chosen(wanted):
        print(f"\n{name}", flush=True)
        try:
            outcomes[name] = measure(name, options)
        except Exception:  # a failed section must not discard the others
            failed = True
            traceback.print_exc()
            continue
        tell(outcomes[name])
        if out is not None:
            _write(outcomes, out)
    if wanted.page and out is not None:
        _write(outcomes, out)
    return int(failed)


def _given(wanted: argparse.Namespace) -> dict[str, int]:
    names = ("rounds", "most_rooms")
    return {name: value for name in names if (value := getattr(wanted, name)) is not None}


def _write(outcomes: dict[str, Outcome], out: Path) -> None:
    ordered = {name: outcomes[name] for name in SECTIONS if name in outcomes}
    known = {name: value for name, value in machine("").items() if name not in ("Chromium", "date")}
    known["cores"] = f"server {sorted(cores.SERVER)}, load {sorted(cores.LOAD)}"
    write(ordered, known | {"compared": versions()}, out)
    if out == DOCS:
        KEPT.write_bytes(msgspec.json.encode(ordered))
    print(f"written: {out / 'load.md'}, {out / 'load.svg'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

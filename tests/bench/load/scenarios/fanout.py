"""One room at saturation: deliveries per second, and the cost of a delivery at half load, beside other servers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.bench.load.figures import Figure, Outcome, Panel, Table
from tests.bench.load.harness.crowd import everybody_leaves
from tests.bench.load.harness.runner import (
    CHANNELS,
    OURS,
    PICOWS,
    SOCKETIO,
    WS,
    Load,
    contenders,
    paced,
    saturated,
    stage,
)
from tests.bench.load.options import Options


@dataclass
class Both:
    most: Load
    half: Load


async def _round(name: str, members: int, options: Options, half: float | None) -> Both:
    """`half`: events per second of the second part; by default half of the server's own maximum."""
    async with stage(name, members) as on:
        most = await saturated([on], options.seconds)
        own = most.deliveries_per_s / members / 2
        calm = await paced(on, min(half or own, own), options.seconds)
        await everybody_leaves(on.seats)
    return Both(most, calm)


async def saturation(options: Options) -> Outcome:
    """Measure every server in turn for a number of rounds; ours first, because all run at half of its maximum."""
    found: dict[tuple[str, int], list[Both]] = {}
    for members in options.sizes:
        for number in range(options.rounds):
            half = None
            for name in contenders():
                both = await _round(name, members, options, half)
                found.setdefault((name, members), []).append(both)
                if name == OURS:
                    half = both.most.deliveries_per_s / members / 2
                print(f"  N={members} {number + 1}/{options.rounds} {name}: {_said(both)}", flush=True)
    return _saturation(found, options)


def _said(both: Both) -> str:
    return (
        f"{both.most.deliveries_per_s:,.0f}/s (server {both.most.busy:.0%}, load {both.most.generator_busy:.0%}, "
        f"lost {both.most.lost}), half {both.half.deliveries_per_s:,.0f}/s {both.half.cpu_ms_per_1000:.2f} ms/1000"
    )


Found = dict[tuple[str, int], list[Both]]


def _saturation(found: Found, options: Options) -> Outcome:
    most = {key: median(both.most.deliveries_per_s for both in rounds) for key, rounds in found.items()}
    cost = {key: median(both.half.cpu_ms_per_1000 for both in rounds) for key, rounds in found.items()}
    at = 500 if 500 in options.sizes else options.sizes[-1]
    names = contenders()
    figures = [
        Figure(
            title=f"{words}, N = {at}: ours against {other}",
            value=what[OURS, at] / what[other, at],
            unit="times",
            target=target,
            least=least,
        )
        for words, what, other, target, least in (
            ("deliveries a second at saturation", most, PICOWS, 0.75, True),
            ("deliveries a second at saturation", most, SOCKETIO, 1.2, True),
            ("deliveries a second at saturation", most, CHANNELS, 20, True),
            ("deliveries a second at saturation", most, WS, None, True),
            ("CPU for a delivery at half of that", cost, PICOWS, 1.4, False),
            ("CPU for a delivery at half of that", cost, SOCKETIO, 1.0, False),
        )
        if other in names
    ]
    return Outcome(
        figures=figures,
        tables=[
            _table("Deliveries a second at saturation", names, options.sizes, lambda n, m: f"{most[n, m]:,.0f}"),
            _table(
                "CPU milliseconds of the server for a thousand deliveries, at half of ours (Channels: of its own)",
                names, options.sizes, lambda n, m: f"{cost[n, m]:.2f}",
            ),
            _table(
                "How busy the load was meanwhile, of its core (above 95 % it was the bound), and deliveries lost",
                names, options.sizes,
                lambda n, m: f"{max(b.most.generator_busy for b in found[n, m]):.0%}, "
                f"{sum(b.most.lost + b.half.lost for b in found[n, m])}",
            ),
        ],
        panels=[
            Panel(
                title="Deliveries a second at saturation, by members of the one room",
                xs=[str(size) for size in options.sizes],
                series={name: [most[name, size] for size in options.sizes] for name in names},
            )
        ],
    )  # fmt: skip


def _table(title, names, sizes, cell) -> Table:
    rows = [[name, *(cell(name, size) for size in sizes)] for name in names]
    return Table(title=title, head=["", *(f"N = {size}" for size in sizes)], rows=rows)

"""The report of a run in Markdown."""

from __future__ import annotations

import math
from pathlib import Path

from tests.bench.sync.figures import (
    COMPARISON,
    FIGURES,
    RULES,
    Figure,
    apart,
    frame_lag,
    frame_steps,
    percentile,
)
from tests.bench.sync.network_profiles import PROFILES
from tests.bench.sync.plot import drawing
from tests.bench.sync.recording import Recording

CLOSER = 4.0
JITTER = {
    "normal": "around the mean, as netem's normal distribution: no exchange is ever undisturbed",
    "queue": "above a floor, as queues make it",
}
BASELINES = """\
*Scheduled start only* is our own player, its clock, its learned start cost and all, with steering switched off.
*Jellyfin's rule* is a small player of our own by the parameters that jellyfin-web publishes (speed from 60 ms on for
a second, skip from 400 ms on, best of 8 clock samples, one a minute), its corrections switched on, which they are not
by default. A delay that both of its players share does not show between them, because they start equally slowly on one
machine; the distance from the room's timeline shows it. Both receive the same events of the same room through
connections with the same profiles."""
SETTING = """\
## How it measures

All players are frames of the room's real page in one page of one browser, so that one task reads all positions by one
clock, 20 times a second. Each frame is another person, with its own clock (minutes apart, up to 60 ppm of drift), its
own storage, and its own connection to a real server: a proxy that delays each direction in order."""
STORY = """\
The host presses the page's own controls: play, seek, three times pause and play, 1.25 times the speed and back.
One member joins late; later the data of that member's media, which arrive no faster than they play, stop for 10 s. P2
loses its network for 20 s. Steady state is all time later than 15 s after the last command, without exceptions. Times
until in step count from the host's press and include the scheduled lead. A player that stands while others move counts
as skew and as time apart. At the end the host presses at random, and a script pauses, starts and moves the other
members' media elements: none of that may become a command. Every command that leaves a page is counted, also those that
the server would reject.

Not measured here: hidden tabs (a frame cannot be hidden by itself), audible sound, other browsers, and lost
packets other than as delay. All frames share one main thread and one network process, which makes a busy machine look
worse than several devices would.
"""


def tell(title: str, runs: list[Recording]) -> None:
    print(f"\n{title}, load {_load(runs)}", flush=True)
    for figure in [*FIGURES, *COMPARISON]:
        value = figure.of(runs)
        if not math.isnan(value):
            shown = _shown(figure, value)
            print(f"  {figure.title:64} {shown:>12}  {_verdict(figure, value)}", flush=True)


def write(runs: list[Recording], machine: dict[str, str], folder: Path) -> None:
    tell("all runs", runs)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sync.md").write_text(_page(runs, machine))
    (folder / "sync.svg").write_text(drawing(runs[0]))
    print(f"\nwritten: {folder / 'sync.md'}, {folder / 'sync.svg'}")


def _page(runs: list[Recording], machine: dict[str, str]) -> str:
    known = machine | {
        "load average": _load(runs),
        "jitter": JITTER[runs[0].jitter],
        "seeds": ", ".join(run.seed for run in runs),
        "frames dropped": _dropped(runs),
        "truth": f"positions exact (one task); clocks compared to within {_uncertain_ms(runs):.2f} ms",
    }
    return "\n".join(
        [
            "# In step, measured",
            "",
            "Rendered by `make bench-sync`; how it measures is at the end.",
            "",
            *(f"- {name}: {value}" for name, value in known.items()),
            "",
            "![Skew over time](sync.svg)",
            "",
            *_table(FIGURES, runs),
            "",
            "Met: within the target. Nearly: within twice the target, which is accepted on a loaded machine with two",
            "cores. Missed figures stay in the table.",
            "",
            "## Against other rules, in the same run",
            "",
            *_compared(runs),
            "",
            *_frames(runs),
            *_how(runs),
        ]
    )


def _table(figures: list[Figure], runs: list[Recording]) -> list[str]:
    numbers = [f"run {number}" for number in range(1, len(runs) + 1)]
    lines = [
        "| figure | target | " + " | ".join(numbers) + " | all | |",
        "|---|---|" + "---|" * (len(runs) + 2),
    ]
    for figure in figures:
        all_runs = figure.of(runs)
        if math.isnan(all_runs):
            continue
        each = " | ".join(_shown(figure, figure.of([run])) for run in runs)
        target = "" if figure.target is None else _shown(figure, figure.target, short=True)
        lines.append(
            f"| {figure.title} | {target} | {each} | {_shown(figure, all_runs)} | {_verdict(figure, all_runs)} |"
        )
    return lines


def _shown(figure: Figure, value: float, short: bool = False) -> str:
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never"
    text = f"{value:g}" if short else f"{value:.{figure.digits}f}"
    return f"{text} {figure.unit}".strip()


def _verdict(figure: Figure, value: float) -> str:
    if figure.target is None or math.isnan(value):
        return ""
    if value <= figure.target:
        return "met"
    return "nearly" if value <= 2 * figure.target else "missed"


def _compared(runs: list[Recording]) -> list[str]:
    table = _table(COMPARISON, runs)
    ours, none, jellyfin = (apart(kind, 0.95).of(runs) for kind in RULES)
    if math.isnan(none) or math.isnan(jellyfin):
        return table
    closer = min(none, jellyfin) / ours
    verdict = "met" if closer >= CLOSER else "missed"
    return [
        *table,
        "",
        f"The better of the two is {closer:.1f} times as far apart as ours (p95; target {CLOSER:g}: {verdict}).",
        "",
        *BASELINES.splitlines(),
    ]


def _frames(runs: list[Recording]) -> list[str]:
    lags = [value for run in runs for value in frame_lag(run)]
    if not lags:
        return []
    low, middle, high = (f"{percentile(lags, share):.1f}" for share in (0.05, 0.5, 0.95))
    steps = [step for run in runs for step in frame_steps(run)]
    exact = sum(not step for step in steps)
    return [
        "## Does `currentTime` tell the truth?",
        "",
        f"Each frame of the clip carries its number in the picture. {len(steps)} were read back, and {exact} carry",
        f"the number that the browser's media time names; the others were off by {min(steps)} to {max(steps)} frames",
        "(the picture may change between the call and the reading). At the instant for which the browser plans to",
        f"show a frame, `currentTime` is {middle} ms past the frame's media time (p5 {low}, p95 {high}); a frame lasts",
        "40 ms, so that it names the frame on show.",
        "",
    ]


def _how(runs: list[Recording]) -> list[str]:
    return [
        *SETTING.splitlines(),
        "",
        *(
            f"- {profile.name}: {profile.title}"
            for profile in PROFILES.values()
            if _plays(profile.name, runs)
        ),
        "",
        *STORY.splitlines(),
    ]


def _uncertain_ms(runs: list[Recording]) -> float:
    return max(run.uncertain_ms for run in runs)


def _plays(profile: str, runs: list[Recording]) -> bool:
    return any(run.of_profile(profile) for run in runs)


def _load(runs: list[Recording]) -> str:
    loads = [value for run in runs for value in run.load]
    return f"{min(loads):.1f} to {max(loads):.1f}" if loads else "unknown"


def _dropped(runs: list[Recording]) -> str:
    counts = [count for run in runs for count in run.dropped.values()]
    dropped, shown = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return f"{dropped} of {shown}"

"""The figures of a run: each has a list of values per recording, reduced to one number. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise, product

from tests.bench.sync.recording import Recording, Window

SYMMETRIC = ("P0", "P1", "P2")
START_MS = 500.0
HEARD = 0.002  # smaller rate changes are inaudible trims
LATE = "late"
FPS = 25  # of the clip
COMPARED = ("P1", "P2")  # the pair that the baselines have as well

Values = Callable[[Recording], list[float]]
Pair = tuple[str, str]


def percentile(values: Iterable[float], share: float) -> float:
    """Interpolate linearly between ranks; return NaN without values."""
    ranked = sorted(values)
    if not ranked:
        return math.nan
    place = share * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    if ranked[below] == ranked[above]:
        return ranked[below]  # also if both are infinite
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def p(share: float) -> Callable[[list[float]], float]:
    return partial(_share, share=share)


def _share(values: list[float], share: float) -> float:
    return percentile(values, share)


def most(values: list[float]) -> float:
    return max(values, default=math.nan)


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


# ---------------------------------------------------------------- skew


def symmetric_pairs(run: Recording) -> list[Pair]:
    return list(combinations(run.of_profile(*SYMMETRIC), 2))


def pairs_with(profile: str, run: Recording) -> list[Pair]:
    return list(product(run.of_profile(profile), run.of_profile(*SYMMETRIC)))


def compared_pair(kind: str, run: Recording) -> list[Pair]:
    pair = (f"{kind}-{COMPARED[0]}", f"{kind}-{COMPARED[1]}")
    return [pair] if set(pair) <= set(run.names) else []


def steady(pairs: Callable[[Recording], list[Pair]]) -> Values:
    """Return the absolute skew in milliseconds of every sample of every pair later than 15 s after the last command."""

    def values(run: Recording) -> list[float]:
        return [
            abs(skew)
            for window in run.steady()
            for pair in pairs(run)
            for _, skew in run.skews(window.from_ms, window.to_ms, pair, window.mark.rate)
        ]

    return values


def off_timeline(kind: str) -> Values:
    """Return the absolute distance of one kind of player from the room's timeline, in milliseconds, in steady state."""

    def values(run: Recording) -> list[float]:
        names = [name for name in run.names if name in {f"{kind}-{profile}" for profile in COMPARED}]
        return [abs(error) for window in run.steady() for name in names for error in run.errors(window, name)]

    return values


def at_start(run: Recording, what: str = "play") -> list[float]:
    """Return the absolute skew in the half second after the scheduled instant; a standing player is behind."""
    return [
        abs(skew)
        for window in _starts(run, what)
        for pair in symmetric_pairs(run)
        for _, skew in run.skews(window.mark.due_ms, window.mark.due_ms + START_MS, pair, window.mark.rate)
    ]


def _starts(run: Recording, what: str) -> list[Window]:
    return [window for window in run.windows() if window.mark.what == what and window.mark.playing]


def until_within(run: Recording, limit_ms: float, what: str = "play") -> list[float]:
    """Return seconds from each command until all pairs stay within the limit until the next one; inf if never."""
    return [settled_s(run, window, symmetric_pairs(run), limit_ms) for window in _starts(run, what)]


def settled_s(run: Recording, window: Window, pairs: list[Pair], limit_ms: float) -> float:
    seen = sorted(
        (at_ms, abs(skew))
        for pair in pairs
        for at_ms, skew in run.skews(window.from_ms, window.to_ms, pair, window.mark.rate)
    )
    outside = [at_ms for at_ms, skew in seen if skew >= limit_ms]
    inside = [at_ms for at_ms, _ in seen if not outside or at_ms > outside[-1]]
    return (inside[0] - window.from_ms) / 1000 if inside else math.inf


# ---------------------------------------------------------------- commands


def latency(run: Recording, what: str) -> list[float]:
    """Return milliseconds from the host's command until the last of the symmetric players executes it."""
    found = (
        _done_ms(run, window, name) for window in _commands(run, what) for name in run.of_profile(*SYMMETRIC)
    )
    by_window = list(found)
    size = len(run.of_profile(*SYMMETRIC))
    return [max(by_window[i : i + size]) for i in range(0, len(by_window), size)]  # fmt: skip


def _commands(run: Recording, what: str) -> list[Window]:
    return [w for w in run.windows() if w.mark.what == what and (w.mark.playing or what == "pause")]


def _done_ms(run: Recording, window: Window, name: str) -> float:
    if window.mark.what == "pause":
        stops = run.ops_in(name, "pause", window.from_ms, window.to_ms)
        return stops[0][0] - window.from_ms if stops else math.inf
    return _moved_ms(run, window, name) - window.from_ms


def _moved_ms(run: Recording, window: Window, name: str) -> float:
    """Return when it left the commanded position, extrapolated from the first samples in which it moves."""
    for row in run.rows_in(window.mark.due_ms, window.to_ms):
        look = run.look(row, name)
        gone_s = look.position_s - window.mark.position_s if look else 0
        if look and not look.still and 0.03 < gone_s < 2:
            return float(row[0] - gone_s * 1000 / window.mark.rate)
    return math.inf


# ---------------------------------------------------------------- audible effects


def corrections(run: Recording, what: str) -> list[float]:
    """Return per player seeks per hour, or audible rate changes per minute, in steady state."""
    windows = run.steady()
    minutes = sum(window.to_ms - window.from_ms for window in windows) / 60_000
    if not minutes:
        return []
    counts = [sum(len(_heard(run, name, what, window)) for window in windows) for name in run.members]
    return [count / minutes * (60 if what == "seek" else 1) for count in counts]


def _rate_changes_a_minute(run: Recording) -> list[float]:
    return corrections(run, "rate")


def _heard(run: Recording, name: str, what: str, window: Window) -> list[float]:
    ops = run.ops_in(name, what, window.from_ms, window.to_ms)
    if what == "seek":
        return [0.0] * len(ops)
    changes = [abs(op[2] / window.mark.rate - 1) for op in ops]
    return [change for change in changes if change > HEARD]


def rate_changes(run: Recording) -> list[float]:
    """Return the distance from the room's rate in per cent, at every audible change in steady state."""
    heard = (_heard(run, name, "rate", window) for name in run.members for window in run.steady())
    return [0.0, *(change * 100 for changes in heard for change in changes)]


def divergent(run: Recording) -> list[float]:
    """Return the percentage of playing time in which one member moves and another does not."""
    moving = [
        {bool(look.still) for name in run.members if (look := run.look(row, name))}
        for window in run.windows()
        if window.mark.playing
        for row in run.rows_in(window.from_ms, window.to_ms)
    ]
    return [100 * sum(len(kinds) > 1 for kinds in moving) / len(moving)] if moving else []


def browser_starved(run: Recording) -> list[float]:
    """Return how often all players stalled at once: caused by the machine, not by the network or a rule."""
    dry = [
        all(look.still == 3 for name in run.members if (look := run.look(row, name)))
        for window in run.windows()
        if window.mark.playing
        for row in run.rows_in(window.mark.due_ms, window.to_ms)
    ]
    return [float(sum(now and not before for before, now in pairwise([False, *dry])))]


# ---------------------------------------------------------------- late joiners, stalls, outages


def joining(run: Recording, limit_ms: float = 25) -> list[float]:
    """Return seconds from the late joiner's media being ready until it stays in sync with the others."""
    ready_ms = _first(run, run.happened.get("joined"), lambda look: look.ready_state >= 3)
    if ready_ms is None:
        return []
    window = _window_at(run, ready_ms)
    until_ms = run.happened.get("starved", window.to_ms)
    others = [(LATE, name) for name in run.of_profile(*SYMMETRIC)]
    return [settled_s(run, Window(window.mark, ready_ms, until_ms), others, limit_ms)]


def disturbed(run: Recording) -> list[float]:
    """Return seeks, pauses and starts of the others within ten seconds of the late join."""
    return _disturbed(run, "joined", 10_000)


def disturbed_by_starving(run: Recording) -> list[float]:
    return _disturbed(run, "starved", 15_000)


def _disturbed(run: Recording, what: str, for_ms: float) -> list[float]:
    from_ms = run.happened.get(what)
    if from_ms is None:
        return []
    kinds = product(run.members, ("seek", "pause", "play"))
    return [float(sum(len(run.ops_in(name, kind, from_ms, from_ms + for_ms)) for name, kind in kinds))]


def starving(run: Recording) -> list[float]:
    """Return seconds that the late joiner's stalls cost it; nothing if it never stalled."""
    fed_ms = run.happened.get("fed")
    if fed_ms is None:
        return []
    dry_ms = _first(run, run.happened["starved"], lambda look: look.still != 0)
    return [(fed_ms - dry_ms) / 1000] if dry_ms and dry_ms < fed_ms else []


def back_from_starving(run: Recording) -> list[float]:
    """Return seconds from the return of data until it stays within 25 ms of the others."""
    if not starving(run):
        return []
    fed_ms = run.happened["fed"]
    window = _window_at(run, fed_ms)
    others = [(LATE, name) for name in run.of_profile(*SYMMETRIC)]
    return [settled_s(run, Window(window.mark, fed_ms, window.to_ms), others, 25)]


def _first(run: Recording, from_ms: float | None, is_so: Callable[..., bool]) -> float | None:
    if from_ms is None:
        return None
    rows = run.rows_in(from_ms, math.inf)
    return next((float(row[0]) for row in rows if (look := run.look(row, LATE)) and is_so(look)), None)


def _window_at(run: Recording, at_ms: float) -> Window:
    return next(window for window in run.windows() if at_ms in window)


def outage(run: Recording, after: bool) -> list[float]:
    """Return the absolute skew of the offline player to the others, while offline or afterwards to the next command."""
    if "cut" not in run.happened:
        return []
    window = _window_at(run, run.happened["cut"])
    cut_off = (run.happened["cut"], run.happened["restored"])
    span = (cut_off[1], window.to_ms) if after else cut_off
    alone = run.of_profile("P2")
    others = [name for name in run.of_profile(*SYMMETRIC) if name not in alone]
    pairs = product(alone, others)
    return [abs(skew) for pair in pairs for _, skew in run.skews(*span, pair, window.mark.rate)]


def outage_seeks(run: Recording) -> list[float]:
    if "cut" not in run.happened:
        return []
    window = _window_at(run, run.happened["cut"])
    return [
        float(len(run.ops_in(name, "seek", run.happened["cut"], window.to_ms)))
        for name in run.of_profile("P2")
    ]


# ---------------------------------------------------------------- the clock


def clock_error(run: Recording, profile: str) -> list[float]:
    """Return the absolute error of the players' clock offsets in milliseconds, once settled."""
    first_ms = run.marks[0].at_ms if run.marks else 0
    return [
        abs(look.believed_ms - run.server_ahead_ms)
        for name in run.of_profile(profile)
        for row in run.rows_in(first_ms, math.inf)
        if (look := run.look(row, name)) and look.believed_ms is not None
    ]


def uncommanded(run: Recording) -> list[float]:
    """Return commands sent by pages other than the host's clicks; a repeat counts as the same command."""
    said = {name: {op[2] for op in ops if op[1] == "said"} for name, ops in run.ops.items()}
    by_host = len(said.pop(run.host, set()))
    return [float(sum(map(len, said.values())) + max(0, by_host - run.presses))]


def frame_steps(run: Recording) -> list[int]:
    """Return how many frames the picture is ahead of the browser's media time."""
    return [round((frame_s - media_s) * FPS) for media_s, frame_s, _ in run.frames]


def frame_lag(run: Recording) -> list[float]:
    """Return `currentTime` at the instant of display minus the media time of the displayed frame, in milliseconds."""
    return [(current_s - media_s) * 1000 for media_s, _, current_s in run.frames]


@dataclass(frozen=True)
class Figure:
    title: str
    target: float | None
    unit: str
    values: Values
    stat: Callable[[list[float]], float]
    digits: int = 1

    def of(self, runs: list[Recording]) -> float:
        return self.stat([value for run in runs for value in self.values(run)])


def _clock(profile: str, target: float | None, note: str = "") -> Figure:
    return Figure(
        f"clock error, {profile}{note}, p95", target, "ms", partial(clock_error, profile=profile), p(0.95), 2
    )


def _steady_with(profile: str, note: str, target: float) -> Figure:
    pairs = partial(pairs_with, profile)
    return Figure(
        f"steady skew, {profile} ({note}) against P0 to P2, p95", target, "ms", steady(pairs), p(0.95)
    )


FIGURES = [
    Figure("steady skew, P0 to P2, all pairs, p50", 4, "ms", steady(symmetric_pairs), p(0.5), 2),
    Figure("steady skew, P0 to P2, all pairs, p95", 10, "ms", steady(symmetric_pairs), p(0.95), 2),
    Figure("steady skew, P0 to P2, all pairs, p99", 20, "ms", steady(symmetric_pairs), p(0.99), 2),
    _steady_with("P3", "60/40 ms: 10 ms cannot be measured", 15),
    _steady_with("P4", "mobile", 25),
    _steady_with("P5", "upload bursts", 25),
    Figure("start skew, first 500 ms after play, max", 45, "ms", at_start, most),
    Figure("start skew, first 500 ms after play, p95", 25, "ms", at_start, p(0.95)),
    Figure("play until < 25 ms for good, p95", 1, "s", partial(until_within, limit_ms=25), p(0.95), 2),
    Figure("play until < 10 ms for good, p95", 4, "s", partial(until_within, limit_ms=10), p(0.95), 2),
    Figure("seek until < 25 ms for good, p95", 1, "s", partial(until_within, limit_ms=25, what="seek"), p(0.95), 2),
    Figure("seek until < 10 ms for good, p95", 4, "s", partial(until_within, limit_ms=10, what="seek"), p(0.95), 2),
    Figure("press of play until the last one moves, p50", 350, "ms", partial(latency, what="play"), p(0.5), 0),
    Figure("press of pause until the last one stands, p50", 96, "ms", partial(latency, what="pause"), p(0.5), 0),
    Figure("press of seek until the last one moves, p50", 700, "ms", partial(latency, what="seek"), p(0.5), 0),
    Figure("late join: medium ready until < 25 ms", 2, "s", joining, p(0.95), 2),
    Figure("late join: doings of the others' players", 0, "", disturbed, most, 0),
    Figure("starved player: it stood still for", None, "s", starving, mean),
    Figure("starved player: back within 25 ms after the bytes flow again", 2, "s", back_from_starving, p(0.95), 2),
    Figure("starved player: doings of the others' players", 0, "", disturbed_by_starving, most, 0),
    Figure("seeks in steady state, an hour and player", 0, "", partial(corrections, what="seek"), mean),
    Figure("audible rate changes in steady state, a minute and player", 0.2, "", _rate_changes_a_minute, mean, 2),
    Figure("farthest from the room's rate in steady state", 1.5, "%", rate_changes, most, 2),
    Figure("20 s without network: skew during, max", 10, "ms", partial(outage, after=False), most),
    Figure("20 s without network: skew after, max", 10, "ms", partial(outage, after=True), most),
    Figure("20 s without network: seeks", 0, "", outage_seeks, most, 0),
    _clock("P0", None),
    _clock("P1", 1.5),
    _clock("P2", None),
    _clock("P3", None, " (10 ms are half its asymmetry)"),
    _clock("P4", None, " (4 ms are half its asymmetry)"),
    _clock("P5", 3),
    Figure("commands that no user gave", 0, "", uncommanded, most, 0),
    Figure("the whole browser starved, times a run (machine too busy)", 0, "", browser_starved, mean, 1),
    Figure("playing while another is not", 0.5, "% of the time", divergent, mean, 2),
]  # fmt: skip

RULES = {"ours": "Watchium", "none": "scheduled start only", "jellyfin": "Jellyfin's rule, corrections on"}


def _pair_of(kind: str) -> Callable[[Recording], list[Pair]]:
    return partial(compared_pair, kind)


def apart(kind: str, share: float) -> Figure:
    title = f"{RULES[kind]}: P1 from P2, p{share * 100:.0f}"
    return Figure(title, None, "ms", steady(_pair_of(kind)), p(share), 2)


def _off(kind: str, share: float) -> Figure:
    title = f"{RULES[kind]}: from the room's timeline, p{share * 100:.0f}"
    return Figure(title, None, "ms", off_timeline(kind), p(share), 2)


COMPARISON = [make(kind, share) for make in (apart, _off) for kind in RULES for share in (0.5, 0.95)]

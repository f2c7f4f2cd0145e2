"""Measure how late captions are shown, at several rates, among many others, after changes of the rate and after seeks.

`python -m tests.bench.captions [chromium] [firefox] [webkit]` takes about a minute for each engine. For each part it
prints how far the player's position had passed a cue's start or end when the document changed, and when the next
frame was drawn, in milliseconds of real time. The page and the media element are the real ones, and nothing else plays:
the sample clip, with a cue of 300 ms every half second. The position is that of the last video frame and the time
since it was shown, because an element's own position advances in steps of 40 ms in Firefox; WebKitGTK does not report
frames, and there it is the element's. A frame that is 100 ms of real time and more from the element's position does not
count: after a stall Firefox reports some that it does not show yet.

For changes that are later than 50 ms it prints how long the page's own thread stood still meanwhile (a timer of 4 ms
did not run): a machine that has no time for the page shows its captions late, whatever the page does.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.bench.captions.page import ADD, LATE, SAY, SEEK, WATCH
from tests.bench.host_page import NAMES, host_page
from tests.servers import watchium_server

RATES = (0.5, 1.0, 1.5, 2.0)
WATCHED_S = 6.0
SETTLE_S = 1.0
CROWD = 6  # lines at the same time
CHANGES = (2, 1, 0.5, 1.5, 1, 2, 0.5, 1)  # of the rate, one after the other
CHANGED_S = 1.5
SEEKS = 25
BOUND_MS = 50
TIMEOUT_S = 30.0

Late = list[list[float]]
Run = Callable[..., Any]  # evaluates a function in the page, with one argument


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("engines", nargs="*", default=NAMES, help=", ".join(NAMES))
    with watchium_server() as server:
        for name in parser.parse_args().engines:
            with host_page(name, server) as (version, page):
                measure(version, page.evaluate)


def until(run: Run, true: str, *arguments: object) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not run(true, *arguments):
        if time.monotonic() > deadline:
            raise TimeoutError(f"never true: {true} {arguments}")
        time.sleep(0.1)


def measure(version: str, run: Run) -> None:
    run(SAY, ["load", {"media_url": "/media/samples/clip.webm"}])
    until(
        run,
        "() => document.querySelector('[data-media]').readyState >= 3 && watchium.room.clock.locked",
    )
    run(ADD, 0)
    run(WATCH)
    parts = {f"rate {rate}": at_rate(run, rate, WATCHED_S) for rate in RATES}
    run(ADD, CROWD)
    parts[f"rate 1.0, {CROWD} more lines at a time"] = at_rate(run, 1.0, WATCHED_S)
    run(ADD, 0)
    parts["after changes of the rate"] = [late for rate in CHANGES for late in after_change(run, rate)]
    everything = [late for part in parts.values() for late in part]
    for label, part in {**parts, "all": everything}.items():
        report(f"{version}, {label}", part)
    run(SAY, ["pause", {}])
    run("() => watchium.room.player.stopFollowing()")
    report_seeks(f"{version}, seeks while paused", run)
    run("() => void document.querySelector('[data-media]').play()")  # WebKitGTK settles nothing here
    report_seeks(f"{version}, seeks while playing", run)


def at_rate(run: Run, rate: float, watched_s: float) -> Late:
    run(SAY, ["set_rate", {"rate": rate}])
    run(SAY, ["seek", {"current_time": 5}])
    run(SAY, ["play", {}])
    until(
        run,
        "() => { const media = document.querySelector('[data-media]'); return !media.paused && media.currentTime > 5 }",
    )
    time.sleep(SETTLE_S)
    run(LATE)
    time.sleep(watched_s)
    found: Late = run(LATE)
    return found


def after_change(run: Run, rate: float) -> Late:
    run(LATE)
    run(SAY, ["set_rate", {"rate": rate}])
    time.sleep(CHANGED_S)
    found: Late = run(LATE)
    return found


def report(label: str, late: Late) -> None:
    document, frame, _still = (sorted(each) for each in zip(*late, strict=True))
    p95 = int(0.95 * len(document))
    print(f"{label}: {len(late)} changes")
    for where, sample in (("in the document", document), ("on the next frame", frame)):
        print(
            f"  {where}: p50 {statistics.median(sample):.1f}, p95 {sample[p95]:.1f}, "
            f"from {sample[0]:.1f} to {sample[-1]:.1f} ms late"
        )
    beyond = sorted((each for each in late if abs(each[0]) > BOUND_MS), reverse=True)
    pairs = ", ".join(f"{each[0]:.0f} ({each[2]:.0f})" for each in beyond)
    print(f"  more than {BOUND_MS} ms (of which the page stood still): {pairs or 'none'}", flush=True)


def report_seeks(label: str, run: Run) -> None:
    waits = [run(SEEK, (7 * n % 80) + n / 60) for n in range(SEEKS)]
    print(
        f"{label}: p50 {statistics.median(waits):.1f}, max {max(waits):.1f} ms after `seeked`",
        flush=True,
    )


if __name__ == "__main__":
    main()

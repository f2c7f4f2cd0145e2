"""Skew of Firefox and WebKitGTK to their host's Chromium, in the real page with real media elements.

Every page records its position and the wall clock, which all programs of a machine share, ten times a second in one
task. Positions are the element's own: Firefox advances them in steps of 40 ms, which the figures include.
"""

from __future__ import annotations

import bisect
import statistics
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import make_room, play, seek_to, wait_until_moving, wait_until_ready
from tests.engines import ENGINES, EnginePage
from tests.engines.scenes import join_as, ready_to_play
from tests.servers import Server, chromium_path, watchium_server

LOOK_MS = 100
NEAR_MS = 250  # samples further apart are not compared
BOUND_MS = {"firefox": 25, "webkit": 60}
SETTLED_S = 4.0
STEADY_FROM_S = 10.0
SMOOTH = 9  # samples; their median has no steps
WHERE_S = (12.0, 55.0, 30.0, 70.0, 20.0)
EAR = """every => {
    const media = document.querySelector("[data-media]")
    window.looks = []
    window.seeks = 0
    media.addEventListener("seeking", () => (window.seeks += 1))
    const look = () => looks.push([Date.now(), media.currentTime, media.paused || media.seeking])
    setInterval(look, every)
}"""
TAKE = "() => { const taken = [looks, seeks]; looks = []; seeks = 0; return taken }"
TOLD = """() => { const { controller, latencyModel } = watchium.room.player
    return { state: controller.state, costs: latencyModel.snapshot().startMs,
        slews: controller.rateControl.rateSupport.slewOk } }"""


@dataclass
class Round:
    """The time from one command to the next."""

    what: str
    skews: list[tuple[float, float]]  # seconds after the command, milliseconds that the member is ahead
    seeks: list[int] = field(default_factory=list)  # of host and member in steady state
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def steady(self) -> list[float]:
        return [skew for at_s, skew in self.skews if at_s >= STEADY_FROM_S]

    def settled_s(self, bound_ms: float) -> float:
        """Return the time from which the smoothed skew stays within the bound."""
        smooth = [
            (at_s, statistics.median(skew for _, skew in self.skews[max(0, i - SMOOTH + 1) : i + 1]))
            for i, (at_s, _) in enumerate(self.skews)
        ]
        outside = [at_s for at_s, skew in smooth if abs(skew) > bound_ms]
        return outside[-1] if outside else 0.0


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def apart(host: list[list[Any]], member: list[list[Any]], from_ms: float) -> list[tuple[float, float]]:
    """Return how far the member is ahead at each sample of the host, from the member's nearest sample."""
    moving = [(at_ms, position_s) for at_ms, position_s, still in member if not still]
    times = [at_ms for at_ms, _ in moving]
    found = []
    for at_ms, position_s, still in host:
        i = bisect.bisect(times, at_ms)
        near = min(moving[max(0, i - 1) : i + 1], key=lambda look: abs(look[0] - at_ms), default=None)
        if still or at_ms < from_ms or near is None or abs(near[0] - at_ms) > NEAR_MS:
            continue
        skew_ms = (near[1] - position_s) * 1000 - (near[0] - at_ms)
        found.append(((at_ms - from_ms) / 1000, skew_ms))
    return found


def rounds(host: Page, member: EnginePage, count: int, each_s: float) -> list[Round]:
    """A start, then seeks while playing, each followed by a while of steady state."""
    found = []
    for number in range(count):
        began_ms = time.time() * 1000
        if number == 0:
            play(host)
        else:
            seek_to(host, WHERE_S[number % len(WHERE_S)])
        time.sleep(STEADY_FROM_S)
        first = [host.evaluate(TAKE), member.evaluate(TAKE)]
        time.sleep(each_s)
        then = [host.evaluate(TAKE), member.evaluate(TAKE)]
        looks = [first[i][0] + then[i][0] for i in range(2)]
        seeks = [seen for _, seen in then]
        skews = apart(*looks, began_ms)  # type: ignore[call-arg]
        found.append(Round("seek" if number else "start", skews, seeks, member.evaluate(TOLD)))
    return found


def beside(
    chromium: Browser, server: Server, name: str, count: int, each_s: float
) -> tuple[str, list[Round]]:
    open_browser: AbstractContextManager[Any] = ENGINES[name]()
    context = chromium.new_context(base_url=server.url)
    try:
        with open_browser as browser:
            host, member = context.new_page(), browser.person()
            join_as(member, make_room(host), "Mira")
            wait_until_ready(host)
            ready_to_play(member)
            for page in (host, member):
                page.evaluate(EAR, LOOK_MS)
            seen = rounds(host, member, count, each_s)
            wait_until_moving(host)
            return browser.version, seen
    finally:
        context.close()


def report(name: str, version: str, seen: list[Round]) -> str:
    bound_ms = BOUND_MS[name]
    lines = [f"{version} beside Chromium (bound {bound_ms} ms)"]
    for each in seen:
        size = [abs(skew) for skew in each.steady]
        lines.append(
            f"  {each.what:5}  median {quantile(each.steady, 0.5):7.1f}  p95 {quantile(size, 0.95):6.1f}  "
            f"max {max(size, default=0):6.1f} ms  settled {each.settled_s(bound_ms):4.1f} s  "
            f"seeks {each.seeks}  {each.told}"
        )
    size = [abs(skew) for each in seen for skew in each.steady]
    settled = max(each.settled_s(bound_ms) for each in seen)
    sought = sum(sum(each.seeks) for each in seen)
    met = quantile(size, 0.95) <= bound_ms and settled <= SETTLED_S and not sought
    lines.append(
        f"  all    p50 {quantile(size, 0.5):.1f}  p95 {quantile(size, 0.95):.1f} ms, settled {settled:.1f} s after "
        f"a press, {sought} seeks in steady state: {'met' if met else 'MISSED'}"
    )
    return "\n".join(lines)


def measure(names: list[str], count: int, each_s: float) -> None:
    with watchium_server() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for name in names:
            print(report(name, *beside(chromium, server, name, count, each_s)), flush=True)
        chromium.close()

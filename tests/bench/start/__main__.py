"""Measure how a room starts in two Chromiums: the digits of the countdown, and a premiere.

`python -m tests.bench.start [--rounds 10]`. The digits: how far apart the two pages set each, and how far apart the two
browsers drew the frame with it, which on a busy machine waits for the processor. The premiere: the host has left, and
the server was restarted before; printed is when each browser's picture would have been at 0 by the frames that it
presented in the second after the start, relative to the premiere by the server's clock. Both browsers' clocks are
mapped to this process's, independently of Watchium's own synchronisation.
"""

from __future__ import annotations

import argparse
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import change_room, join, make_room, wait_until, wait_until_ready
from tests.browser.support.measure import Eye
from tests.servers import Server, chromium_path, watchium_server
from watchium.client import Client

AHEAD_MS = 25_000
ROUND_TRIPS = 30
RECORD = """() => {
    window.digits = []
    const overlay = document.querySelector("[data-countdown]")
    const record = () => {
        const digit = document.querySelector("[data-digit]").textContent
        const setMs = performance.now()
        if (digit) requestAnimationFrame((now) => digits.push([digit, setMs, now]))
    }
    new MutationObserver(record).observe(overlay, { childList: true, subtree: true })
}"""
RECORD_FRAMES = """() => {
    window.frames_ = []
    const media = document.querySelector("[data-media]")
    const onFrame = (_now, { mediaTime, expectedDisplayTime }) => {
        frames_.push([expectedDisplayTime, mediaTime])
        media.requestVideoFrameCallback(onFrame)
    }
    media.requestVideoFrameCallback(onFrame)
}"""
PLAYED_S = "s => document.querySelector('[data-media]').currentTime > s"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=10)
    rounds = options.parse_args().rounds
    with watchium_server() as server, sync_playwright() as playwright:
        browsers = [playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS) for _ in range(2)]
        pages = [browser.new_context(base_url=server.url).new_page() for browser in browsers]
        host = browsers[0].new_context(base_url=server.url).new_page()
        address = make_room(host)
        for page in pages:
            join(page, address)
            wait_until_ready(page)
        measure_digits(host, pages, rounds)
        measure_premiere(server, host, pages)


def measure_digits(host: Page, pages: list[Page], rounds: int) -> None:
    change_room(host, countdown=True)
    eyes = [Eye(page) for page in pages]
    for page in pages:
        wait_until(page, "() => Boolean(document.querySelector('[data-countdown]'))")
        page.evaluate(RECORD)
    apart_ms: dict[str, list[tuple[float, float]]] = {"3": [], "2": [], "1": []}
    for _ in range(rounds):
        host.evaluate(
            "watchium.room.say('seek', { current_time: 0 }).then(() => watchium.room.say('play', {}))"
        )
        for page in pages:
            wait_until(page, PLAYED_S, 0.5)
        host.evaluate("watchium.room.say('pause', {})")
        shown = [{digit: times for digit, *times in page.evaluate("digits.splice(0)")} for page in pages]
        for digit, found in apart_ms.items():
            if all(digit in each for each in shown):
                at = [
                    [time_ms + eye.offset_s * 1000 for time_ms in each[digit]]
                    for each, eye in zip(shown, eyes, strict=True)
                ]
                found.append((abs(at[0][0] - at[1][0]), abs(at[0][1] - at[1][1])))
        time.sleep(0.5)
    for digit, found in apart_ms.items():
        for what, number in (("set", 0), ("drawn", 1)):
            apart = [each[number] for each in found]
            print(
                f"digit {digit} {what}: by both in {len(apart)} of {rounds} rounds, apart "
                f"{statistics.median(apart):.1f} ms (median), {max(apart):.1f} ms (most), "
                f"within 50 ms in {sum(each <= 50 for each in apart)}"
            )


def measure_premiere(server: Server, host: Page, pages: list[Page]) -> None:
    host.evaluate("watchium.room.say('seek', { current_time: 0 })")
    at_ms = host.evaluate("ms => Math.round(watchium.room.serverNow()) + ms", AHEAD_MS)
    room_id = host.evaluate("watchium.room.boot.room_id")
    change_room(host, premiere_at=at_ms, visibility="public", countdown=False)
    host.evaluate("watchium.room.say('leave', {})")
    time.sleep(1)
    server.restart()
    for page in pages:
        wait_until(page, "() => watchium.room.connection.status === 'open' && watchium.room.clock.locked")
        page.evaluate(RECORD_FRAMES)
    eyes = [Eye(page) for page in pages]
    clock_s = _server_offset_s(Client(server.url), room_id)
    while not all(page.evaluate(PLAYED_S, 2) for page in pages):
        time.sleep(0.2)
    found = [_starts_ms(page, eye, clock_s, at_ms) for page, eye in zip(pages, eyes, strict=True)]
    for number, starts in enumerate(found, 1):
        print(
            f"premiere, browser {number}: {statistics.median(starts):+.1f} ms (median of {len(starts)} frames), "
            f"{min(starts):+.1f} to {max(starts):+.1f} ms"
        )
    print(f"apart: {abs(statistics.median(found[0]) - statistics.median(found[1])):.1f} ms")


def _starts_ms(page: Page, eye: Eye, clock_s: float, at_ms: float) -> list[float]:
    frames = [(shown, at) for shown, at in page.evaluate("frames_") if 0 < at < 1]
    return [(shown / 1000 + eye.offset_s - at + clock_s) * 1000 - at_ms for shown, at in frames]


def _server_offset_s(client: Client, room_id: str) -> float:
    """Return the server's clock minus this process's, from the fastest exchange."""
    best = (float("inf"), 0.0)
    for _ in range(ROUND_TRIPS):
        before = time.monotonic()
        there = client.state(room_id).timestamp / 1000
        after = time.monotonic()
        best = min(best, (after - before, there - (before + after) / 2))
    return best[1]


if __name__ == "__main__":
    main()

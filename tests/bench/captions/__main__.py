"""Measure how late captions are shown, at several rates and after paused seeks.

`python -m tests.bench.captions [chromium] [firefox] [webkit]` prints, for each engine and rate, how far the player's
position had passed a cue's start or end when the document changed, and when the next frame was drawn. The page and the
media element are the real ones; the sample clip plays with a cue of 300 ms every half second. The position is that of
the last video frame and the time since it was shown, because an element's own position advances in steps of 40 ms in
Firefox; WebKitGTK does not report frames, and there it is the element's. A frame that is 100 ms of real time and more
from the element's position does not count: after a stall Firefox reports some that it does not show yet.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import make_room, play, seek_to, wait_until_moving, wait_until_ready
from tests.engines import ENGINES
from tests.engines.scenes import join_as, ready_to_play
from tests.servers import Server, chromium_path, watchium_server

RATES = (0.5, 1.0, 1.5, 2.0)
WATCHED_MS = 8000
SEEKS = 40
BOUND_MS = 50
TIMEOUT_MS = 30_000
# Adds the cues as a viewer's file, and records each change of the layer with the position at that moment and at the
# next frame.
PREPARE = """async () => {
    const time = s => new Date(s * 1000).toISOString().slice(11, 23)
    const cues = Array.from({ length: 180 }, (_, i) => [i / 2 + 0.1, i / 2 + 0.4])
    const text = cues.map(([from, to], i) => `${time(from)} --> ${time(to)}\\n${i}`).join("\\n\\n")
    document.querySelector("[data-captions]").click()
    const until = async ready => { while (!ready()) await new Promise(done => setTimeout(done, 20)) }
    await until(() => document.querySelector("[data-caption-file]"))
    const files = new DataTransfer()
    files.items.add(new File([`WEBVTT\\n\\n${text}`], "bench.vtt"))
    const input = document.querySelector("[data-caption-file]")
    input.files = files.files
    input.dispatchEvent(new Event("change"))
    await until(() => document.querySelector("[data-captions]").hasAttribute("data-on"))
    document.querySelector(".captions-menu").hidePopover()
    const media = document.querySelector("[data-media]")
    const layer = document.querySelector("[data-caption-layer]")
    window.changes = []
    let frame = null
    const onFrame = (_now, { mediaTime, expectedDisplayTime }) => {
        frame = { mediaTime, expectedDisplayTime }
        media.requestVideoFrameCallback(onFrame)
    }
    media.requestVideoFrameCallback?.(onFrame)
    const positionS = () => {
        const { currentTime, playbackRate } = media
        if (!frame) return currentTime
        const shownS = frame.mediaTime + ((performance.now() - frame.expectedDisplayTime) / 1000) * playbackRate
        return Math.abs(shownS - currentTime) < 0.1 * playbackRate ? shownS : currentTime
    }
    window.cueAt = s => cues.findIndex(([from, to]) => from <= s && s < to)
    new MutationObserver(() => {
        const shown = layer.querySelector(".caption")?.textContent ?? null
        const change = { shown, atS: positionS(), rate: media.playbackRate, frameS: null, off: media.seeking }
        changes.push(change)
        requestAnimationFrame(() => requestAnimationFrame(() => (change.frameS = positionS())))
    }).observe(layer, { childList: true, subtree: true })
}"""
# How late each change was, in milliseconds of real time: in the document, and on the screen.
LATE = """() => changes.splice(0).flatMap(({ shown, atS, frameS, rate, off }) => {
    const late = s => {
        const past = (((s - (shown === null ? 0.4 : 0.1)) % 0.5) + 0.5) % 0.5
        return (past < 0.25 ? past : past - 0.5) / rate * 1000
    }
    return off || frameS === null ? [] : [[late(atS), late(frameS)]]
})"""
SEEK = """async toS => {
    const media = document.querySelector("[data-media]")
    await new Promise(done => { media.addEventListener("seeked", done, { once: true }); media.currentTime = toS })
    const began = performance.now()
    const wanted = String(cueAt(media.currentTime))
    const shown = () => document.querySelector("[data-caption-layer] .caption")?.textContent ?? "-1"
    while (shown() !== wanted && performance.now() - began < 2000) await new Promise(done => setTimeout(done, 1))
    return performance.now() - began
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("engines", nargs="*", default=["chromium"], help="chromium, firefox, webkit")
    with watchium_server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for name in parser.parse_args().engines:
            measure(name, browser, server)
        browser.close()


def measure(name: str, browser: Browser, server: Server) -> None:
    with ExitStack() as stack:
        context = browser.new_context(base_url=server.url)
        stack.callback(context.close)
        host = context.new_page()
        url = make_room(host)
        viewer: Any = host
        if name != "chromium":
            viewer = stack.enter_context(ENGINES[name]()).person()  # type: ignore[attr-defined]
            join_as(viewer, url, "Mira")
            ready_to_play(viewer)
        wait_until_ready(host)
        viewer.evaluate(PREPARE)
        play(host)
        for rate in RATES:
            host.get_by_label("Speed").select_option(str(rate).removesuffix(".0"))
            seek_to(host, 5)
            wait_until_moving(host, 5)
            host.wait_for_timeout(1500)
            viewer.evaluate("() => void changes.splice(0)")
            host.wait_for_timeout(WATCHED_MS)
            report(f"{name}, rate {rate}", viewer.evaluate(LATE))
        host.get_by_role("button", name="Pause", exact=True).click()
        if name == "chromium":
            viewer.evaluate("() => watchium.room.player.stopFollowing()")
            waits = [viewer.evaluate(SEEK, (7 * n % 80) + n / 60) for n in range(SEEKS)]
            print(
                f"{name}, paused seek: p50 {statistics.median(waits):.1f}, max {max(waits):.1f} ms after `seeked`"
            )


def report(label: str, late: list[list[float]]) -> None:
    document, frame = (sorted(each) for each in zip(*late, strict=True))
    p95 = int(0.95 * len(document))
    verdict = "met" if max(-document[0], document[-1]) <= BOUND_MS else "MISSED"
    print(f"{label}: {len(late)} changes, {verdict}")
    for where, sample in (("in the document", document), ("on the next frame", frame)):
        print(
            f"  {where}: p50 {statistics.median(sample):.1f}, p95 {sample[p95]:.1f}, "
            f"from {sample[0]:.1f} to {sample[-1]:.1f} ms late",
            flush=True,
        )


if __name__ == "__main__":
    main()

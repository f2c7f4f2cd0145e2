"""Measure what drawing ASS captions costs a film.

`python -m tests.bench.captions.styled` plays films of 24 and 50 pictures a second in a room: without captions, with
dialogue, with the typesetting of a translated film (eleven lines at a time, seven of them different in every picture),
and with 60 blurred signs that move and turn in every picture. It prints how many pictures the video showed and dropped,
how many pictures of captions were drawn and how long each took in the worker, and how long the page's own drawing was
held up.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.captions.scripts import SECONDS, heavy, plain, typeset
from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import make_room, play, wait_until, wait_until_moving, wait_until_ready
from tests.servers import Server, chromium_path, watchium_server

RATES = (24, 50)
WATCHED_MS = 10_000
SCRIPTS = {"without captions": None, "dialogue": plain, "typeset": typeset, "60 signs": heavy}
MAKE = "ffmpeg -v error -f lavfi -i testsrc2=size=640x360:rate={0}:duration={1} -c:v libx264 -preset ultrafast {2}"
# The worker answers each order to draw a picture when it is drawn.
COUNT = """(() => {
    window.drawnMs = []
    const Plain = Worker
    window.Worker = class extends Plain {
        constructor(url, options) {
            super(url, options)
            if (options?.name !== "jassub-worker") return
            this.ordered = new Map()
            this.addEventListener("message", ({ data }) => {
                if (this.ordered.has(data?.id)) drawnMs.push(performance.now() - this.ordered.get(data.id))
                this.ordered.delete(data?.id)
            })
        }
        postMessage(message, transfer) {
            if (this.ordered && message?.path?.at(-1) === "_draw") this.ordered.set(message.id, performance.now())
            super.postMessage(message, transfer)
        }
    }
})()"""
LOAD = """async title => {
    const { items } = await (await fetch("/api/library/")).json()
    await watchium.room.say("load", { media_url: items.find(item => item.title === title).url })
}"""
ADD = """async script => {
    document.querySelector("[data-captions]").click()
    while (!document.querySelector("[data-caption-file]")) await new Promise(done => setTimeout(done, 20))
    const files = new DataTransfer()
    files.items.add(new File([script], "bench.ass"))
    const input = document.querySelector("[data-caption-file]")
    input.files = files.files
    input.dispatchEvent(new Event("change"))
}"""
MEASURE = """async ms => {
    const video = document.querySelector("[data-media]")
    const before = video.getVideoPlaybackQuality()
    drawnMs.length = 0
    let longestMs = 0, last = performance.now(), on = true
    const onFrame = now => {
        longestMs = Math.max(longestMs, now - last)
        last = now
        if (on) requestAnimationFrame(onFrame)
    }
    requestAnimationFrame(onFrame)
    const began = performance.now()
    await new Promise(done => setTimeout(done, ms))
    on = false
    const seconds = (performance.now() - began) / 1000
    const after = video.getVideoPlaybackQuality()
    const shown = after.totalVideoFrames - before.totalVideoFrames
    const dropped = after.droppedVideoFrames - before.droppedVideoFrames
    const sorted = [...drawnMs].sort((a, b) => a - b)
    const at = share => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    const { width = 0, height = 0 } = document.querySelector("[data-styled-captions]") ?? {}
    return { rate: shown / seconds, dropped, drawn: sorted.length / seconds, p50: at(0.5), p95: at(0.95), longestMs,
        width, height }
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("scripts", nargs="*", default=list(SCRIPTS), help=", ".join(SCRIPTS))
    parser.add_argument("--rates", nargs="*", type=int, default=RATES)
    wanted = parser.parse_args()
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        for rate in wanted.rates:
            make = shlex.split(MAKE.format(rate, SECONDS, f"film{rate}.mp4"))
            subprocess.run(make, cwd=Path(name), check=True, timeout=120)
        with watchium_server({"WATCHIUM_LIBRARY_DIR": name}) as server:
            server.manage("scan_media")
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            for rate in wanted.rates:
                for script in wanted.scripts:
                    measure(browser, server, rate, script)
            browser.close()


def measure(browser: Browser, server: Server, rate: int, name: str) -> None:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(COUNT)
    make_room(page)
    page.evaluate(LOAD, f"film{rate}")
    page.locator("[data-media][src*='library']").wait_for()
    wait_until_ready(page)
    if script := SCRIPTS[name]:
        _add(page, script())
    play(page)
    wait_until_moving(page, 2)
    got = page.evaluate(MEASURE, WATCHED_MS)
    print(
        f"{rate} pictures a second, {name}: showed {got['rate']:.1f} a second, dropped {got['dropped']}; "
        f"captions drawn {got['drawn']:.1f} a second at {got['width']}x{got['height']}, "
        f"each in {got['p50']:.1f} ms (p95 {got['p95']:.1f}); the page's longest wait {got['longestMs']:.0f} ms",
        flush=True,
    )
    context.close()


def _add(page: Page, script: str) -> None:
    page.evaluate(ADD, script)
    wait_until(page, "() => Boolean(document.querySelector('[data-styled-captions]')) && drawnMs.length > 0")
    page.evaluate("document.querySelector('.captions-menu').hidePopover()")


if __name__ == "__main__":
    main()

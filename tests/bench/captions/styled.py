"""Measure what drawing ASS captions costs a film.

`python -m tests.bench.captions.styled` plays films of 24 and 50 pictures a second in a room: without captions, with
dialogue, with the typesetting of a translated film (eleven lines at a time, seven of them different in every picture),
and with 60 blurred signs that move and turn in every picture. It prints how many pictures the video showed and dropped,
how many pictures of captions were drawn, how long each took from the order to the answer, with what, and how long the
page's own drawing was held up. The window is so large that captions are drawn at the size of the film.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.bench.captions.scripts import SECONDS, heavy, plain, typeset
from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import make_room, play, wait_until, wait_until_moving, wait_until_ready
from tests.servers import Server, chromium_path, watchium_server

RATES = (24, 50)
SIZES = ("640x360", "1280x720")
BESIDE = (380, 290)  # pixels of the window beside and below the picture
WATCHED_MS = 10_000
SCRIPTS = {"without captions": None, "dialogue": plain, "typeset": typeset, "60 signs": heavy}
MAKE = (
    "ffmpeg -v error -f lavfi -i testsrc2=size={2}:rate={0}:duration={1} -c:v libx264 -preset ultrafast {3}"
)
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
# Appended to the worker: what the time of each picture goes to, in ms.
PROFILE = """
{
    const { Canvas2DRenderer } = await import(String(new URL(location.href).searchParams.get("renderer")))
    const parts = new BroadcastChannel("bench")
    const { draw } = Picture.prototype
    let orderedMs = 0, blendedMs = 0
    addEventListener("message", () => (orderedMs = performance.now()), { capture: true })
    Picture.prototype.draw = function (...values) {
        const began = performance.now()
        const box = draw.apply(this, values)
        blendedMs = performance.now() - began
        return box
    }
    const drawAll = Canvas2DRenderer.prototype.render
    Canvas2DRenderer.prototype.render = function (...values) {
        const libassMs = performance.now() - orderedMs, began = performance.now()
        drawAll.apply(this, values)
        const canvasMs = performance.now() - began - blendedMs
        parts.postMessage({ libass: libassMs, blending: blendedMs, canvas: canvasMs })
    }
}
"""
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
    const parts = [], channel = new BroadcastChannel("bench")
    channel.onmessage = ({ data }) => parts.push(data)
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
    channel.close()
    const ordered = list => [...list].sort((a, b) => a - b)
    const of = (list, share) => ordered(list)[Math.floor(share * (list.length - 1))] ?? 0
    const at = share => of(drawnMs, share)
    const medians = ["libass", "blending", "canvas"].map(part => [part, of(parts.map(each => each[part]), 0.5)])
    const { width = 0, height = 0 } = document.querySelector("[data-styled-captions]") ?? {}
    return { rate: shown / seconds, dropped, drawn: drawnMs.length / seconds, p50: at(0.5), p95: at(0.95), longestMs,
        width, height, medians }
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("scripts", nargs="*", default=list(SCRIPTS), help=", ".join(SCRIPTS))
    parser.add_argument("--rates", nargs="*", type=int, default=RATES)
    parser.add_argument("--sizes", nargs="*", default=SIZES)
    wanted = parser.parse_args()
    films = [(rate, size) for size in wanted.sizes for rate in wanted.rates]
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        for rate, size in films:
            make = shlex.split(MAKE.format(rate, SECONDS, size, f"{title_of(rate, size)}.mp4"))
            subprocess.run(make, cwd=Path(name), check=True, timeout=120)
        with watchium_server({"WATCHIUM_LIBRARY_DIR": name}) as server:
            server.manage("scan_media")
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            for rate, size in films:
                for script in wanted.scripts:
                    measure(browser, server, rate, size, script)
            browser.close()


def title_of(rate: int, size: str) -> str:
    return f"film{rate}of{size.partition('x')[2]}"


def measure(browser: Browser, server: Server, rate: int, size: str, name: str) -> None:
    width, height = (int(each) + beside for each, beside in zip(size.split("x"), BESIDE, strict=True))
    context = browser.new_context(base_url=server.url, viewport={"width": width, "height": height})
    context.route("**/styled_worker*.js*", _with_profile)
    page = context.new_page()
    page.add_init_script(COUNT)
    make_room(page)
    page.evaluate(LOAD, title_of(rate, size))
    page.locator("[data-media][src*='library']").wait_for()
    wait_until_ready(page)
    if script := SCRIPTS[name]:
        _add(page, script())
    play(page)
    wait_until_moving(page, 2)
    got = page.evaluate(MEASURE, WATCHED_MS)
    parts = ", ".join(f"{part} {ms:.1f}" for part, ms in got["medians"])
    print(
        f"{size}, {rate} pictures a second, {name}: showed {got['rate']:.1f} a second, dropped {got['dropped']}; "
        f"captions drawn {got['drawn']:.1f} a second at {got['width']}x{got['height']}, each in {got['p50']:.1f} ms "
        f"(p95 {got['p95']:.1f}; {parts}); the page's longest wait {got['longestMs']:.0f} ms",
        flush=True,
    )
    context.close()


def _with_profile(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.text() + PROFILE)


def _add(page: Page, script: str) -> None:
    page.evaluate(ADD, script)
    wait_until(page, "() => Boolean(document.querySelector('[data-styled-captions]')) && drawnMs.length > 0")
    page.evaluate("document.querySelector('.captions-menu').hidePopover()")


if __name__ == "__main__":
    main()

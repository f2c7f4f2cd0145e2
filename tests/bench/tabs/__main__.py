"""`python -m tests.bench.tabs`: latency from an action in one tab of the player to its effect in another.

In a real Chromium, from the command to the drawn frame of the other tab; both tabs share one clock. For comparison, a
message between the two tabs without a server.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.servers import Missing, chromium_path, watchium_server

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
NOW = "performance.timeOrigin + performance.now()"
# By event_id: time of receipt in this tab, and time of the next drawn frame.
WATCH = f"""() => {{
    window.seen = {{}}
    watchium.player.on("player", ({{ payload }}) => {{
        const at = {NOW}
        requestAnimationFrame(() => (window.seen[payload.event_id] = [at, {NOW}]))
    }})
}}"""
CHANGE = f"""async count => {{
    const {{ player }} = watchium
    const [item] = (await (await fetch("/api/library/")).json()).items
    const at = place => player.store.state.entries.at(place).id
    const changes = [
        () => player.say("queue_add", {{ item_ids: [item.id] }}),
        () => player.say("queue_move", {{ entry_id: at(-1), before: at(0) }}),
        () => player.say("queue_remove", {{ entry_id: at(0) }}),
        () => player.say("set_repeat", {{ repeat: player.store.state.repeat === "all" ? "off" : "all" }}),
    ]
    await player.say("queue_add", {{ item_ids: [item.id, item.id] }})
    const said = {{}}
    for (let number = 0; number < count; number += 1) {{
        const at = {NOW}
        const {{ event_id }} = await changes[number % changes.length]()
        said[event_id] = [at, {NOW}]
        await new Promise(next => setTimeout(next, 60))
    }}
    return said
}}"""
BARE = f"""async count => {{
    const line = new BroadcastChannel("bench")
    const took = []
    for (let number = 0; number < count; number += 1) {{
        const at = {NOW}
        const back = new Promise(done => (line.onmessage = done))
        line.postMessage("there")
        await back
        took.push(({NOW} - at) / 2)
    }}
    return took
}}"""
ANSWER = """() => { window.line = new BroadcastChannel("bench"); line.onmessage = () => line.postMessage("back") }"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tabs", description=__doc__)
    parser.add_argument("--changes", type=int, default=200)
    count = parser.parse_args().changes
    try:
        path = chromium_path()
    except Missing as missing:
        print(missing)
        return 1
    with watchium_server(demo=True) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        measure(browser.new_context(base_url=server.url), count)
        browser.close()
    return 0


def measure(context: BrowserContext, count: int) -> None:
    here, there = _opened(context), _opened(context)
    there.evaluate(ANSWER)
    bare = here.evaluate(BARE, 100)
    there.evaluate(WATCH)
    said = here.evaluate(CHANGE, count)
    there.wait_for_timeout(500)
    seen = there.evaluate("() => window.seen")
    lost = [event_id for event_id in said if event_id not in seen]
    _tell("a message between tabs, one way", bare)
    _tell("until the command is answered", [end - begin for begin, end in said.values()])
    both = [(said[event_id][0], *seen[event_id]) for event_id in said if event_id in seen]
    _tell("until the other tab has it", [had - began for began, had, _ in both])
    _tell("until the other tab has drawn it", [drawn - began for began, _, drawn in both])
    print(f"{len(said)} changes, {len(lost)} not seen")


def _opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/player/")
    page.wait_for_selector("body[data-socket=open]")
    return page


def _tell(what: str, took_ms: list[float]) -> None:
    ranked = statistics.quantiles(took_ms, n=100)
    print(f"{what:36} p50 {ranked[49]:6.1f} ms, p95 {ranked[94]:6.1f} ms, most {max(took_ms):6.1f} ms")


if __name__ == "__main__":
    sys.exit(main())

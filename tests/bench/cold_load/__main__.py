"""Measure the cold load of the room page and the player page on a slow network.

`python -m tests.bench.cold_load` prints, for each page, the number of modules and the median time until the page's
socket is open, in Chromium with 100 ms of latency and 20 Mbit/s: over HTTP/1.1 directly from the server, and over
HTTP/2 behind nginx with the sample configuration.
"""

from __future__ import annotations

import statistics
import time

from playwright.sync_api import Browser, sync_playwright

from tests.servers import chromium_path, watchium_server
from tests.servers.nginx import proxied_server

RUNS = 5
LATENCY_MS = 100
BYTES_PER_S = 20_000_000 / 8
POLL_MS = 10
TIMEOUT_S = 30
OPEN = "() => document.body?.dataset.socket === 'open'"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        with watchium_server(demo=True) as server:
            report(browser, server.url, "directly, HTTP/1.1")
        with proxied_server(demo=True) as proxied:
            report(browser, proxied.url, "behind nginx, HTTP/2")
        browser.close()


def report(browser: Browser, origin: str, way: str) -> None:
    for name in ("room", "player"):
        loads = [measure(browser, origin, name) for _ in range(RUNS)]
        seconds = statistics.median(load[0] for load in loads)
        print(f"{name}, {way}: {loads[0][1]} modules, {seconds:.2f} s (median of {RUNS})", flush=True)


def measure(browser: Browser, origin: str, name: str) -> tuple[float, int]:
    """Return the seconds until the socket is open, and the number of modules, of one visit without a cache."""
    maker = browser.new_context(base_url=origin, ignore_https_errors=True)
    page = maker.new_page()
    page.goto("/")
    if name == "room":
        page.get_by_role("button", name="Create room").click()
        page.wait_for_url("**/rooms/*/")
    url = page.url if name == "room" else f"{origin}/player/"
    cookies = maker.cookies()
    maker.close()
    context = browser.new_context(ignore_https_errors=True)
    context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
    page = context.new_page()
    modules: set[str] = set()
    page.on("request", lambda request: modules.add(request.url) if ".js" in request.url else None)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_S,
            "uploadThroughput": BYTES_PER_S,
        },
    )
    started = time.monotonic()
    page.goto(url, wait_until="commit")
    while not page.evaluate(OPEN):
        if time.monotonic() - started > TIMEOUT_S:
            raise TimeoutError(f"{url} has no open socket")
        page.wait_for_timeout(POLL_MS)
    seconds = time.monotonic() - started
    count = len({url for url in modules if "timer_worker" not in url and "metronome" not in url})
    context.close()
    return seconds, count


if __name__ == "__main__":
    main()

"""The page of a room's host, as the only page of its browser, in any engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.bench.sync.runner import FLAGS
from tests.engines import ENGINES, EnginePage
from tests.engines.scenes import SOCKET_OPEN
from tests.servers import Server, chromium_path

CHROMIUM = "chromium"
NAMES = (CHROMIUM, *ENGINES)


@contextmanager
def host_page(name: str, server: Server) -> Iterator[tuple[str, Page | EnginePage]]:
    """Yield the browser's name with its version, and a page that hosts a new room and is connected."""
    if name == CHROMIUM:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            page = browser.new_page(base_url=server.url)
            page.goto("/")
            page.get_by_role("button", name="Create room").click()
            page.wait_for_url("**/rooms/*/")
            page.wait_for_selector("body[data-socket=open]")
            yield f"Chromium {browser.version}", page
            browser.close()
    else:
        with ENGINES[name]() as other:
            person = other.person()
            person.goto(server.url)
            person.click("button", "Create room")
            person.wait_until("() => Boolean(window.watchium?.room)")  # the first page has a socket too
            person.wait_until(SOCKET_OPEN)
            yield other.version, person

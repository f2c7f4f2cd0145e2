"""Fixtures of the browser tests: a server, a browser, and users with a page each."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from tests.early import deal_early
from tests.servers import (
    Missing,
    Server,
    free_port,
    headless_chromium_path,
    in_run_folder,
    syncplay_encryption,
    unavailable,
    watchium_server,
)
from tests.servers.stream_files import make_dash, make_film
from tests.servers.stream_server import StreamServer, stream_server

# Chromium applies only the last --disable-features, so Playwright's own list is repeated. The WebUI popups of the
# address bar cost each context a renderer: a scene of two members took 7.1 s of CPU with them, 5.4 s without.
DISABLED_FEATURES = """
AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable
LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect OptimizationHints
NetworkTimeServiceQuerying AimEnabled PreconnectToSearch WebUIOmniboxPopup WebUIOmniboxAimPopup
""".split()
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(DISABLED_FEATURES)}",
]
TIMEOUT_MS = 10_000
FILM_S = 60


@pytest.hookimpl(trylast=True)  # after some were deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    deal_early(config, items)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server with the demo room for the whole run; tests that kill a server start their own."""
    options = {
        "WATCHIUM_PASSKEYS": "on",
        "WATCHIUM_SYNCPLAY": str(free_port()),
        **syncplay_encryption(),
    }
    with watchium_server(options, demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def streams() -> Iterator[StreamServer]:
    """A film of a minute as HLS and as DASH, on a media server with the manners of real ones."""
    if shutil.which("ffmpeg") is None:
        unavailable(Missing("ffmpeg makes the film"))
    folder = in_run_folder("film", lambda made: make_dash(make_film(made, FILM_S), made))
    with stream_server(folder) as running:
        yield running


class Launcher:
    """`launch()` starts a browser with its own processes; arguments go to its command line."""

    def __init__(self, chromium: BrowserType, path: str) -> None:
        self.chromium = chromium
        self.path = path

    def __call__(self, *words: str) -> Browser:
        return self.chromium.launch(executable_path=self.path, args=[*FLAGS, *words])

    def kept_in(self, folder: Path, **options: Any) -> BrowserContext:
        """Start a browser with a persistent profile in the folder."""
        return self.chromium.launch_persistent_context(
            folder, executable_path=self.path, args=FLAGS, **options
        )


@pytest.fixture(scope="session")
def launch() -> Iterator[Launcher]:
    try:
        path = headless_chromium_path()
    except Missing as missing:
        unavailable(missing)
    with sync_playwright() as playwright:
        yield Launcher(playwright.chromium, path)


@pytest.fixture(scope="session")
def browser(launch: Launcher) -> Iterator[Browser]:
    chromium = launch()
    yield chromium
    chromium.close()


@pytest.fixture
def person(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`person()` opens a page for a new user: in its own context, with URLs relative to the server.

    Keyword arguments go to the context (`viewport=`, `color_scheme=`, `base_url=`...); `at` is another browser. An
    uncaught script error on a page fails the test.
    """
    with arrivals(browser, server) as arrive:
        yield arrive


@pytest.fixture(scope="module")
def people(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`person` for users who stay through all tests of a file."""
    with arrivals(browser, server) as arrive:
        yield arrive


@contextmanager
def arrivals(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    contexts, uncaught = [], []

    def arrive(at: Browser = browser, **options: Any) -> Page:
        options.setdefault("base_url", server.url)
        context = at.new_context(**options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: uncaught.append(f"{page.url}: {error}"))
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert not uncaught, "\n".join(uncaught)

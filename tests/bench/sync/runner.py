"""Driver of the stage page, which contains all players."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, async_playwright
from websockets.asyncio.server import ServerConnection, serve

from tests.bench.sync.proxy import PAGES, Network
from tests.bench.sync.recording import Recording
from tests.servers import chromium_path

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
WINDOW = {"width": 1320, "height": 940}  # every frame in view: browsers throttle frames outside the viewport
TAKE_S = 1.0
READY_S = 30.0
COMPARISONS = 300


@dataclass(frozen=True)
class OwnClock:
    """What a player's own clock is off by."""

    offset_ms: float
    wall_ms: float
    ppm: float


def boot_ms() -> float:
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) / 1e6


class Stage:
    def __init__(self, page: Page, network: Network, recording: Recording, version: str) -> None:
        self.page = page
        self.network = network
        self.recording = recording
        self.version = version

    async def enter(self, name: str, path: str) -> None:
        await self.page.evaluate("([name, path]) => enter(name, path)", [name, path])

    async def ready(self, *names: str) -> None:
        """Wait until each player has media data and a synchronised clock."""
        until = time.monotonic() + READY_S
        while missing := await self.page.evaluate("names => names.filter(name => !ready(name))", names):
            if time.monotonic() > until:
                raise TimeoutError(f"not ready within {READY_S:.0f} s: {', '.join(missing)}")
            await asyncio.sleep(0.1)

    async def do_not_steer(self, name: str) -> None:
        await self.page.evaluate("name => doNotSteer(name)", name)

    async def press(self, what: str, value: float | None = None) -> float:
        """Use the host's controls; return the time by the page's clock."""
        self.recording.presses += 1
        at: float = await self.page.evaluate("all => press(...all)", [self.recording.host, what, value])
        return at

    async def meddle(self, name: str, what: str, value: float) -> None:
        await self.page.evaluate("all => meddle(...all)", [name, what, value])

    async def now_ms(self) -> float:
        return float(await self.page.evaluate("performance.now()"))

    async def wait(self, seconds: float) -> None:
        """Wait while recording in short steps: a blocked loop would be measured as network delay."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, TAKE_S))
            self.recording.take(await self.page.evaluate("take()"))
        self.recording.load.append(os.getloadavg()[0])

    async def read_frames(self, name: str, count: int = 100) -> None:
        """Read the picture, once: it is too expensive to do always."""
        self.recording.frames = await self.page.evaluate("all => readFrames(...all)", [name, count])

    async def count_dropped(self) -> None:
        for name in self.recording.names:
            self.recording.dropped[name] = await self.page.evaluate("name => dropped(name)", name)

    async def compare_clock(self) -> tuple[float, float]:
        """Return this machine's clock since boot minus the page's, and the round trip of the measurement."""
        async with serve(_tell_time, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            trip, ahead = await self.page.evaluate("all => compareClock(...all)", [port, COMPARISONS])
        return float(ahead), float(trip)


async def _tell_time(socket: ServerConnection) -> None:
    async for asked in socket:
        await socket.send(f"{asked} {boot_ms():.4f}")  # type: ignore[str-bytes-safe]


@asynccontextmanager
async def open_stage(
    network: Network, clocks: dict[str, OwnClock], recording: Recording
) -> AsyncIterator[Stage]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        try:
            context = await chromium.new_context(viewport=WINDOW)  # type: ignore[arg-type]
            await context.add_init_script(_init_script(network, clocks))
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{network.port}/__bench/stage.html")
            yield Stage(page, network, recording, chromium.version)
        finally:
            await chromium.close()


def _init_script(network: Network, clocks: dict[str, OwnClock]) -> str:
    players: dict[str, Any] = {
        name: {
            "port": network.players[name].port,
            "offsetMs": clock.offset_ms,
            "wallMs": clock.wall_ms,
            "ppm": clock.ppm,
        }
        for name, clock in clocks.items()
    }
    return f"const PLAYERS = {json.dumps(players)};\n{(PAGES / 'init.js').read_text()}"

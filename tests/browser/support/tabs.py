"""Tabs of one browser with the personal player, and a recorder of their audible intervals."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Error, Page, expect

# Records the audible intervals of this tab, in milliseconds of the wall clock, in localStorage, where they outlive a
# crash of the tab.
RECORDER = """
    const elements = new Set()
    const make = Document.prototype.createElement
    Document.prototype.createElement = function (name, ...rest) {
        const made = make.call(this, name, ...rest)
        if (made instanceof HTMLMediaElement) elements.add(made)
        return made
    }
    const now = () => performance.timeOrigin + performance.now()
    const key = `ear ${now()} ${Math.random()}`
    window.heard = []
    window.audible = () => [...elements].some(each =>
        !each.paused && !each.ended && !each.muted && each.volume > 0 && each.readyState >= 2)
    const listen = () => {
        const last = heard.at(-1)
        const on = last && last[1] === null
        if (audible() === Boolean(on)) return
        if (on) last[1] = now()
        else heard.push([now(), null])
        try { localStorage.setItem(key, JSON.stringify(heard)) } catch {}
    }
    setInterval(listen, 5)
    window.earKey = key
"""
HEARD_BY_ALL = """() => Object.entries(localStorage).filter(([key]) => key.startsWith("ear "))"""


def open_player(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/player/")
    expect(page.locator("body")).to_have_attribute("data-socket", "open")
    return page


@dataclass
class Tabs:
    """`gone` maps recorders of closed or crashed tabs to that time, in milliseconds of the wall clock."""

    context: BrowserContext
    pages: list[Page] = field(default_factory=list)
    gone: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context.add_init_script(RECORDER)
        self.context.set_default_timeout(10_000)

    def open(self) -> Page:
        page = open_player(self.context)
        self.pages.append(page)
        return page

    def close(self, page: Page) -> None:
        self._is_gone(page)
        page.close()

    def crash(self, page: Page) -> None:
        self._is_gone(page)
        with contextlib.suppress(Error):
            page.goto("chrome://crash", timeout=2000)
        page.close()

    def _is_gone(self, page: Page) -> None:
        self.pages.remove(page)
        self.gone[page.evaluate("earKey")] = time.time() * 1000

    def heard(self) -> list[tuple[float, float]]:
        """Return the audible intervals of all tabs, past and present."""
        now_ms = time.time() * 1000
        found = []
        for key, said in self.pages[0].evaluate(HEARD_BY_ALL):
            end_ms = self.gone.get(key, now_ms)
            found += [(begin, end if end is not None else end_ms) for begin, end in json.loads(said)]
        return sorted(found)

    def sounding(self) -> list[Page]:
        return [page for page in self.pages if page.evaluate("audible()")]


def together_ms(heard: list[tuple[float, float]]) -> float:
    """Return the longest overlap of two audible intervals."""
    most, until = 0.0, float("-inf")
    for begin, end in heard:
        most = max(most, min(end, until) - begin)
        until = max(until, end)
    return most


def state(page: Page) -> dict:
    return page.evaluate("() => watchium.player.store.state")

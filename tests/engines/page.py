"""What scenes do with a page, whichever engine shows it."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from typing import Any

PATIENCE_S = 15.0
PRESS_MS = 30
ENTER = "\ue007"  # as WebDriver writes keys
# The first visible element of that selector and name, brought into view; where its middle is, if it can be pressed.
MIDDLE = """(css, name) => {
    const named = e => (e.getAttribute("aria-label") || e.innerText || e.value || "").replace(/\\s+/g, " ").trim()
    const seen = e => { const box = e.getBoundingClientRect()
        return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden" }
    const found = [...document.querySelectorAll(css)].find(e => seen(e) && (name === null || named(e) === name))
    if (!found || found.disabled) return null
    found.scrollIntoView({ block: "center", inline: "nearest" })
    const box = found.getBoundingClientRect()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const above = document.elementFromPoint(x, y)
    return above && (found.contains(above) || above.contains(found)) ? [x, y] : null
}"""
# Both protocols carry text more faithfully than values; a function is called, any other expression is the value.
CALL = """async said => {{
    const it = ({script})
    const got = typeof it === "function" ? await it(...JSON.parse(said)) : await it
    return JSON.stringify(got ?? null)
}}"""


class Failed(Exception):
    """The browser refused, threw, or did not answer."""


class EnginePage(ABC):
    """One tab or window. Everything waits with a bound and raises Failed."""

    @abstractmethod
    def goto(self, url: str) -> None: ...

    @abstractmethod
    def reload(self) -> None: ...

    @abstractmethod
    def call(self, function: str, said: str) -> str:
        """What `async said => text` answers in the page."""

    @abstractmethod
    def perform(self, source: dict[str, Any]) -> None:
        """Carry out one WebDriver input source: real presses, which browsers take for a person's."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None: ...

    def evaluate(self, script: str, *arguments: object) -> Any:
        """The value of an expression, or of a function called with the arguments."""
        return json.loads(self.call(CALL.format(script=script), json.dumps(arguments)))

    def wait_until(self, true: str, *arguments: object, patience_s: float = PATIENCE_S) -> Any:
        """Until the function says something true; returns that."""
        deadline = time.monotonic() + patience_s
        while not (value := self.evaluate(true, *arguments)):
            if time.monotonic() > deadline:
                raise Failed(f"never true within {patience_s:.0f} s: {true} {arguments}")
            time.sleep(0.05)
        return value

    def click(self, css: str, name: str | None = None) -> None:
        """Press the first visible element of that selector, or of that selector and accessible name."""
        x, y = self.wait_until(MIDDLE, css, name)
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pause", "duration": PRESS_MS},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"pointerType": "mouse"}
        self.perform({"type": "pointer", "id": "mouse", "parameters": mouse, "actions": steps})

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.perform({"type": "key", "id": "keys", "actions": keys})

    def fill(self, css: str, text: str) -> None:
        self.click(css)
        self.evaluate("css => document.querySelector(css).select?.()", css)
        self.type(text)

"""A page under remote control, in any engine."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

TIMEOUT_S = 15.0
PRESS_MS = 30
FILE_INPUT = "[data-file-input]"
ENTER = "\ue007"  # as WebDriver writes keys
# Scroll the first visible element with this selector and name into view; return its centre if it can be clicked.
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
# The same, if it is there two frames later, too: what moves while it opens is missed.
RESTS = f"""async (css, name) => {{
    const middle = {MIDDLE}
    const before = middle(css, name)
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    const after = middle(css, name)
    return before && after && before.every((value, axis) => value === after[axis]) ? after : null
}}"""
# Both protocols transfer text more faithfully than values. A function is called; any other expression is the value.
CALL = """async said => {{
    const it = ({script})
    const got = typeof it === "function" ? await it(...JSON.parse(said)) : await it
    return JSON.stringify(got ?? null)
}}"""


class Failed(Exception):
    """The browser reported an error or did not respond."""


class EnginePage(ABC):
    """One tab or window. Every method has a time limit and raises Failed."""

    @abstractmethod
    def goto(self, url: str) -> None: ...

    @abstractmethod
    def reload(self) -> None: ...

    @abstractmethod
    def call(self, function: str, said: str) -> str:
        """Call `async said => text` in the page and return its text."""

    @abstractmethod
    def perform(self, source: dict[str, Any]) -> None:
        """Perform one WebDriver input source: real input, which counts as a user gesture."""

    @abstractmethod
    def attach(self, css: str, path: Path) -> None:
        """Choose a file in a file input."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None: ...

    def evaluate(self, script: str, *arguments: object) -> Any:
        """Return the value of an expression, or of a function called with the arguments."""
        return json.loads(self.call(CALL.format(script=script), json.dumps(arguments)))

    def wait_until(self, true: str, *arguments: object, timeout_s: float = TIMEOUT_S) -> Any:
        """Wait until the function returns a truthy value, and return it."""
        deadline = time.monotonic() + timeout_s
        while not (value := self.evaluate(true, *arguments)):
            if time.monotonic() > deadline:
                raise Failed(f"never true within {timeout_s:.0f} s: {true} {arguments}")
            time.sleep(0.05)
        return value

    def click(self, css: str, name: str | None = None) -> None:
        """Click the first visible element with this selector and, if given, accessible name, once it rests."""
        x, y = self.wait_until(RESTS, css, name)
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

    def choose_file(self, css: str, path: Path) -> None:
        """Click what asks for a file, and choose one."""
        self.click(css)
        self.wait_until("css => Boolean(document.querySelector(css))", FILE_INPUT)
        self.attach(FILE_INPUT, path)

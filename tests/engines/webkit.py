"""WebKitGTK's MiniBrowser over WebKitWebDriver: one browser is one user with any number of windows.

Limits of its driver: a second tab stays hidden and accepts no clicks (a second window works), closing a tab ends the
driver, and a screenshot of an unchanging page never completes (take one of the X display).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.engines.page import EnginePage, Failed
from tests.servers import START_S, free_port
from tests.servers.child_process import accepts, end, wait_for

ANSWER_S = 40.0
TIMEOUTS = {"script": 30_000, "pageLoad": 30_000, "implicit": 0}
WINDOW_MOVES = 4  # a window gets its new size a moment after the command
WINDOW_WAIT_S = 0.3
CLOSE_S = 10.0
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id in WebDriver
# Results and errors go to a callback; otherwise errors would be lost.
ASYNC = """const done = arguments[arguments.length - 1];
    ({function})(arguments[0]).then(text => done([true, text]), error => done([false, String(error)]))"""


class WebKit:
    """`person()` returns its only user's page, `page.another()` a second window of that user."""

    engine = "webkit"

    def __init__(
        self, path: str, display: str, autoplay: str = "allow", driver: str = "WebKitWebDriver"
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="watchium-webkit-"))
        self.port = free_port()
        self.session = ""
        self.window = ""
        self.process = self._started(driver, display)
        try:
            self._open(path, autoplay)
        except BaseException:
            self._end()
            raise

    def _started(self, driver: str, display: str) -> subprocess.Popen[bytes]:
        home = str(self.folder)
        env = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home, "DISPLAY": display, "GDK_BACKEND": "x11"}
        env |= {f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "CACHE", "DATA")}
        env |= {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1", "NO_AT_BRIDGE": "1"}
        env |= {"DBUS_SESSION_BUS_ADDRESS": "disabled:", "GSETTINGS_BACKEND": "memory", "GTK_A11Y": "none"}
        env.pop("WAYLAND_DISPLAY", None)
        with (self.folder / "log").open("wb") as output:
            return subprocess.Popen(
                [driver, f"--port={self.port}"],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _open(self, path: str, autoplay: str) -> None:
        wait_for(lambda: accepts(self.port), self.process, self.folder / "log", "WebKitWebDriver")
        options = {"binary": path, "args": ["--automation", f"--autoplay-policy={autoplay}"]}
        wanted = {"webkitgtk:browserOptions": options}
        made = self._request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}}, START_S)
        self.session = made["sessionId"]
        self.version = f"WebKitGTK {made['capabilities']['browserVersion']}"
        self.ask("POST", "/timeouts", TIMEOUTS)
        self.window = str(self.ask("GET", "/window"))

    def _request(self, method: str, path: str, body: object, timeout_s: float) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method, data=data,
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            with error:
                said = json.loads(error.read() or b"{}").get("value", {})
            raise Failed(f"{method} {path}: {said.get('error')}: {said.get('message')}") from None
        except TimeoutError:
            raise Failed(f"{method} {path}: no answer within {timeout_s:.0f} s") from None

    def ask(self, method: str, path: str, body: object = None, timeout_s: float = ANSWER_S) -> Any:
        return self._request(method, f"/session/{self.session}{path}", body, timeout_s)

    def person(self) -> WebKitPage:
        return WebKitPage(self, self.window)

    def close(self) -> None:
        with contextlib.suppress(Failed):  # the process is stopped anyway
            self.ask("DELETE", "", timeout_s=CLOSE_S)
        self._end()

    def _end(self) -> None:
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


class WebKitPage(EnginePage):
    def __init__(self, browser: WebKit, window: str) -> None:
        self.browser, self.window = browser, window

    def ask(self, method: str, path: str, body: object = None) -> Any:
        if self.browser.window != self.window:
            self.browser.ask("POST", "/window", {"handle": self.window})
            self.browser.window = self.window
        return self.browser.ask(method, path, body)

    def goto(self, url: str) -> None:
        self.ask("POST", "/url", {"url": url})

    def reload(self) -> None:
        self.ask("POST", "/refresh", {})

    def call(self, function: str, said: str) -> str:
        script = ASYNC.replace("{function}", function)
        worked, text = self.ask("POST", "/execute/async", {"script": script, "args": [said]})
        if not worked:
            raise Failed(text)
        return str(text)

    def perform(self, source: dict[str, Any]) -> None:
        self.ask("POST", "/actions", {"actions": [source]})

    def choose_file(self, css: str, path: Path) -> None:
        """The browser's own dialog is not opened: under remote control it is cancelled at once."""
        self.evaluate("() => { HTMLInputElement.prototype.click = () => {} }")
        super().choose_file(css, path)

    def attach(self, css: str, path: Path) -> None:
        found = self.ask("POST", "/element", {"using": "css selector", "value": css})
        self.ask("POST", f"/element/{found[ELEMENT]}/value", {"text": str(path)})

    def resize(self, width: int, height: int) -> None:
        """Resize the window so that the page has this size; the minimum width is 447."""
        for _ in range(WINDOW_MOVES):
            inner_width, inner_height = self.evaluate("[innerWidth, innerHeight]")
            if [inner_width, inner_height] == [width, height]:
                return
            rect = self.ask("GET", "/window/rect")
            wider, higher = rect["width"] + width - inner_width, rect["height"] + height - inner_height
            self.ask("POST", "/window/rect", {"x": 0, "y": 0, "width": wider, "height": higher})
            time.sleep(WINDOW_WAIT_S)

    def another(self) -> WebKitPage:
        return WebKitPage(self.browser, self.ask("POST", "/window/new", {"type": "window"})["handle"])

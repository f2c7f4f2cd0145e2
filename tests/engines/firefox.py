"""Firefox over WebDriver BiDi: one browser with any number of users."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.engines.page import EnginePage, Failed
from tests.servers import START_S, free_port
from tests.servers.child_process import end, tail

ANSWER_S = 60.0
CLOSE_S = 5.0
AUTOPLAY = {"allow": 0, "deny": 5, "allow-without-sound": 1}
NOWHERE = "http://127.0.0.1:1/"
# Without these, Firefox contacts Mozilla at every start.
PREFERENCES: dict[str, Any] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.tabs.warnOnClose": False,
    "browser.topsites.contile.enabled": False,
    "captivedetect.canonicalURL": "",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.blocklist.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-manager.url": "",
    "media.gmp-provider.enabled": False,
    "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.manage-offline-status": False,
    "network.prefetch-next": False,
    "network.proxy.type": 0,
    "remote.active-protocols": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "termsofuse.bypassNotification": True,
    "toolkit.startup.max_resumed_crashes": -1,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": NOWHERE,
    "trailhead.firstrun.didSeeAboutWelcome": True,
}


class Connection:
    """Commands over one socket; responses may come in any order, with events in between."""

    def __init__(self, url: str) -> None:
        self.stack = contextlib.ExitStack()
        opened = connect(url, max_size=None, open_timeout=START_S, ping_interval=None)
        self.socket = self.stack.enter_context(opened)
        self.numbers = itertools.count(1)
        self.answers: dict[int, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.arrived = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in self.socket:
                self._arrive(json.loads(frame))

    def _arrive(self, message: dict[str, Any]) -> None:
        with self.arrived:
            if message.get("id") is None:
                self.events.append(message)
            else:
                self.answers[message["id"]] = message
            self.arrived.notify_all()

    def __call__(self, method: str, *, timeout_s: float = ANSWER_S, **params: Any) -> dict[str, Any]:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers, timeout_s):
                raise Failed(f"{method}: no answer within {timeout_s:.0f} s")
            answer = self.answers.pop(number)
        if answer.get("type") == "error":
            raise Failed(f"{method}: {answer['error']}: {answer['message']}")
        return dict(answer["result"])

    def close(self) -> None:
        self.stack.close()
        self.reader.join(CLOSE_S)


class Firefox:
    """`person()` opens a page with new cookies, `page.another()` a second tab that shares them."""

    engine = "firefox"

    def __init__(self, path: str, autoplay: str = "allow") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="watchium-firefox-"))
        self.log = self.folder / "log"
        wanted = {**PREFERENCES, "media.autoplay.default": AUTOPLAY[autoplay]}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
        (self.folder / "user.js").write_text("".join(lines))
        self.process = self._started(path)
        try:
            self._open()
        except BaseException:
            self._end()
            raise

    def _started(self, path: str) -> subprocess.Popen[bytes]:
        env = {**os.environ, "HOME": str(self.folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
        env["MOZ_REMOTE_SETTINGS_DEVTOOLS"] = "1"  # else it ignores the preference for the server's address
        words = ["--headless", "--no-remote", "--profile", str(self.folder)]
        words += ["--remote-debugging-port", str(free_port()), "about:blank"]
        with self.log.open("wb") as output:
            return subprocess.Popen(
                [path, *words], env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def _open(self) -> None:
        self.ask = Connection(self._address())
        wanted = {"unhandledPromptBehavior": {"file": "ignore"}}  # a test chooses the file
        capabilities = self.ask("session.new", capabilities={"alwaysMatch": wanted})["capabilities"]
        self.version = f"Firefox {capabilities['browserVersion']}"
        self.ask("session.subscribe", events=["log.entryAdded"])

    def _address(self) -> str:
        deadline = time.monotonic() + START_S
        while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", tail(self.log))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Firefox did not start:\n{tail(self.log)}")
            time.sleep(0.05)
        return f"{found[1]}/session"

    def person(self) -> FirefoxPage:
        return self.tab(self.ask("browser.createUserContext")["userContext"])

    def tab(self, user: str) -> FirefoxPage:
        context = self.ask("browsingContext.create", type="tab", userContext=user)["context"]
        return FirefoxPage(self, context, user)

    def errors(self) -> list[str]:
        """Return uncaught errors of pages and error messages in the console."""
        entries = [event["params"] for event in self.ask.events if event["method"] == "log.entryAdded"]
        return [entry["text"] for entry in entries if entry["level"] == "error"]

    def close(self) -> None:
        with contextlib.suppress(Failed):  # the process is stopped anyway
            self.ask("browser.close", timeout_s=CLOSE_S)
        self.ask.close()
        self._end()

    def _end(self) -> None:
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


class FirefoxPage(EnginePage):
    def __init__(self, browser: Firefox, context: str, user: str) -> None:
        self.browser, self.context, self.user = browser, context, user

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.ask(method, context=self.context, **params)

    def goto(self, url: str) -> None:
        self.ask("browsingContext.navigate", url=url, wait="complete")

    def reload(self) -> None:
        self.ask("browsingContext.reload", wait="complete")

    def call(self, function: str, said: str) -> str:
        answer = self.browser.ask(
            "script.callFunction", functionDeclaration=function, awaitPromise=True,
            target={"context": self.context}, arguments=[{"type": "string", "value": said}],
        )  # fmt: skip
        if answer["type"] == "exception":
            raise Failed(answer["exceptionDetails"]["text"])
        return str(answer["result"]["value"])

    def perform(self, source: dict[str, Any]) -> None:
        self.ask("input.performActions", actions=[source])

    def attach(self, css: str, path: Path) -> None:
        located = self.ask("browsingContext.locateNodes", locator={"type": "css", "value": css})
        element = {"sharedId": located["nodes"][0]["sharedId"]}
        self.ask("input.setFiles", element=element, files=[str(path)])

    def resize(self, width: int, height: int) -> None:
        self.ask("browsingContext.setViewport", viewport={"width": width, "height": height})

    def front(self) -> None:
        self.ask("browsingContext.activate")

    def another(self) -> FirefoxPage:
        return self.browser.tab(self.user)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.ask("browsingContext.captureScreenshot")["data"]))

"""A stand-in for YouTube's player at YouTube's own address, and the position of the clip that it plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page, Route

from tests.browser.support.measure import Eye

HOST = "www.youtube-nocookie.com"
PAGE = Path(__file__).with_name("youtube_stand_in.html")
CLIP = Path(__file__).parents[3] / "static" / "samples" / "clip.webm"
SITES = ("youtube", "google", "ytimg")


class StandIn:
    """YouTube for one page. `switches` change its behaviour, as youtube_stand_in.html reads them; they can be changed
    before the next load.
    """

    def __init__(self, page: Page, **switches: Any) -> None:
        self.page = page
        self.switches = switches
        self.requests: list[str] = []
        page.context.on("request", lambda request: self._note(request.url))
        page.context.route(f"https://{HOST}/**", self._answer)

    def _note(self, url: str) -> None:
        host = url.split("/")[2] if "//" in url else ""
        if any(site in host for site in SITES):
            self.requests.append(url)

    def _answer(self, route: Route) -> None:
        if "/embed/" in route.request.url:
            page = PAGE.read_text().replace("/* SWITCHES */ {}", json.dumps(self.switches))
            route.fulfill(body=page, content_type="text/html")
        else:
            route.fulfill(path=CLIP, content_type="video/webm")

    @property
    def frame(self) -> Frame:
        (frame,) = (frame for frame in self.page.frames if HOST in frame.url)
        return frame


class FrameEye(Eye):
    """Reads the true position of the clip inside the frame."""

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__(stand_in.frame, "document.querySelector('video')")

"""Pages that were offline or suspended reconnect: with all events and messages, and in sync."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    seek_to,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.browser.support.network_line import Line, line_to
from tests.browser.support.sleeping_tab import sleeper
from tests.servers import Server

ASLEEP_MS = 60_000
BACK_MS = 20_000  # until the socket is open; clock and player need a moment more
IN_STEP = "() => !watchium.sample().paused && Math.abs(watchium.sample().driftMs) < 42"
WHERE = "() => { const { state } = watchium.room; return [state.revision, state.comment_seq] }"
AS_FAR = """([revision, comment_seq]) => { const { state } = watchium.room
    return state.revision >= revision && state.comment_seq >= comment_seq }"""


@dataclass
class Scene:
    """alice hosts, bob connects through his own link; `welcomes` are the snapshots that his page received."""

    alice: Page
    bob: Page
    welcomes: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bob.on("websocket", lambda socket: socket.on("framereceived", self._keep))

    def _keep(self, frame: str | bytes) -> None:
        envelope = json.loads(frame)
        if envelope["type"] == "welcome":
            self.welcomes.append(envelope["payload"])

    def begin(self, line: Line, server: Server) -> None:
        join(self.bob, make_room(self.alice).replace(server.url, line.url), "Bob")
        for page in (self.alice, self.bob):
            wait_until_ready(page)
        play(self.alice)
        for page in (self.alice, self.bob):
            wait_until_moving(page, 1)
        self.bob.evaluate("window.sameDocument = true")

    def happens_meanwhile(self) -> None:
        say(self.alice, "where did you go?")
        seek_to(self.alice, 30)
        pause(self.alice)
        play(self.alice)

    def is_whole_again(self) -> None:
        expect(self.bob.locator("body")).to_have_attribute("data-socket", "open", timeout=BACK_MS)
        wait_until(self.bob, AS_FAR, self.alice.evaluate(WHERE))
        expect(self.bob.get_by_role("log").get_by_text("where did you go?")).to_have_count(1)
        wait_until(self.bob, IN_STEP)
        assert self.bob.evaluate("window.sameDocument")


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    with line_to(server.port) as line:
        yield line


@pytest.fixture
def scene(person: Callable[..., Page], server: Server, line: Line) -> Scene:
    scene = Scene(person(), person(base_url=line.url))
    scene.begin(line, server)
    return scene


@pytest.mark.parametrize("away_s", [3, pytest.param(30, marks=pytest.mark.long)])
def test_a_browser_that_was_offline_resumes_where_it_was(scene: Scene, line: Line, away_s: int):
    line.cut(scene.bob)
    scene.happens_meanwhile()
    scene.bob.wait_for_timeout(away_s * 1000)
    line.mend(scene.bob)
    scene.is_whole_again()
    assert scene.welcomes[-1]["resumed"]


def test_a_message_sent_during_an_undetected_outage_is_delivered_once(scene: Scene, line: Line):
    line.hold()
    say(scene.bob, "can you hear me?")
    expect(scene.bob.get_by_role("list", name="Sending")).to_contain_text("can you hear me?")
    line.reset()
    line.release()
    expect(scene.alice.get_by_role("log").get_by_text("can you hear me?")).to_have_count(1, timeout=BACK_MS)
    expect(scene.bob.get_by_role("list", name="Sending")).to_be_hidden()
    expect(scene.bob.get_by_role("log").get_by_text("can you hear me?")).to_have_count(1)


def test_a_message_sent_during_a_short_outage_is_delivered_without_a_retry(scene: Scene, line: Line):
    line.hold()
    line.reset()
    expect(scene.bob.locator("body")).not_to_have_attribute("data-socket", "open")
    say(scene.bob, "can you hear me?")
    line.release()
    expect(scene.alice.get_by_role("log").get_by_text("can you hear me?")).to_have_count(1)
    expect(scene.bob.get_by_role("list", name="Sending")).to_be_hidden()


@pytest.mark.long
def test_a_browser_suspended_for_a_minute_recovers(
    person: Callable[..., Page], launch: Callable[..., Browser], server: Server, line: Line
):
    with sleeper(launch) as laptop:
        scene = Scene(person(), person(at=laptop.browser, base_url=line.url))
        scene.begin(line, server)
        with laptop.sleeping():
            scene.happens_meanwhile()
            scene.alice.wait_for_timeout(ASLEEP_MS)
        scene.is_whole_again()
